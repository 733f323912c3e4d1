// swift-format-ignore-file
// Made by playbooks/embed.sh from playbooks/ and samples/acme/; `make library` makes it anew.

extension Library {
    /// The playbooks, as drafts, by path in a workspace.
    static let playbooks: [File] = [
        File("playbooks/cancel-request/before-you-go.md", #"""
---
subject: Your export, and one question
preheader: Everything you made, in one file.
action:
  label: Download everything
  url: https://app.acme.example/account/export
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

Here is the link to everything {{account.name}} made with us: reports, views and raw data, in one file that opens in any
spreadsheet. It works until 30 days after your last day.

One question, if you have a minute: **what would have had to be different for you to stay?** One line is plenty. We read
every answer, and quite a few of last year's changes began as one.

And if your plans change, the *Keep my account* button on the account page undoes the request at once.

"""#),
        File("playbooks/cancel-request/options-in-app.md", #"""
---
subject: Your cancellation is on its way
action:
  label: Pause instead
  url: https://app.acme.example/account/pause
---
Your data stays yours: export it here at any time. If you only need a break, you can pause for three months at no cost.

"""#),
        File("playbooks/cancel-request/options.md", #"""
---
subject: We got your request to cancel {{account.name}}
preheader: What happens now, and three other ways if one of them fits better.
action:
  label: Compare the options
  url: https://app.acme.example/account/options
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

We have your request, and nothing more is needed from you: the account ends with the period you have paid for, and you
can export everything in it until then and for 30 days after.

Before it does, here are three things that people often did not know they could do:

- **Pause.** Keep everything as it is for up to three months and pay nothing.
- **Step down.** The free plan keeps your reports and two seats.
- **Tell us what went wrong.** If a missing feature or a bug is the reason, an answer to this email goes straight to the
  people who can change it.

If none of these fits, that is all right too. Thank you for having worked with us.

"""#),
        File("playbooks/cancel-request/playbook.yaml", #"""
# Why: a customer who asks to cancel has told you something. The first answer should make leaving easy, say what happens
# to their data, and name the honest alternatives; some stay because one of them fits. Nothing else should reach them
# meanwhile, hence `exclusive`. It answers at once, whichever person asked. The links lead to app.acme.example: put
# your own.
playbook: cancel-request
title: Answer a cancellation request
state: draft
category: account
risk: cancellation
on: cancel_requested
max_age: 2d
reentry: after 30d
priority: 90
exclusive: true
holdout: 10%
to: [event.contact, owner, billing]
steps:
  - email: options.md
  - in_app: options-in-app.md
  - wait: 3d
  - email: before-you-go.md
exit:
  - goal
  - churned
goal:
  when: happened(cancel_withdrawn)
  within: 30d

"""#),
        File("playbooks/monthly-tip/playbook.yaml", #"""
# Why: people use a small part of what they pay for, and learn the rest from a colleague or not at all. One tip a month,
# short enough to try at once and never a newsletter, keeps an account growing without anyone assigned to it. The
# holdout shows whether it does. Exchange the messages each month.
playbook: monthly-tip
title: One useful tip a month
state: draft
audience: tech_touch
category: education
signals:
  before: avg(reports, 28d)
at: monthly on 1 at 10:00 local
reentry: always
priority: 20
holdout: 10%
to: [owner, admin]
steps:
  - email: saved-views.md
  - wait: 7d
  - in_app: try-it.md
exit:
  - left_audience
  - churned
goal:
  when: avg(reports, 7d) >= 1.1 * entry.before
  within: 21d

"""#),
        File("playbooks/monthly-tip/saved-views.md", #"""
---
subject: "Tip of the month: never build the same list twice"
preheader: Saved views, one minute to learn.
action:
  label: Save a view now
  url: https://app.acme.example/learn/saved-views
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

This month's tip takes one minute and pays back every day.

**The next time you have filtered a list just right, press the star beside its name.** It becomes a saved view: it keeps
the filters, the columns and the order, and it has a link of its own that you can send to a colleague.

Three views that other teams made first:

- *Waiting for us*: open, not answered, oldest first
- *This month's new customers*: by the day they joined
- *Needs a look*: everything that changed since Friday

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/try-it.md", #"""
---
subject: Did you star a view yet?
action:
  label: Show me where
  url: https://app.acme.example/learn/saved-views
---
Filter any list, press the star beside its name, and it is one click away from now on.

"""#),
        File("playbooks/stalled-onboarding/first-report.md", #"""
---
subject: Your first report, {{account.name}}, in three clicks
preheader: It uses the data you already have; nothing to set up.
action:
  label: Make my first report
  url: https://app.acme.example/reports/new
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

Your account is ready, and everything in it is leading up to one moment: the first report that answers a question you
really have. It takes three clicks:

1. **Reports → New**, and choose *Weekly overview*.
2. Pick the dates. Last month is a good start.
3. Press **Create**.

That is all. You can change every column later, and nothing you try here can break anything.

Stuck on one of the three? Answer this email with the number of the step.

"""#),
        File("playbooks/stalled-onboarding/playbook.yaml", #"""
# Why: most accounts that ever leave never got to the first result that they came for. In the first weeks one clear next
# step is worth more than a tour of every feature, so each message asks for a single thing: the first report.
# The links lead to app.acme.example: put your own.
playbook: stalled-onboarding
title: Help new accounts to their first report
state: draft
audience: tech_touch
category: education
risk: onboarding
when: days_since(created_at) >= 7 and days_since(created_at) <= 30 and not ever(first_report)
reentry: never
priority: 70
holdout: 10%
to: [owner, admin]
steps:
  - email: first-report.md
  - wait: 3d
  - in_app: start-here.md
  - wait: 4d
  - email: together.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: happened(first_report)
  within: 21d

"""#),
        File("playbooks/stalled-onboarding/start-here.md", #"""
---
subject: Three clicks to your first report
action:
  label: Create it now
  url: https://app.acme.example/reports/new
---
Choose *Weekly overview*, pick last month, press **Create**. We have filled in the rest.

"""#),
        File("playbooks/stalled-onboarding/together.md", #"""
---
subject: Shall we make it together?
preheader: Send us the question, get the report back.
action:
  label: See three finished examples
  url: https://app.acme.example/learn/examples
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

A blank page is the hardest part. So here is an offer: answer this email with the question you would like your first
report to answer, in your own words, such as "which of our customers order less than last year?"

We will build that report in your account and send you the link, with a note on how it was made so that the next one is
yours.

If you would rather look around first, the examples below are from teams of about your size.

"""#),
        File("playbooks/win-back-usage/checklist.md", #"""
---
subject: A ten-minute tidy-up for {{account.name}}
preheader: Four small things that make the next month easier.
action:
  label: Open the checklist
  url: https://app.acme.example/learn/tidy-up
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

Your team logged in {{fall}} less in the last two weeks than in the two months before. That may be just right for the
season. If you would like to pick things up again, this is the quickest way we know:

- **Close what is done.** Archive finished projects; the list becomes short enough to read again.
- **Schedule one report**, so that the numbers come to you.
- **Invite the person who asks you for numbers**, and let them look for themselves.
- **Turn off the notifications nobody reads.** The ones that stay will be noticed.

Ten minutes, four ticks. The checklist opens in your own account and remembers where you stopped.

"""#),
        File("playbooks/win-back-usage/hand.md", #"""
---
subject: Would a hand help, {{account.name}}?
preheader: Answer with one line and we will do the first step with you.
action:
  label: Pick a fifteen-minute slot
  url: https://app.acme.example/help/call
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

Teams usually slow down for one of three reasons. Answer with the number, and we will send exactly what helps:

1. **Something is missing or broken.** Tell us what; it goes to the people who build it.
2. **The person who set it up has moved on.** We will walk the new one through in fifteen minutes.
3. **It is simply a quiet season.** Good to know, and we will leave you in peace.

No forms, no sales call.

"""#),
        File("playbooks/win-back-usage/lessons.md", #"""
---
subject: Two five-minute lessons for {{account.name}}
preheader: The two that teams like yours say they wish they had seen sooner.
action:
  label: Start with the first lesson
  url: https://app.acme.example/learn/first-five-minutes
---
Hi {{#contact.first_name}}{{contact.first_name}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}},

It has been a little quieter in your account these last two weeks. Busy weeks happen to everyone; if it was something
about the product, these two lessons fix what most often gets in the way:

1. **A report that writes itself.** Pick a report you make by hand, press *Schedule*, and it is in your inbox every
   Monday. Five minutes once, half an hour saved each week.
2. **One view for the whole team.** Save your filters as a view and share its link, so that nobody has to build the
   same list twice.

Each is a short video with the steps written below it, so you can follow along in your own account.

If something else is in the way, just answer this email. A person reads it.

"""#),
        File("playbooks/win-back-usage/pick-up.md", #"""
---
subject: Pick up where you left off
action:
  label: Show me
  url: https://app.acme.example/learn/tidy-up
---
Your last report is still here, with fresh numbers in it. Schedule it once and it will come to you every Monday.

"""#),
        File("playbooks/win-back-usage/playbook.yaml", #"""
# Why: an account that is used far less than it used to be is the earliest and most common sign of a customer who will
# leave, and it shows weeks before a cancellation. A short lesson at that moment brings some teams back; which kind of
# lesson works better is what the two variants are there to learn. The links lead to app.acme.example: put your own.
playbook: win-back-usage
title: Teach accounts whose usage fell
state: draft
audience: tech_touch
category: education
risk: low_usage
signals:
  fall: drop(logins, 14d, 56d)
  base: avg(logins, 56d)
when: usage_drop(logins) and days_since(created_at) > 70
reentry: after 90d
rearm: 28d
priority: 60
holdout: 10%
variants:
  lessons: 1
  checklist: 1
to: [owner, admin]
steps:
  - email: { lessons: lessons.md, checklist: checklist.md }
  - wait: 4d
  - in_app: pick-up.md
  - wait: 7d
  - email: hand.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: avg(logins, 7d) >= 0.8 * entry.base
  within: 21d

"""#),
    ]

    /// The other files of the simulated workspace.
    static let acme: [File] = [
        File("keeptouch.yaml", #"""
# A simulation: the accounts, people and numbers in data/ are made up by `keeptouch sample`.
workspace: acme
timezone: America/Chicago
currency: USD
database: keeptouch.db
base_url: https://touch.acme.example
sender:
  name: Acme Success
  email: success@acme.example
  reply_to: help@acme.example
  postal_address: "1 Main St, Springfield"
evaluate: daily at 06:00
send_window: { days: mon-fri, hours: 09:00-17:00 }
caps: [1 per 1d, 3 per 7d]
holdout: { share: 5%, redraw: yearly }
safety: { max_share: 20%, jump: 3x, first_run: ask, canary: off }
channels: { email: sink-email, in_app: sink-in-app }
categories:
  education: Tips and training
  account: Your account

"""#),
        File("data.yaml", #"""
# The data map: everything that playbooks may ask about.
attributes:
  plan: { type: text, values: [free, starter, pro] }
  seats: { type: number }
contact_attributes:
  title: { type: text }
metrics:
  logins: { title: Logins, fresh_within: 36h }
  reports: { title: Reports made, fresh_within: 36h }
events:
  first_report: {}
  cancel_requested:
    properties:
      reason:
        type: reason
        map: { too_expensive: price, lacks_something: missing_feature, not_used: no_use, closing_down: out_of_business }
  nps_response:
    properties: { score: number, comment: text }
  support_ticket:
    properties: { topic: text }
reasons:
  low_usage: { theme: adoption, avoidable: yes }
  onboarding: { theme: adoption, avoidable: yes }
  cancellation: { theme: value, avoidable: yes }
  price: { theme: value, avoidable: yes }
  missing_feature: { theme: product, avoidable: yes }
  no_use: { theme: adoption, avoidable: yes }
  out_of_business: { theme: external, avoidable: no }
attrition: { target: 2.5% per month }
segments:
  tech_touch: mrr < 100 and status == "active"

"""#),
        File("channels/sink-email.yaml", #"""
# A stand-in for an email provider: `keeptouch sink` listens here and records what it gets.
channel: sink-email
kind: email
allow_private: true
request:
  method: POST
  url: http://127.0.0.1:8787/email
  timeout: { connect: 2s, total: 10s }
body:
  kind: json
  template:
    to: { email: "{{ to.email }}", name: "{{ to.name }}" }
    from: { email: "{{ from.email }}", name: "{{ from.name }}" }
    reply_to: "{{ reply_to }}"
    subject: "{{ subject }}"
    text: "{{ text }}"
    html: "{{ html }}"
    headers: "{{ headers }}"
    metadata: "{{ metadata }}"
response:
  id: { header: X-Message-Id }
  rules:
    - { status: 200-299, then: accepted }
    - { status: [429, 503], then: retry, after: [{ header: Retry-After }] }
    - { status: 400-499, then: reject }
limits: { per_second: 500, in_flight: 8 }
idempotency: { header: Idempotency-Key, lifetime: 24h }

"""#),
        File("channels/sink-in-app.yaml", #"""
# A stand-in for the application that shows in-app messages.
channel: sink-in-app
kind: in_app
allow_private: true
request:
  method: POST
  url: http://127.0.0.1:8787/in-app
  timeout: { connect: 2s, total: 10s }
body:
  kind: json
  template:
    user: "{{ recipient.id }}"
    title: "{{ subject }}"
    text: "{{ text }}"
    html: "{{ html }}"
    metadata: "{{ metadata }}"
response:
  id: { header: X-Message-Id }
  rules:
    - { status: 200-299, then: accepted }
    - { status: [429, 503], then: retry, after: [{ header: Retry-After }] }
    - { status: 400-499, then: reject }
limits: { per_second: 500, in_flight: 8 }
idempotency: { header: Idempotency-Key, lifetime: 24h }

"""#),
    ]
}
