import Playbooks

/// A complete workspace without errors; tests change single files of it.
enum SampleWorkspace {
    static let configuration = """
        workspace: acme
        timezone: America/Chicago
        currency: EUR
        database: data/acme.db
        base_url: https://touch.acme.example/
        sender: { name: Acme Success, email: success@acme.example, reply_to: help@acme.example,
                  postal_address: "1 Main St, Springfield" }
        evaluate: daily at 06:00
        send_window: { days: mon-fri, hours: 09:00-17:00 }
        caps: [ 1 per 1d, 3 per 7d ]
        holdout: { share: 5%, redraw: yearly }
        safety: { max_share: 25%, jump: 4x, first_run: go }
        channels: { email: sendgrid, in_app: inapp }
        categories: { education: Tips and training, product: Product news }
        digests:
          - report: risk
            at: weekly on mon at 09:00
            channel: slack

        """

    static let dataMap = """
        attributes:
          plan:       { type: text, values: [free, starter, pro], column: "Subscription Plan" }
          seats:      number
          health:     { type: number, track: true }
          renewal_at: { type: date, format: m/d/y }
          mrr:        { column: "Monthly revenue" }
        contact_attributes:
          title: { type: text }
        metrics:
          logins: { title: Logins, fresh_within: 36h, absent: missing }
          reports:
        events:
          cancel_requested: { properties: { reason: { type: reason, map: { too_expensive: price } } } }
          nps_response:     { properties: { score: number, comment: text } }
          commitment:       { properties: { what: text }, due: by, closed_by: commitment_met }
          first_report:     {}
        reasons:
          price:           { theme: value, avoidable: yes, notify: slack }
          out_of_business: { theme: external, avoidable: no }
        attrition: { target: 2.5% per month }
        segments:
          small: tech_touch and seats < 5
          tech_touch: mrr < 100 and status == "active"

        """

    static let playbook = """
        playbook: win-back-usage
        title: Teach accounts whose usage fell
        state: live
        audience: tech_touch
        category: education
        risk: price
        signals:
          fall: drop(logins, 14d, 56d)
          base: avg(logins, 56d)
        when: usage_drop(logins) and days_since(created_at) > 70
        evaluate: daily at 07:00
        rearm: 14d
        reentry: after 90d from the last end
        priority: 60
        exclusive: no
        holdout: 20%
        variants: { lessons: 1, checklist: 3 }
        to: [owner, all billing]
        steps:
          - email: { lessons: lessons.md, checklist: checklist.md }
          - wait: 4d
          - in_app: nudge.md
            send_window: always
          - email:
              message: lessons.md
              id: last
              channel: sendgrid
        exit: [goal, churned, seats == 0]
        goal:
          when: avg(logins, 7d) >= 0.8 * entry.base
          within: 21d
        also: [first_report]
        guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
        experiment: win-back-2026
        expires: 3d
        tests:
          - name: a steady account stays out
            account: { created_at: -200d, metrics: { logins: [5 per 1d for 70d] } }
            expect: no match

        """

    static let lessons = """
        ---
        subject: "{{contact.first_name}}{{^contact.first_name}}Hello{{/contact.first_name}}, three short lessons"
        preheader: Ten minutes
        action: { label: Start, url: "https://acme.example/learn?a={{account.key}}" }
        ---
        Usage fell by {{fall}}.

        {{#account.plan}}You are on {{account.plan}}.{{/account.plan}}
        [Unsubscribe]({{unsubscribe_url}})

        """

    static let german = "---\nsubject: Drei Lektionen\n---\nEs waren {{entry.base}}.\n"
    static let checklist = "---\nsubject: A checklist\n---\nFor {{account.name}} from {{sender.name}}.\n"
    static let nudge = "Open a report, {{contact.first_name}}.\n"

    static let sendgrid = """
        channel: sendgrid
        kind: email
        vars: { base: "https://api.sendgrid.com" }
        request:
          method: POST
          url: "{{ vars.base }}/v3/mail/send"
          timeout: { connect: 4s, total: 20s }
          headers: { X-Team: success }
        auth: { kind: bearer, token: env:SENDGRID_API_KEY }
        body:
          kind: json
          template:
            personalizations: [ { to: [ { email: "{{ to.email }}" } ] } ]
            reply_to: { $if: reply_to, then: { email: "{{ reply_to }}" } }
            asm: { group: 12, share: 0.5, on: true, none: null, code: "12" }
        response:
          id: { header: X-Message-Id }
          error: { message: /errors/0/message, code: { header: X-Code } }
          rules:
            - { status: 202, then: accepted }
            - { status: 429, then: retry, after: [ { header: Retry-After }, { header: X-RateLimit-Reset, as: epoch } ], max_attempts: 5 }
            - { status: [401, 403], then: halt }
            - { status: [408, 500-599], body: { /code: [ 1, two ], /text: "~(busy|later)", /wait: ">3" }, then: retry }
            - { header: { X-Kind: "~(Paused|Limit)" }, text: stop, then: halt }
        limits: { per_second: 100, in_flight: 4 }
        idempotency: { header: Idempotency-Key, lifetime: 24h }
        on_unknown: assume_sent
        events: { dialect: sendgrid, key: env:SENDGRID_WEBHOOK_KEY }

        """

    static let inApp = """
        channel: inapp
        kind: in_app
        request: { url: "http://127.0.0.1:8080/messages" }
        allow_private: true
        auth: { kind: basic, user: api, password: file:/run/secrets/inapp }
        body:
          kind: form
          fields:
            to: "{{ recipient.id }}"
            "o:tag": "{{ tags }}"
            $spread: [ { map: headers, prefix: "h:" } ]
        idempotency: none

        """

    static let slack = """
        channel: slack
        kind: webhook
        request: { url: env:SLACK_WEBHOOK_URL }
        body: none

        """

    static let journey = """
        journey: tech-touch
        for: tech_touch
        stages:
          signed_up: {}
          activated:
            enter: happened(first_report)
            expect: 14d

        """

    static let files: [String: String] = [
        "keeptouch.yaml": configuration,
        "data.yaml": dataMap,
        "playbooks/win-back-usage/playbook.yaml": playbook,
        "playbooks/win-back-usage/lessons.md": lessons,
        "playbooks/win-back-usage/lessons.de.md": german,
        "playbooks/win-back-usage/checklist.md": checklist,
        "playbooks/win-back-usage/nudge.md": nudge,
        "channels/sendgrid.yaml": sendgrid,
        "channels/inapp.yaml": inApp,
        "channels/slack.yaml": slack,
        "journeys/tech-touch.yaml": journey,
        "README.md": "Not read.",
    ]

    /// What is said about the sample with one file replaced, or with one text in it replaced by another.
    static func complaints(_ file: String, _ text: String) -> [String] {
        var files = files
        files[file] = text
        return WorkspaceReader.read(files).diagnostics.map(\.description)
    }

    static func complaints(_ file: String, replacing old: String, with new: String) -> [String] {
        complaints(file, (files[file] ?? "").replacing(old, with: new))
    }
}

let playbookFile = "playbooks/win-back-usage/playbook.yaml"
