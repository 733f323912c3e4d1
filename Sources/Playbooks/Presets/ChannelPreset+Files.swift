// swift-format-ignore-file
// Made by presets/embed.sh from presets/*.yaml; `make library` makes it anew.

extension ChannelPreset {
    /// The files by name.
    static let texts: [(name: String, text: String)] = [
        ("ably", #"""
# Ably, a message on each contact's own channel. That is user:KEY. Of the API key, the part before the colon is the name, that behind it the secret.
# Ably tells repeats apart for two minutes only.
channel: ably
kind: in_app
vars: { prefix: "user:" }          # what stands before the contact's key in the name of the channel
request:
  url: "https://main.realtime.ably.net/channels/{{ vars.prefix | urlencode }}{{ recipient.id }}/messages"
  headers: { X-Ably-Version: "5" }
auth: { kind: basic, user: env:ABLY_KEY_NAME, password: env:ABLY_KEY_SECRET }
body:
  kind: json
  template:
    name: touch
    id: "{{ idempotency_key }}:0"
    data: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
response:
  id: /messageId
  error: { message: /error/message, code: /error/code }
  rules:
    - { status: [200, 201], then: accepted }
    - { status: 429, then: retry }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { in_flight: 8 }
idempotency: { body: /id, lifetime: 2m }

"""#),
        ("amazon_ses", #"""
# Amazon SES, API version 2. Keys: of an IAM user or role that may ses:SendEmail.
# The limit is that of the sandbox: raise it to the rate that the SES console shows for the account.
channel: amazon_ses
kind: email
vars: { region: us-east-1, configuration_set: "" }   # outcomes come back through a configuration set
request: { url: "https://email.{{ vars.region }}.amazonaws.com/v2/email/outbound-emails" }
auth:
  kind: sigv4
  service: ses
  region: "{{ vars.region }}"
  access_key: env:AWS_ACCESS_KEY_ID
  secret_key: env:AWS_SECRET_ACCESS_KEY
  session_token: env:AWS_SESSION_TOKEN       # used when it is set
body:
  kind: json
  template:
    FromEmailAddress: "{{ from | address }}"
    Destination: { ToAddresses: ["{{ to | address }}"] }
    ReplyToAddresses: ["{{ reply_to }}"]
    Content:
      Simple:
        Subject: { Data: "{{ subject }}", Charset: UTF-8 }
        Body:
          Text: { $if: text, then: { Data: "{{ text }}", Charset: UTF-8 } }
          Html: { $if: html, then: { Data: "{{ html }}", Charset: UTF-8 } }
        Headers: { $each: headers, do: { Name: "{{ key }}", Value: "{{ value }}" } }
    EmailTags: { $each: metadata, do: { Name: "{{ key | token }}", Value: "{{ value | token }}" } }
    ConfigurationSetName: "{{ vars.configuration_set }}"
response:
  id: /MessageId
  error: { message: /message, code: { header: x-amzn-ErrorType } }
  rules:
    - { status: 200, then: accepted }
    - { status: 429, then: retry }
    - { header: { x-amzn-ErrorType: ~(AccountSuspended|SendingPaused|MailFromDomainNotVerified|LimitExceeded) }, then: halt }
    - { status: [401, 403, 404], then: halt }   # signature, rights, region, configuration set
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 1, in_flight: 2 }
idempotency: none
events: { dialect: amazon_ses, key: env:AMAZON_SES_WEBHOOK_KEY }

"""#),
        ("amazon_sns", #"""
# Amazon SNS, SMS. Keys: of an IAM user or role that may sns:Publish. It reports nothing back over HTTP.
# The limit is that of most regions: raise it to what the console shows for the account.
channel: amazon_sns
kind: sms
vars: { region: us-east-1, type: Promotional }   # type: Promotional or Transactional
request:
  url: "https://sns.{{ vars.region }}.amazonaws.com/"
  headers: { Accept: application/json }
auth:
  kind: sigv4
  service: sns
  region: "{{ vars.region }}"
  access_key: env:AWS_ACCESS_KEY_ID
  secret_key: env:AWS_SECRET_ACCESS_KEY
  session_token: env:AWS_SESSION_TOKEN       # used when it is set
body:
  kind: form
  fields:
    Action: Publish
    Version: "2010-03-31"
    PhoneNumber: "{{ to.phone }}"
    Message: "{{ text }}"
    MessageAttributes.entry.1.Name: AWS.SNS.SMS.SMSType
    MessageAttributes.entry.1.Value.DataType: String
    MessageAttributes.entry.1.Value.StringValue: "{{ vars.type }}"
response:
  id: /PublishResponse/PublishResult/MessageId
  error: { message: /Error/Message, code: /Error/Code }
  rules:
    - { status: 200, then: accepted }
    - { status: 429, then: retry }
    - { body: { /Error/Code: ["Throttling", "Throttled", "ThrottlingException"] }, then: retry }
    - { body: { /Error/Message: "~(opted out|OptedOut)" }, then: suppress }
    - { body: { /Error/Code: ["OptedOut", "OptedOutException"] }, then: suppress }
    - { status: [401, 403, 404], then: halt }   # signature, rights, region
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 20, in_flight: 4 }
idempotency: none

"""#),
        ("braze", #"""
# Braze, content card. Key: with messages.send.
channel: braze
kind: in_app
vars: { base: "https://rest.iad-01.braze.com" }   # the REST endpoint of your instance
request: { url: "{{ vars.base }}/messages/send" }
auth: { kind: bearer, token: env:BRAZE_API_KEY }
body:
  kind: json
  template:
    external_user_ids: ["{{ recipient.id }}"]
    messages:
      content_card:
        type: CAPTIONED_IMAGE
        title: "{{ subject }}"
        description: "{{ text }}"
        expire_in_seconds: 1209600
        extra: "{{ metadata }}"
response:
  id: /dispatch_id
  error: { message: /message }
  rules:
    - { status: [200, 201], body: { /message: [success, queued] }, then: accepted }
    - { status: 429, then: retry, after: { header: X-RateLimit-Reset, as: epoch } }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { per_second: 50, in_flight: 8 }
idempotency: none

"""#),
        ("brevo", #"""
# Brevo (once Sendinblue). Key: SMTP & API > API keys.
channel: brevo
kind: email
request: { url: "https://api.brevo.com/v3/smtp/email" }
auth: { kind: header, name: api-key, value: env:BREVO_API_KEY }
body:
  kind: json
  template:
    sender: { email: "{{ from.email }}", name: "{{ from.name }}" }
    to: [{ email: "{{ to.email }}", name: "{{ to.name }}" }]
    replyTo: { $if: reply_to, then: { email: "{{ reply_to }}" } }
    subject: "{{ subject }}"
    textContent: "{{ text }}"
    htmlContent: "{{ html }}"
    headers: { $merge: ["{{ headers }}", { X-Mailin-custom: "{{ metadata | json }}", idempotencyKey: "{{ idempotency_uuid }}" }] }
    tags: "{{ tags }}"
response:
  id: /messageId
  error: { message: /message, code: /code }
  rules:
    - { status: [200, 201, 202], then: accepted }
    - { status: [401, 402, 403], then: halt }      # 402: no credits left
    - { status: 429, then: retry, after: [{ header: Retry-After }, { header: x-sib-ratelimit-reset }] }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 100, in_flight: 8 }
idempotency: { body: /headers/idempotencyKey, lifetime: 15m }
events: { dialect: brevo, key: env:BREVO_WEBHOOK_KEY }

"""#),
        ("customerio", #"""
# Customer.io, transactional email. Key: Account Settings > API Credentials > App API Keys.
channel: customerio
kind: email
vars: { base: "https://api.customer.io" }    # EU: https://api-eu.customer.io
request: { url: "{{ vars.base }}/v1/send/email" }
auth: { kind: bearer, token: env:CUSTOMERIO_APP_KEY }
body:
  kind: json
  template:
    to: "{{ to.email }}"
    identifiers: { id: "{{ recipient.id }}" }
    from: "{{ from.email }}"
    subject: "{{ subject }}"
    body: "{{ html }}"
    body_plain: "{{ text }}"
    reply_to: "{{ reply_to }}"
    headers: "{{ headers }}"
    message_data: "{{ metadata }}"
response:
  id: /delivery_id
  error: { message: /meta/error }
  rules:
    - { status: 200, then: accepted }
    - { status: [401, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 100, in_flight: 8 }
idempotency: none
events: { dialect: customerio, key: env:CUSTOMERIO_WEBHOOK_KEY }

"""#),
        ("customerio_in_app", #"""
# Customer.io, transactional in-app message. Its content is made in Customer.io and may use {{trigger.subject}} and
# {{trigger.text}}.
channel: customerio_in_app
kind: in_app
needs: { message: "the transactional message's id" }
vars: { base: "https://api.customer.io" }    # EU: https://api-eu.customer.io
request: { url: "{{ vars.base }}/v1/send/in_app" }
auth: { kind: bearer, token: env:CUSTOMERIO_APP_KEY }
body:
  kind: json
  template:
    transactional_message_id: "{{ vars.message }}"
    identifiers: { id: "{{ recipient.id }}" }
    message_data: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
response:
  id: /delivery_id
  error: { message: /meta/error }
  rules:
    - { status: 200, then: accepted }
    - { status: [401, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 100, in_flight: 8 }
idempotency: none
events: { dialect: customerio, key: env:CUSTOMERIO_WEBHOOK_KEY }

"""#),
        ("discord", #"""
# Discord, a channel's webhook. Its URL is the secret.
channel: discord
kind: webhook
request: { url: env:DISCORD_WEBHOOK_URL, query: { wait: "true" } }   # without it, failures to save are hidden
auth: { kind: none }
body:
  kind: json
  template:
    content: { $if: subject, then: "**{{ subject | truncate:200 }}**\n{{ text | truncate:1790 }}", else: "{{ text | truncate:2000 }}" }
    allowed_mentions: { parse: [] }
response:
  id: /id
  error: { message: /message, code: /code }
  rules:
    - { status: [200, 204], then: accepted }
    - { status: 429, then: retry, after: [{ pointer: /retry_after }, { header: Retry-After }, { header: X-RateLimit-Reset-After }] }
    - { status: [401, 403, 404], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 0.5, in_flight: 1 }
idempotency: none

"""#),
        ("intercom", #"""
# Intercom, in-app message. Token: Developer Hub > your app > Authentication.
# The user is the contact attribute intercom_id where data.yaml has one, else the contact's key.
channel: intercom
kind: in_app
needs: { admin_id: "the id of the teammate who writes, a number" }
vars: { base: "https://api.intercom.io" }    # EU: https://api.eu.intercom.io, Australia: https://api.au.intercom.io
request:
  url: "{{ vars.base }}/messages"
  headers: { Intercom-Version: "2.14", Accept: application/json }
auth: { kind: bearer, token: env:INTERCOM_TOKEN }
body:
  kind: json
  template:
    message_type: inapp
    body: "{{ html | default:text }}"
    from: { type: admin, id: "{{ vars.admin_id | number }}" }
    to: { type: user, id: "{{ recipient.intercom_id | default:recipient.id }}" }
response:
  id: /id
  error: { message: /errors/0/message, code: /errors/0/code }
  rules:
    - { status: 200, then: accepted }
    - { status: 429, then: retry, after: { header: X-RateLimit-Reset, as: epoch } }
    - { status: 404, then: retry, max_attempts: 2 }   # a contact that was just made cannot be written to yet
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 16, in_flight: 4 }
idempotency: none

"""#),
        ("iterable", #"""
# Iterable, in-app message of a campaign. Key: of the type Server-side. The campaign may use {{subject}} and {{text}}.
channel: iterable
kind: in_app
needs: { campaign_id: "the in-app campaign's id, a number" }
vars: { base: "https://api.iterable.com" }   # EU: https://api.eu.iterable.com
request: { url: "{{ vars.base }}/api/inApp/target" }
auth: { kind: header, name: Api-Key, value: env:ITERABLE_API_KEY }
body:
  kind: json
  template:
    campaignId: "{{ vars.campaign_id | number }}"
    recipientEmail: "{{ to.email }}"
    dataFields: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
response:
  id: none
  error: { message: /msg, code: /code }
  rules:
    - { status: 200, body: { /code: Success }, then: accepted }
    - { body: { /code: [BadApiKey, ForbiddenApiKey, BadAuthorizationHeader] }, then: halt }
    - { body: { /code: RateLimitExceeded }, then: retry, after: { header: Retry-After } }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { per_second: 30, in_flight: 4 }
idempotency: none

"""#),
        ("knock", #"""
# Knock, a workflow. Key: the environment's secret key. The workflow may use {{ data.subject }}, {{ data.text }}, {{ data.html }}.
channel: knock
kind: in_app
needs: { workflow: "the workflow's key" }
vars: { tenant: "" }
request: { url: "https://api.knock.app/v1/workflows/{{ vars.workflow | urlencode }}/trigger" }
auth: { kind: bearer, token: env:KNOCK_API_KEY }
body:
  kind: json
  template:
    recipients: ["{{ recipient.id }}"]
    data: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
    tenant: "{{ vars.tenant }}"
response:
  id: /workflow_run_id
  error: { message: /message, code: /code }
  rules:
    - { status: 200, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 20, in_flight: 8 }
idempotency: { header: Idempotency-Key, lifetime: 24h }

"""#),
        ("loops", #"""
# Loops, transactional email. Subject, sender and headers live in the Loops template: give it data variables named
# subject, text and html, and its own unsubscribe link.
channel: loops
kind: email
needs: { template: "the transactional email's id" }
request: { url: "https://app.loops.so/api/v1/transactional" }
auth: { kind: bearer, token: env:LOOPS_API_KEY }
body:
  kind: json
  template:
    email: "{{ to.email }}"
    transactionalId: "{{ vars.template }}"
    dataVariables: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
response:
  id: none
  error: { message: /message }
  rules:
    - { status: 200, body: { /success: true }, then: accepted }
    - { status: 409, then: duplicate }       # the key was used within 24 hours
    - { status: [401, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { per_second: 10, in_flight: 4 }
idempotency: { header: Idempotency-Key, lifetime: 24h }

"""#),
        ("mailgun", #"""
# Mailgun. Key: a sending key of the domain.
channel: mailgun
kind: email
needs: { domain: "the domain that sends, such as mg.example.com" }
vars: { base: "https://api.mailgun.net" }    # EU: https://api.eu.mailgun.net
request: { url: "{{ vars.base }}/v3/{{ vars.domain }}/messages" }
auth: { kind: basic, user: api, password: env:MAILGUN_API_KEY }
body:
  kind: form
  fields:
    from: "{{ from | address }}"
    to: "{{ to | address }}"
    subject: "{{ subject }}"
    text: "{{ text }}"
    html: "{{ html }}"
    "h:Reply-To": "{{ reply_to }}"
    "o:tag": "{{ tags }}"          # a list repeats the field
    $spread: [{ map: headers, prefix: "h:" }, { map: metadata, prefix: "v:" }]
response:
  id: /id                          # <...@domain>; its webhooks leave the brackets out
  error: { message: /message }
  rules:
    - { status: 200, then: accepted }
    - { status: [401, 403], then: halt }
    - { status: 402, then: halt }
    - { status: 429, then: retry, after: [{ header: Retry-After }, { header: X-RateLimit-Reset, as: epoch_ms }] }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { in_flight: 8, batch: 100 }   # it takes 1000; a request that times out makes all its touches unknown
batch:
  items: /to
  by_address: /recipient-variables
  body:
    kind: form
    fields:
      from: "{{ from | address }}"
      to: "{{ to | address }}"
      subject: "%recipient.subject%"
      text: "%recipient.text%"
      html: "%recipient.html%"
      "h:Reply-To": "{{ reply_to }}"
      "h:List-Unsubscribe": { $if: headers.List-Unsubscribe, then: "%recipient.unsubscribe%" }
      "h:List-Unsubscribe-Post": "{{ headers.List-Unsubscribe-Post }}"
      "o:tag": "{{ tags }}"
      "v:touch_id": "%recipient.touch_id%"
      "v:playbook": "{{ metadata.playbook }}"
      "v:workspace": "{{ metadata.workspace }}"
      recipient-variables:
        subject: "{{ subject }}"
        text: "{{ text }}"
        html: "{{ html }}"
        unsubscribe: "{{ headers.List-Unsubscribe }}"
        touch_id: "{{ metadata.touch_id }}"
idempotency: none
events: { dialect: mailgun, key: env:MAILGUN_WEBHOOK_KEY }

"""#),
        ("mandrill", #"""
# Mandrill (Mailchimp Transactional). Its key stands in the body.
channel: mandrill
kind: email
request: { url: "https://mandrillapp.com/api/1.0/messages/send.json" }
auth: { kind: body, value: env:MANDRILL_API_KEY }
body:
  kind: json
  template:
    key: "{{ secret }}"
    message:
      from_email: "{{ from.email }}"
      from_name: "{{ from.name }}"
      to: [{ email: "{{ to.email }}", name: "{{ to.name }}", type: to }]
      subject: "{{ subject }}"
      text: "{{ text }}"
      html: "{{ html }}"
      headers: { $merge: [{ Reply-To: "{{ reply_to }}" }, "{{ headers }}"] }
      metadata: "{{ metadata }}"
      tags: "{{ tags }}"
response:
  id: /0/_id
  error: { message: /message, code: /name }
  rules:                           # a 200 may be a failure, and errors often come as 500
    - { status: 200, body: { /0/status: [sent, queued, scheduled] }, then: accepted }
    - { status: 200, body: { /0/reject_reason: [hard-bounce, spam, unsub, custom] }, then: suppress, reason: /0/reject_reason }
    - { status: 200, body: { /0/reject_reason: [invalid-sender, unsigned, test-mode-limit] }, then: halt, reason: /0/reject_reason }
    - { status: 200, then: reject, reason: /0/reject_reason }
    - { body: { /name: [Invalid_Key, PaymentRequired, Unknown_Subaccount] }, then: halt }
    - { body: { /name: ValidationError }, then: reject }
    - { status: [401, 402, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: 400-499, then: reject }
limits: { in_flight: 4 }
idempotency: none
events: { dialect: mandrill, key: env:MANDRILL_WEBHOOK_KEY }

"""#),
        ("messagebird", #"""
# MessageBird, SMS. Key: a live access key; for webhooks the signing key.
channel: messagebird
kind: sms
needs: { from: "the number or name that sends" }
vars: { report_url: "" }                     # https://touch.acme.example/hooks/messagebird: then outcomes come back
request: { url: "https://rest.messagebird.com/messages" }
auth: { kind: header, name: Authorization, scheme: AccessKey, value: env:MESSAGEBIRD_ACCESS_KEY }
body:
  kind: json
  template:
    originator: "{{ vars.from }}"
    recipients: ["{{ to.phone | digits }}"]
    body: "{{ text }}"
    datacoding: auto
    reference: "{{ metadata.touch_id }}"
    reportUrl: "{{ vars.report_url }}"
response:
  id: /id
  error: { message: /errors/0/description, code: /errors/0/code }
  rules:
    - { status: 201, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { body: { /errors/0/code: [2, 25] }, then: halt }          # the key; the balance
    - { status: [401, 402, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 50, in_flight: 8 }
idempotency: none
events: { dialect: messagebird, key: env:MESSAGEBIRD_SIGNING_KEY }

"""#),
        ("novu", #"""
# Novu, a workflow. Key: the environment's secret key. The workflow may use {{payload.subject}}, {{payload.text}}.
channel: novu
kind: in_app
needs: { workflow: "the workflow's identifier" }
vars: { base: "https://api.novu.co" }        # EU: https://eu.api.novu.co
request: { url: "{{ vars.base }}/v1/events/trigger", headers: { Idempotency-Key: "{{ idempotency_key }}" } }
auth: { kind: header, name: Authorization, scheme: ApiKey, value: env:NOVU_SECRET_KEY }
body:
  kind: json
  template:
    name: "{{ vars.workflow }}"
    to: "{{ recipient.id }}"
    payload: { subject: "{{ subject }}", text: "{{ text }}", html: "{{ html }}", touch_id: "{{ metadata.touch_id }}" }
    transactionId: "{{ idempotency_key }}"
response:
  id: /data/transactionId
  error: { message: /message, code: /data/status }
  rules:
    - { status: [200, 201], body: { /data/status: processed }, then: accepted }
    - { status: [200, 201], then: reject }   # the workflow is off, or has no steps
    - { status: 429, then: retry, after: [{ header: Retry-After }, { header: RateLimit-Reset }] }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 50, in_flight: 8 }
idempotency: { body: /transactionId, lifetime: 24h }

"""#),
        ("onesignal", #"""
# OneSignal, push. To the external id that your app logs in with: the contact's key. Key: the app's API key.
# Going beyond 10 messages per subscriber within 15 minutes makes OneSignal disable the app.
channel: onesignal
kind: push
needs: { app_id: "the app's id" }
request: { url: "https://api.onesignal.com/notifications" }
auth: { kind: header, name: Authorization, scheme: Key, value: env:ONESIGNAL_API_KEY }
body:
  kind: json
  template:
    app_id: "{{ vars.app_id }}"
    target_channel: push
    include_aliases: { external_id: ["{{ recipient.id }}"] }
    headings: { en: "{{ subject }}" }
    contents: { en: "{{ text }}" }
    data: "{{ metadata }}"
    idempotency_key: "{{ idempotency_uuid }}"
response:
  id: /id
  error: { message: /errors/0 }
  rules:
    - { status: 200, body: { /id: ["", null] }, then: reject }   # nobody with that id is subscribed
    - { status: 200, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 50, in_flight: 8 }
idempotency: { body: /idempotency_key, lifetime: 30d }

"""#),
        ("pagerduty", #"""
# PagerDuty, Events API version 2. Key: the integration key of a service; it stands in the body.
# A repeat merges into the alert that is open under its key.
channel: pagerduty
kind: webhook
vars: { source: keeptouch, severity: warning }   # severity: critical, error, warning or info
request: { url: "https://events.pagerduty.com/v2/enqueue" }
auth: { kind: body, value: env:PAGERDUTY_ROUTING_KEY }
body:
  kind: json
  template:
    routing_key: "{{ secret }}"
    event_action: trigger
    dedup_key: "{{ idempotency_key }}"
    payload:
      summary: "{{ subject | default:text | truncate:1024 }}"
      source: "{{ vars.source }}"
      severity: "{{ vars.severity }}"
      custom_details: { text: "{{ text }}", playbook: "{{ metadata.playbook }}", touch_id: "{{ metadata.touch_id }}" }
response:
  id: /dedup_key
  error: { message: /message }
  rules:
    - { status: 202, then: accepted }
    - { status: [401, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 2, in_flight: 1 }
idempotency: { body: /dedup_key, lifetime: 1h }

"""#),
        ("postmark", #"""
# Postmark. Key: the server's API token.
channel: postmark
kind: email
vars: { stream: "" }               # the message stream; Postmark's own default is "outbound"
request: { url: "https://api.postmarkapp.com/email", headers: { Accept: application/json } }
auth: { kind: header, name: X-Postmark-Server-Token, value: env:POSTMARK_SERVER_TOKEN }
body:
  kind: json
  template:
    From: "{{ from | address }}"
    To: "{{ to | address }}"
    ReplyTo: "{{ reply_to }}"
    Subject: "{{ subject }}"
    TextBody: "{{ text }}"
    HtmlBody: "{{ html }}"
    Headers: { $each: headers, do: { Name: "{{ key }}", Value: "{{ value }}" } }
    Tag: "{{ tags.0 }}"            # exactly one
    Metadata: "{{ metadata }}"
    MessageStream: "{{ vars.stream }}"
response:
  id: /MessageID
  error: { message: /Message, code: /ErrorCode }
  rules:                           # its codes are not HTTP's, and a 200 may be a failure
    - { status: 200, body: { /ErrorCode: 0 }, then: accepted }
    - { body: { /ErrorCode: 406 }, then: suppress }      # inactive: bounced or complained before
    - { body: { /ErrorCode: [10, 400, 401, 405, 412, 413] }, then: halt }   # token, sender, credit, account
    - { body: { /ErrorCode: [100, 429] }, then: retry }
    - { status: [401, 403], then: halt }
    - { status: [408, 429], then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { in_flight: 8, batch: 100 }   # it takes 500; a request that times out makes all its touches unknown
batch: { url: "https://api.postmarkapp.com/email/batch", results: whole }
idempotency: none
events: { dialect: postmark, key: env:POSTMARK_WEBHOOK_KEY }

"""#),
        ("pusher_beams", #"""
# Pusher Beams, push. To the authenticated user: the contact's key. Key: the instance's secret key.
channel: pusher_beams
kind: push
needs: { instance: "the instance's id" }
request: { url: "https://{{ vars.instance }}.pushnotifications.pusher.com/publish_api/v1/instances/{{ vars.instance }}/publishes/users" }
auth: { kind: bearer, token: env:BEAMS_SECRET_KEY }
body:
  kind: json
  template:
    users: ["{{ recipient.id }}"]
    web: { notification: { title: "{{ subject }}", body: "{{ text }}" } }
    fcm: { notification: { title: "{{ subject }}", body: "{{ text }}" } }
response:
  id: /publishId
  error: { message: /description, code: /error }
  rules:
    - { status: 200, then: accepted }
    - { status: [401, 403, 404], then: halt }
    - { status: [408, 429], then: retry }
    - { status: 400-499, then: reject }
limits: { in_flight: 8 }
idempotency: none

"""#),
        ("resend", #"""
# Resend. Key: API Keys, with sending access.
channel: resend
kind: email
request: { url: "https://api.resend.com/emails" }
auth: { kind: bearer, token: env:RESEND_API_KEY }
body:
  kind: json
  template:
    from: "{{ from | address }}"
    to: ["{{ to | address }}"]
    subject: "{{ subject }}"
    reply_to: ["{{ reply_to }}"]
    text: "{{ text }}"
    html: "{{ html }}"
    headers: "{{ headers }}"
    tags: { $each: metadata, do: { name: "{{ key | token }}", value: "{{ value | token }}" } }
response:
  id: /id
  error: { message: /message, code: /name }
  rules:
    - { status: [200, 201], then: accepted }
    - { body: { /name: [daily_quota_exceeded, monthly_quota_exceeded, invalid_api_key, missing_api_key, restricted_api_key] }, then: halt }
    - { body: { /name: concurrent_idempotent_requests }, then: retry }
    - { status: 429, then: retry, after: [{ header: retry-after }, { header: ratelimit-reset }] }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 2, in_flight: 2, batch: 100 }
batch: { url: "https://api.resend.com/emails/batch", results: /data }
idempotency: { header: Idempotency-Key, lifetime: 24h }
events: { dialect: resend, key: env:RESEND_WEBHOOK_KEY }

"""#),
        ("sendgrid", #"""
# SendGrid (Twilio). Key: Settings > API Keys, with Mail Send.
# custom_args and categories are kept by SendGrid for long and cannot be deleted: ids only, no personal data.
channel: sendgrid
kind: email
vars: { base: "https://api.sendgrid.com" }   # EU: https://api.eu.sendgrid.com
request: { url: "{{ vars.base }}/v3/mail/send" }
auth: { kind: bearer, token: env:SENDGRID_API_KEY }
body:
  kind: json
  template:
    personalizations: [{ to: [{ email: "{{ to.email }}", name: "{{ to.name }}" }] }]
    from: { email: "{{ from.email }}", name: "{{ from.name }}" }
    reply_to: { $if: reply_to, then: { email: "{{ reply_to }}" } }
    subject: "{{ subject }}"
    content:                       # text/plain must come before text/html
      - { $if: text, then: { type: text/plain, value: "{{ text }}" } }
      - { $if: html, then: { type: text/html, value: "{{ html }}" } }
    headers: "{{ headers }}"
    custom_args: "{{ metadata }}"
    categories: "{{ tags }}"
response:
  id: { header: X-Message-Id }
  error: { message: /errors/0/message, code: /errors/0/field }
  rules:
    - { status: [200, 202], then: accepted }
    - { status: 429, then: retry, after: [{ header: Retry-After }, { header: X-RateLimit-Reset, as: epoch }] }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 100, in_flight: 8, batch: 100 }   # it takes 1000; a request that times out makes all its touches unknown
batch:                             # the texts travel as substitutions, of which it takes 10 kB a message; longer ones go alone
  items: /personalizations
  body:
    kind: json
    template:
      personalizations:
        - to: [{ email: "{{ to.email }}", name: "{{ to.name }}" }]
          subject: "{{ subject }}"
          headers: "{{ headers }}"
          custom_args: "{{ metadata }}"
          substitutions: { "%%text%%": "{{ text }}", "%%html%%": "{{ html }}" }
      from: { email: "{{ from.email }}", name: "{{ from.name }}" }
      reply_to: { $if: reply_to, then: { email: "{{ reply_to }}" } }
      content:
        - { $if: text, then: { type: text/plain, value: "%%text%%" } }
        - { $if: html, then: { type: text/html, value: "%%html%%" } }
      categories: "{{ tags }}"
idempotency: none
events: { dialect: sendgrid, key: env:SENDGRID_WEBHOOK_KEY }

"""#),
        ("slack", #"""
# Slack, incoming webhook. Its URL is the secret.
channel: slack
kind: webhook
request: { url: env:SLACK_WEBHOOK_URL }
auth: { kind: none }
body:
  kind: json
  template:
    text: { $if: subject, then: "*{{ subject }}*\n{{ text }}", else: "{{ text }}" }
response:
  id: none
  rules:                           # the answer is plain text
    - { status: 200, text: ok, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { text: ~(no_service|no_team|invalid_token|action_prohibited|channel_is_archived|channel_not_found|team_disabled|no_active_hooks), then: halt }
    - { status: [401, 403, 404, 410], then: halt }
    - { status: 408, then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { per_second: 1, in_flight: 1 }
idempotency: none

"""#),
        ("slack_bot", #"""
# Slack, chat.postMessage. Token: a bot's (xoxb-...), with chat:write, and invited to the channel.
channel: slack_bot
kind: webhook
needs: { channel: "the channel's id, such as C0123456789" }
request: { url: "https://slack.com/api/chat.postMessage" }
auth: { kind: bearer, token: env:SLACK_BOT_TOKEN }
body:
  kind: json
  template:
    channel: "{{ vars.channel }}"
    text: { $if: subject, then: "*{{ subject }}*\n{{ text }}", else: "{{ text }}" }
response:
  id: /ts
  error: { message: /error }
  rules:                           # failures come as 200 with ok: false
    - { status: 200, body: { /ok: true }, then: accepted }
    - { body: { /error: [ratelimited, rate_limited] }, then: retry, after: { header: Retry-After } }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { body: { /error: [invalid_auth, not_authed, account_inactive, token_revoked, token_expired, missing_scope, channel_not_found, not_in_channel, is_archived] }, then: halt }
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: [200-299, 400-499], then: reject }
limits: { per_second: 1, in_flight: 1 }
idempotency: none

"""#),
        ("sparkpost", #"""
# SparkPost. Key: with Transmissions: Read/Write.
channel: sparkpost
kind: email
vars: { base: "https://api.sparkpost.com" }  # EU: https://api.eu.sparkpost.com
request: { url: "{{ vars.base }}/api/v1/transmissions" }
auth: { kind: header, name: Authorization, value: env:SPARKPOST_API_KEY }   # the key alone, without a word before it
body:
  kind: json
  template:
    recipients: [{ address: { email: "{{ to.email }}", name: "{{ to.name }}" } }]
    content:
      from: "{{ from | address }}"
      subject: "{{ subject }}"
      reply_to: "{{ reply_to }}"
      headers: "{{ headers }}"
      text: "{{ text }}"
      html: "{{ html }}"
    metadata: "{{ metadata }}"
    campaign_id: "{{ tags.0 | truncate:64 }}"
response:
  id: /results/id
  error: { message: /errors/0/message, code: /errors/0/code }
  rules:
    - { status: 200, body: { /results/total_accepted_recipients: ">0" }, then: accepted }
    - { status: 200, then: reject }
    - { status: [420, 429], then: retry, after: { header: Retry-After } }   # 420: over the quota
    - { status: [401, 403], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { in_flight: 8 }
idempotency: none
events: { dialect: sparkpost, key: env:SPARKPOST_WEBHOOK_KEY }

"""#),
        ("teams", #"""
# Microsoft Teams, a workflow. "Post to a channel when a webhook request is received"; its URL is the secret.
channel: teams
kind: webhook
request: { url: env:TEAMS_WORKFLOW_URL }
auth: { kind: none }
body:
  kind: json
  template:
    type: message
    attachments:
      - contentType: application/vnd.microsoft.card.adaptive
        contentUrl: null
        content:
          "$$schema": "http://adaptivecards.io/schemas/adaptive-card.json"
          type: AdaptiveCard
          version: "1.4"
          body:
            - { $if: subject, then: { type: TextBlock, text: "{{ subject }}", weight: Bolder, size: Large } }
            - { type: TextBlock, text: "{{ text | truncate:6000 }}", wrap: true }   # 28 KB for all
response:
  id: { header: x-ms-workflow-run-id }
  rules:
    - { status: [200, 202], then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { status: [401, 403, 404], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 4, in_flight: 1 }
idempotency: none

"""#),
        ("twilio", #"""
# Twilio, SMS. Keys: the account's SID and its auth token (or an API key's SID and secret).
# With a Messaging Service: body: { fields: { MessagingServiceSid: MG... } }, and `from` one of its senders.
channel: twilio
kind: sms
needs: { account: "the account's SID, such as AC0123...", from: "the number, short code or name that sends" }
vars: { status_callback: "" }                # https://touch.acme.example/hooks/twilio: then outcomes come back
request: { url: "https://api.twilio.com/2010-04-01/Accounts/{{ vars.account }}/Messages.json" }
auth: { kind: basic, user: env:TWILIO_ACCOUNT_SID, password: env:TWILIO_AUTH_TOKEN }
body:
  kind: form
  fields:
    To: "{{ to.phone }}"
    From: "{{ vars.from }}"
    Body: "{{ text }}"
    StatusCallback: "{{ vars.status_callback }}"
response:
  id: /sid
  error: { message: /message, code: /code }
  rules:
    - { status: 201, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { body: { /code: [20429, 14107, 21611] }, then: retry }    # too many at once; the sender's queue is full
    - { body: { /code: 21610 }, then: suppress }                 # the number has said STOP
    - { body: { /code: [20003, 20005, 20404, 21212, 21603, 21606, 21607, 21608, 21659, 21660, 21701, 21703, 30002] }, then: halt }   # account, sender
    - { status: [401, 403, 404], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 10, in_flight: 8 }
idempotency: none
events: { dialect: twilio, key: env:TWILIO_AUTH_TOKEN }

"""#),
        ("twilio_whatsapp", #"""
# WhatsApp through Twilio. A campaign needs an approved content template: its SID, and what its variables stand for.
# The template's {{1}} is the message's text; others: body: { fields: { ContentVariables: { "1": ..., "2": ... } } }.
channel: twilio_whatsapp
kind: sms
needs:
  account: "the account's SID, such as AC0123..."
  from: "the number of the WhatsApp sender, such as +14155238886"
  content: "the content template's SID, such as HX0123..."
vars: { status_callback: "" }
request: { url: "https://api.twilio.com/2010-04-01/Accounts/{{ vars.account }}/Messages.json" }
auth: { kind: basic, user: env:TWILIO_ACCOUNT_SID, password: env:TWILIO_AUTH_TOKEN }
body:
  kind: form
  fields:
    To: "whatsapp:{{ to.phone }}"
    From: "whatsapp:{{ vars.from }}"
    ContentSid: "{{ vars.content }}"
    ContentVariables: { "1": "{{ text }}" }
    StatusCallback: "{{ vars.status_callback }}"
response:
  id: /sid
  error: { message: /message, code: /code }
  rules:
    - { status: 201, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { body: { /code: [20429, 14107, 21611, 63018] }, then: retry }
    - { body: { /code: 21610 }, then: suppress }
    - { body: { /code: [20003, 20005, 20404, 21212, 21603, 21606, 21655, 63007] }, then: halt }   # account, sender, template
    - { status: [401, 403, 404], then: halt }
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 10, in_flight: 8 }
idempotency: none
events: { dialect: twilio, key: env:TWILIO_AUTH_TOKEN }

"""#),
        ("vonage", #"""
# Vonage, SMS by its Messages API. Keys: the account's API key and secret; for webhooks its signature secret.
channel: vonage
kind: sms
needs: { from: "the number or name that sends" }
request: { url: "https://api.nexmo.com/v1/messages" }
auth: { kind: basic, user: env:VONAGE_API_KEY, password: env:VONAGE_API_SECRET }
body:
  kind: json
  template:
    channel: sms
    message_type: text
    to: "{{ to.phone | digits }}"
    from: "{{ vars.from }}"
    text: "{{ text }}"
    client_ref: "{{ metadata.touch_id }}"
response:
  id: /message_uuid
  error: { message: /detail, code: /title }
  rules:
    - { status: 202, then: accepted }
    - { status: 429, then: retry, after: { header: Retry-After } }
    - { status: [401, 402, 403], then: halt }    # keys, credit, rights
    - { status: 408, then: retry }
    - { status: 400-499, then: reject }
limits: { per_second: 25, in_flight: 8 }
idempotency: none
events: { dialect: vonage, key: env:VONAGE_SIGNATURE_SECRET }

"""#),
        ("webhook", #"""
# Your own endpoint, signed as Standard Webhooks. See standardwebhooks.com. WEBHOOK_SECRET: whsec_ and 24 to 64 bytes in
# base64. A repeat carries the same webhook-id: an endpoint that does not remember them needs idempotency: none.
channel: webhook
kind: webhook
request: { url: env:WEBHOOK_URL }
auth:
  kind: hmac
  key: env:WEBHOOK_SECRET
  payload: "{{ idempotency_key }}.{{ timestamp }}.{{ body }}"
  encoding: base64
  headers:
    webhook-id: "{{ idempotency_key }}"
    webhook-timestamp: "{{ timestamp }}"
    webhook-signature: "v1,{{ signature }}"
body:
  kind: json
  template:
    type: touch.send
    data:
      touch: "{{ metadata.touch_id }}"
      playbook: "{{ metadata.playbook }}"
      to: "{{ recipient.id }}"
      subject: "{{ subject }}"
      text: "{{ text }}"
response:
  id: /id
  rules:
    - { status: 200-299, then: accepted }
    - { status: [401, 403, 410], then: halt }   # 410: gone for good
    - { status: [408, 425, 429], then: retry, after: { header: Retry-After } }
    - { status: 400-499, then: reject }
idempotency: { header: webhook-id, lifetime: 24h }

"""#),
    ]
}
