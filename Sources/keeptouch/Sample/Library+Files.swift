// swift-format-ignore-file
// Made by playbooks/embed.sh from playbooks/ and samples/acme/; `make library` makes it anew.

extension Library {
    /// The names of those that are live in the simulated workspace.
    static let live: Set<String> = ["cancel-request", "monthly-tip", "stalled-onboarding", "win-back-usage"]

    /// The playbooks, as drafts, by path in a workspace.
    static let playbooks: [File] = [
        File("playbooks/cancel-request/all-the-best.md", #"""
---
subject: Your data, and all the best
preheader: Everything you made, in one file that stays there for a year.
action:
  label: Download everything
  url: https://app.acme.example/account/export
---
Hi {{contact.first_name | there}},

We have your request, and nothing more is needed from you. The account ends with the period you have paid for; what is
left of it is paid back to the card on file within a few days.

The link below leads to everything that {{account.name}} made with us, in one file that opens in any spreadsheet. Your
accountant may want it; it stays there for a year.

Closing something that one has built is hard. Thank you for having worked with us, and all the best for what comes next.

"""#),
        File("playbooks/cancel-request/before-you-go.md", #"""
---
subject: Your export, and one question
preheader: Everything you made, in one file.
action:
  label: Download everything
  url: https://app.acme.example/account/export
---
Hi {{contact.first_name | there}},

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
Hi {{contact.first_name | there}},

We have your request, and nothing more is needed from you: the account ends with the period you have paid for, and you
can export everything in it until then and for 30 days after.

Before it does, here are three things that people often did not know they could do:

- **Pause.** Keep everything as it is for up to three months and pay nothing.
- **Step down.** The free plan keeps your reports and two seats.
- **Tell us what went wrong.** If a missing feature or a bug is the reason, an answer to this email goes straight to the
  people who can change it.

If none of these fits, that is all right too. Thank you for having worked with us.

"""#),
        File("playbooks/cancel-request/pause-instead.md", #"""
---
subject: We got your request to cancel {{account.name}}
preheader: What happens now, and a pause in case it is only for now.
action:
  label: Pause instead
  url: https://app.acme.example/account/pause
---
Hi {{contact.first_name | there}},

We have your request, and nothing more is needed from you: the account ends with the period you have paid for, and you can
export everything in it until then and for 30 days after.

You said that you do not use it. If that is for now rather than for good, a **pause** keeps everything as it is for up to
three months and costs nothing. If there was never the time to set it up, answer with the one thing that it should have
done for you: we set that up in your account, and you decide then.

If it is for good, that is all right too. Thank you for having tried.

"""#),
        File("playbooks/cancel-request/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: a customer who asks to cancel has told you something. The first answer makes leaving easy, says what happens to
# their data, and names the one honest alternative that fits the reason they gave; some stay because it does. Nothing
# else should reach them meanwhile, hence `exclusive`. It answers at once, whichever person asked. A company that closes
# down gets its data and a good word, and no offer. The links lead to app.acme.example: put your own.
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
  - choose:
      - if: event.reason == "price"
        then:
          - email: smaller-plan.md
      - if: event.reason == "missing_feature"
        then:
          - email: what-is-missing.md
      - if: event.reason == "no_use"
        then:
          - email: pause-instead.md
      - if: event.reason == "out_of_business"
        then:
          - email: all-the-best.md
          - stop: yes
      - else:
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
also:
  - active_days(logins, 14d) >= 2
guardrail_metrics: { complained: 0.1% }
tests:
  - name: too expensive is answered with the smaller plan
    account:
      created_at: -300d
      mrr: 99
      events:
        - { cancel_requested: -1h, reason: too_expensive, contact: ada }
    expect: [match, sent smaller-plan.md, sent options-in-app.md, not sent options.md]
    then:
      - after: 5d
        expect: [sent before-you-go.md, exit because completed]
  - name: a company that closes gets its data and no offer
    account:
      created_at: -300d
      mrr: 99
      events:
        - { cancel_requested: -1h, reason: closing_down, contact: ada }
    expect: [sent all-the-best.md, not sent options-in-app.md]
    then:
      - after: 5d
        expect: nothing sent
  - name: whoever changes their mind hears no more of it
    account:
      created_at: -300d
      mrr: 99
      events:
        - cancel_requested: -1h
    expect: [match, sent options.md]
    then:
      - after: 2d
        account:
          events:
            - cancel_withdrawn: -1h
        expect: [goal, exit because goal, not sent before-you-go.md]
  - name: an old request is not answered out of the blue
    account:
      created_at: -300d
      mrr: 99
      events:
        - cancel_requested: -9d
    expect: nothing sent

"""#),
        File("playbooks/cancel-request/smaller-plan.md", #"""
---
subject: We got your request to cancel {{account.name}}
preheader: What happens now, and two ways that cost less or nothing.
action:
  label: Compare the plans
  url: https://app.acme.example/account/options
---
Hi {{contact.first_name | there}},

We have your request, and nothing more is needed from you: the account ends with the period you have paid for, and you can
export everything in it until then and for 30 days after.

You said that it costs too much. Before you go, two things that cost less and that people often do not know of:

- **The free plan** keeps your reports and two seats, for good.
- **A pause** keeps everything as it is for up to three months, and you pay nothing.

If neither fits, that is all right too. Thank you for having worked with us.

"""#),
        File("playbooks/cancel-request/what-is-missing.md", #"""
---
subject: We got your request to cancel {{account.name}}
preheader: "What happens now, and a question: what was missing?"
action:
  label: See what is coming
  url: https://app.acme.example/roadmap
---
Hi {{contact.first_name | there}},

We have your request, and nothing more is needed from you: the account ends with the period you have paid for, and you can
export everything in it until then and for 30 days after.

You said that something is missing. Would you tell us what, in one line? Sometimes it is there under another name, and
then we show you where. Sometimes it is being built, and then you hear when it comes. And sometimes we have to say that it
will not be, so that you can leave without wondering.

The answer goes straight to the people who build it.

"""#),
        File("playbooks/champion-left/a-minute-of-yours.md", #"""
---
subject: One minute, so that nothing gets lost
preheader: Invoices and warnings reach nobody as it is.
action:
  label: I look after it
  url: https://app.acme.example/team/owner
---
Hi {{contact.first_name | there}},

Nobody is named for {{account.name}}'s account yet. As long as that is so, invoices and warnings go to somebody who no
longer reads them.

If it is you, press the button. If it is somebody else, forward this email; the button works for them as well.

"""#),
        File("playbooks/champion-left/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: when the person who chose the product leaves, the next one inherits a bill without the reason for it. Ask those
# who remain who it is now, and give the new person a start of their own. An account that still has an owner is fine.
playbook: champion-left
title: Find out who is in charge now
state: draft
audience: status == "active"
category: account
risk: champion_left
on: contact_left
if: contacts(where role == "owner") == 0
max_age: 7d
reentry: after 60d
priority: 75
holdout: 10%
to: [owner, admin, billing, everyone]
steps:
  - email: who-is-it-now.md
  - wait_for: contacts(where role == "owner") >= 1
    at_most: 7d
  - choose:
      - if: waited(wait_for_1) == "met"
        then:
          - email: welcome.md
      - else:
          - email: a-minute-of-yours.md
exit:
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: contacts(where role == "owner") >= 1
  within: 30d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: those who remain are asked, and the new owner is welcomed
    account:
      created_at: -400d
      mrr: 49
      contacts:
        - { key: ada, role: owner, email: ada@example.com, status: left }
        - { key: bea, role: admin, email: bea@example.com }
      events:
        - { contact_left: -1h, contact: ada }
    expect: [match, sent who-is-it-now.md to admin]
    then:
      - after: 4d
        account:
          contacts:
            - { key: ada, role: owner, email: ada@example.com, status: left }
            - { key: bea, role: admin, email: bea@example.com }
            - { key: cem, role: owner, email: cem@example.com }
        expect: [goal, waited wait_for_1 met, sent welcome.md to owner]
  - name: nobody named after a week is asked once more
    account:
      created_at: -400d
      mrr: 49
      contacts:
        - { key: ada, role: owner, email: ada@example.com, status: left }
        - { key: bea, role: billing, email: bea@example.com }
      events:
        - { contact_left: -1h, contact: ada }
    expect: sent who-is-it-now.md to billing
    then:
      - after: 9d
        expect: sent a-minute-of-yours.md
  - name: with an owner still there all is well
    account:
      created_at: -400d
      mrr: 49
      contacts:
        - { key: ada, role: owner, email: ada@example.com }
        - { key: bea, role: admin, email: bea@example.com, status: left }
      events:
        - { contact_left: -1h, contact: bea }
    expect: no match

"""#),
        File("playbooks/champion-left/welcome.md", #"""
---
subject: "Welcome: your account in five minutes"
preheader: What it does, what it costs, who uses it.
action:
  label: Open the overview
  url: https://app.acme.example/overview
---
Hi {{contact.first_name | there}},

You look after {{account.name}}'s account now. Somebody else set it up, so this is what one wants to know first:

- **What it does for you.** The overview lists the reports that your colleagues really read.
- **What it costs.** The plan, the seats, the next renewal, on one page.
- **Who uses it**, and who no longer works with you and should lose the key.

If you would like it shown, a quarter of an hour is enough: just answer. And if you wonder whether you need it at all, we
tell you honestly what your team would miss.

"""#),
        File("playbooks/champion-left/who-is-it-now.md", #"""
---
subject: Who looks after {{account.name}}'s account now?
preheader: Everything works as before. One click names the person.
action:
  label: Name the person
  url: https://app.acme.example/team/owner
---
Hi {{contact.first_name | there}},

The person who looked after your account with us has left. Everything works as before; there is only nobody now who gets
the important mail and may change the plan.

Would you tell us who it is, or take it over yourself? It is one click, and nobody has to sign anything.

"""#),
        File("playbooks/detractor/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: whoever gives a low score and then hears nothing has their answer. Thanks at once, to the person who said it, and
# two weeks later an honest look at what came of it, with the question asked again. Without a comment the first message
# asks for one; it does not defend anything.
playbook: detractor
title: Answer people who are unhappy
state: draft
category: account
risk: unhappy
on: nps_response
if: event.score <= 6
max_age: 2d
reentry: after 60d
priority: 70
holdout: 10%
to: [event.contact, owner]
steps:
  - choose:
      - if: event.comment is present and event.comment != ""
        then:
          - email: we-read-it.md
      - else:
          - email: what-happened.md
  - wait: 14d
  - email: what-came-of-it.md
exit:
  - goal
  - churned
  - happened(cancel_requested)
goal:
  when: happened(nps_response where score >= 7)
  within: 60d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a low score with a comment is read and answered
    account:
      created_at: -200d
      mrr: 49
      events:
        - { nps_response: -1h, score: 3, comment: "The export is slow.", contact: ada }
    expect: [match, sent we-read-it.md, not sent what-happened.md]
    then:
      - after: 16d
        expect: [sent what-came-of-it.md, exit because completed]
  - name: a low score without a word is asked
    account:
      created_at: -200d
      mrr: 49
      events:
        - { nps_response: -1h, score: 6 }
    expect: [match, sent what-happened.md]
    then:
      - after: 10d
        account:
          events:
            - { nps_response: -1d, score: 8 }
        expect: [goal, exit because goal]
  - name: a seven is not unhappy
    account:
      created_at: -200d
      mrr: 49
      events:
        - { nps_response: -1h, score: 7, contact: ada }
    expect: no match

"""#),
        File("playbooks/detractor/we-read-it.md", #"""
---
subject: We read what you wrote
preheader: A person has it now. In two weeks you hear what came of it.
---
Hi {{contact.first_name | there}},

Thank you for your answer to our survey, and for saying why. You wrote:

> {{#event.comment}}{{event.comment}}{{/event.comment}}{{^event.comment}}(nothing){{/event.comment}}

A person has it in front of them now, together with your account. If it is something that we can mend for you, you hear
from them. If it is something that takes longer, it goes on the list with your name beside it, and we write to you in two
weeks about what came of it.

No need to answer; but if there is more to say, this address reaches the same person.

"""#),
        File("playbooks/detractor/what-came-of-it.md", #"""
---
subject: "Two weeks later: what came of it"
preheader: A short list, and the same question again.
action:
  label: See the list and answer
  url: https://app.acme.example/what-changed
---
Hi {{contact.first_name | there}},

Two weeks ago you told us that you were not happy. The page below lists what has changed since, and what has not; it is
short, and it does not pretend.

Has it become better for you? The same question as last time, one click, and the honest number helps us most.

"""#),
        File("playbooks/detractor/what-happened.md", #"""
---
subject: What should have been better?
preheader: One word is plenty; a person reads it.
---
Hi {{contact.first_name | there}},

Thank you for your answer to our survey. It was a low number, and we would like to understand it rather than count it.

**What is the one thing that should have been better?** A word or a line is plenty; it goes to a person, not into a
statistic. And if you would rather not, that is an answer too.

"""#),
        File("playbooks/first-value/almost-there.md", #"""
---
subject: One name, and it is shared
action:
  label: Open my report
  url: https://app.acme.example/reports/latest
---
You were there the other day: the button is at the top right, and one address is enough.

"""#),
        File("playbooks/first-value/every-monday.md", #"""
---
subject: Let your report come to you, every Monday
preheader: Half a minute once, and nobody has to ask for the numbers.
action:
  label: Schedule it
  url: https://app.acme.example/reports/latest
---
Hi {{contact.first_name | there}},

The report that you made can write itself. Press **Schedule**, choose Monday, and add everybody who should have it. It is
in their inbox before the first meeting, with the numbers of last week.

It takes half a minute, and nobody has to remember anything any more.

"""#),
        File("playbooks/first-value/examples.md", #"""
---
subject: Three reports that teams of your size share
preheader: Each is one click away, with your own data in it.
action:
  label: Look at the three
  url: https://app.acme.example/learn/examples
---
Hi {{contact.first_name | there}},

If the report that you made is not yet the one worth showing around, these three are the ones that others share first.
Each is a copy with your own data in it, one click away:

- **Monday morning**: what came in last week, and what is still open
- **Who has gone quiet**: customers that ordered less than usual
- **The one number**: whatever your team steers by, as one line since January

Nothing fits? Answer with the question that you would like answered, and we build it in your account.

"""#),
        File("playbooks/first-value/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: making a report is work; the value comes when somebody else reads it. Accounts that make a first report and never
# share one have paid the price of starting without the reward, and they are the quiet losses of the second month.
playbook: first-value
title: Help accounts to share their first report
state: draft
audience: tech_touch
category: education
risk: onboarding
when: days_since(created_at) >= 21 and days_since(created_at) <= 75 and ever(first_report) and not ever(report_shared)
reentry: never
priority: 65
holdout: 10%
to: [owner, admin]
variants:
  colleague: 1
  schedule: 1
steps:
  - email: { colleague: show-a-colleague.md, schedule: every-monday.md }
  - wait_till: 10:00 local
  - in_app: share-button.md
  - wait: 7d
  - choose:
      - if: clicked(email_1)
        then:
          - in_app: almost-there.md
      - else:
          - email: examples.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: happened(report_shared)
  within: 30d
also:
  - feature_used
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a report that nobody else has seen is helped along
    account:
      created_at: -25d
      mrr: 29
      events:
        - first_report: -12d
    variant: colleague
    expect: [match, sent show-a-colleague.md]
    then:
      - after: 2d
        expect: sent share-button.md
      - after: 9d
        expect: sent examples.md
  - name: sharing ends it
    account:
      created_at: -25d
      mrr: 29
      events:
        - first_report: -12d
    variant: schedule
    expect: sent every-monday.md
    then:
      - after: 3d
        account:
          events:
            - report_shared: -1h
        expect: [goal, exit because goal]
  - name: without a first report there is nothing to share
    account:
      created_at: -25d
      mrr: 29
    expect: no match
  - name: who has shared has arrived
    account:
      created_at: -25d
      mrr: 29
      events:
        - first_report: -12d
        - report_shared: -2d
    expect: no match

"""#),
        File("playbooks/first-value/share-button.md", #"""
---
subject: Share your report
action:
  label: Open my report
  url: https://app.acme.example/reports/latest
---
Press **Share** beside its name and type a colleague's address. They need no account to read it.

"""#),
        File("playbooks/first-value/show-a-colleague.md", #"""
---
subject: Who else would like to see this, {{account.name}}?
preheader: One name is enough. They need no seat and no password.
action:
  label: Open my report
  url: https://app.acme.example/reports/latest
---
Hi {{contact.first_name | there}},

You have made a report that works. The second half of its value is still waiting: somebody else reading it.

Open it, press **Share**, and type one name. Your colleague gets a link that opens in the browser; they need no account
and no seat, and they always see the numbers of today.

Most teams begin with the person who asks for these numbers anyway.

"""#),
        File("playbooks/gone-quiet/as-you-left-it.md", #"""
---
subject: Everything in {{account.name}} is as you left it
preheader: The numbers in it are today's. One page shows what changed.
action:
  label: See what changed
  url: https://app.acme.example/overview
---
Hi {{contact.first_name | there}},

Nobody has opened your account for {{quiet}}, and that is fine: it waits. Your reports, views and data are all as you left
them, and the numbers in them have been kept up to date.

If you want to pick one thing up again, the overview is the quickest. It shows what has changed since your last visit on
one page.

Should the account have done its job, you do not need to hunt for the way out. Answer with "close", and we do it for you.

"""#),
        File("playbooks/gone-quiet/pause.md", #"""
---
subject: Shall we pause {{account.name}}?
preheader: A pause costs nothing, and coming back is one click.
action:
  label: Pause my account
  url: https://app.acme.example/account/pause
---
Hi {{contact.first_name | there}},

You pay for something that nobody has used for a while, and we would rather tell you than hope that you do not notice.
Three honest ways on:

- **Pause.** Everything stays as it is for up to three months, and you pay nothing. Coming back is one click.
- **Take it with you.** One file with everything in it, and we close the account.
- **Leave it as it is.** Then this is the last you hear of it from us.

"""#),
        File("playbooks/gone-quiet/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: after three weeks without anyone a team has stopped thinking of the product, and a bill for something forgotten
# makes the angriest cancellations. One friendly note, one honest offer to pause or leave with everything, and then
# silence. Those who just fell from regular use belong to win-back-usage and are left to it.
playbook: gone-quiet
title: Write to accounts that nobody uses any more
state: draft
audience: tech_touch
category: education
risk: no_use
signals:
  quiet: idle(logins)
when: idle(logins) > 21d and days_since(created_at) > 45 and not enrolled(`win-back-usage`, 30d)
reentry: after 180d
rearm: 28d
priority: 40
holdout: 10%
to: [owner, admin, billing]
steps:
  - email: as-you-left-it.md
  - wait_for: sum(logins, 3d) > 0
    at_most: 10d
  - choose:
      - if: waited(wait_for_1) == "timed_out"
        then:
          - email: pause.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: active_days(logins, 14d) >= 2
  within: 45d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1%, churned: 2% }
tests:
  - name: three silent weeks bring a note, and two more the offer to pause
    account:
      created_at: -200d
      mrr: 29
      metrics:
        logins: [1 per 1d for 60d, 0 for 25d]
    expect: [match, sent as-you-left-it.md]
    then:
      - after: 16d
        expect: [waited wait_for_1 timed_out, sent pause.md]
  - name: who comes back is not asked to pause
    account:
      created_at: -200d
      mrr: 29
      metrics:
        logins: [1 per 1d for 60d, 0 for 25d]
    expect: sent as-you-left-it.md
    then:
      - after: 16d
        account:
          metrics:
            logins: [1 per 1d for 15d]
        expect: [goal, not sent pause.md]
  - name: a short holiday is nobody's business
    account:
      created_at: -200d
      mrr: 29
      metrics:
        logins: [1 per 1d for 60d, 0 for 14d]
    expect: no match

"""#),
        File("playbooks/health-fall/check-up-in-app.md", #"""
---
subject: Is everything running?
action:
  label: Run the check-up
  url: https://app.acme.example/check-up
---
The check-up looks for connections that stopped and reports that nobody opens. It takes a minute.

"""#),
        File("playbooks/health-fall/check-up.md", #"""
---
subject: A five-minute check-up for {{account.name}}
preheader: It looks for what stopped working, and mends what it can.
action:
  label: Run the check-up
  url: https://app.acme.example/check-up
---
Hi {{contact.first_name | there}},

Some of the signs that we look at when we ask ourselves whether an account is doing well have turned in the last few
weeks. That may be the season, or something that we should know.

The check-up page looks through your account and tells you plainly what it finds: connections that stopped, reports that
nobody opens, people who cannot log in. Whatever it can mend, it mends with one click.

If you know already what is wrong, answer this email with one line. A person reads it.

"""#),
        File("playbooks/health-fall/person.md", #"""
---
subject: Would you rather talk to somebody?
preheader: A quarter of an hour, your account on the screen.
action:
  label: Pick a time
  url: https://app.acme.example/help/call
---
Hi {{contact.first_name | there}},

A page can find what is broken; it cannot find what is in the way. If something is, take a quarter of an hour of one of
us. You say what you are trying to get done, we look at your account together, and you leave with it done or with a
straight answer why not.

If this is not the time for it, one line with the reason helps us as much.

"""#),
        File("playbooks/health-fall/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: a health score mixes signals that each look harmless alone. When it has lost a quarter within a month and is low
# now, something has changed, and nobody yet knows what. So the message does not guess: it offers a five-minute check
# of the account, and a person where the score is very low.
playbook: health-fall
title: Offer a check-up when the health score falls
state: draft
audience: tech_touch
category: education
risk: falling_health
when: fall(health, 30d) > 25% and health < 60
reentry: after 90d
priority: 55
holdout: 10%
to: [owner, admin]
steps:
  - email: check-up.md
  - wait: 6d
  - choose:
      - if: health < 40
        then:
          - email: person.md
      - else:
          - in_app: check-up-in-app.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: health >= 60
  within: 45d
also:
  - active_days(logins, 14d) >= 4
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a score that falls low brings a check-up and then a person
    account:
      created_at: -300d
      mrr: 49
      health: 80
    expect: no match
    then:
      - after: 1d
        account:
          health: 35
        expect: [match, sent check-up.md]
      - after: 9d
        expect: sent person.md
  - name: a score that recovers ends it
    account:
      created_at: -300d
      mrr: 49
      health: 80
    expect: no match
    then:
      - after: 1d
        account:
          health: 50
        expect: sent check-up.md
      - after: 5d
        account:
          health: 75
        expect: [goal, exit because goal, not sent check-up-in-app.md]
  - name: a small dip is no news
    account:
      created_at: -300d
      mrr: 49
      health: 62
    expect: no match
    then:
      - after: 7d
        account:
          health: 55
        expect: no match

"""#),
        File("playbooks/missing-feature/an-honest-word.md", #"""
---
subject: An honest word about your request
preheader: It has not been built. You should know rather than wait.
action:
  label: Take data along, or connect
  url: https://app.acme.example/learn/connect
---
Hi {{contact.first_name | there}},

Half a year ago you asked us for something{{#event.title}}: {{event.title}}{{/event.title}}. It has not been built, and it is not among the things that will be soon.
You should know that rather than wait.

If it matters enough that you need another tool for it, the page below shows how to take along what you have, or how to
connect the two. And if it no longer matters, all the better.

"""#),
        File("playbooks/missing-feature/it-is-here.md", #"""
---
subject: You asked for it, and it is here
preheader: It is switched on in your account already.
action:
  label: Show me
  url: https://app.acme.example/learn/new
---
Hi {{contact.first_name | there}},

{{#event.title}}**{{event.title}}**, which you asked for, is in your account since today.{{/event.title}}{{^event.title}}What you asked for is in your account since today.{{/event.title}} It is switched on already; the page
shows in one minute where it is and how it works.

Thank you for asking. If it is not quite what you meant, tell us now: it is never easier to change than in its first week.

"""#),
        File("playbooks/missing-feature/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: a request that disappears is the most common answer there is. This one is answered at once with what works today,
# and closed: when it ships, the person who asked hears it first; when half a year has gone by, they hear the truth
# instead of nothing.
playbook: missing-feature
title: Answer a feature request, and close it
state: draft
category: account
risk: missing_feature
on: feature_requested
per: event.feature
max_age: 3d
reentry: always
priority: 50
holdout: 10%
to: [event.contact, owner]
steps:
  - email: what-works-today.md
  - wait_for: happened(feature_shipped where feature == event.feature)
    at_most: 180d
  - choose:
      - if: waited(wait_for_1) == "met"
        then:
          - email: it-is-here.md
      - else:
          - email: an-honest-word.md
exit:
  - churned
goal:
  when: happened(feature_shipped where feature == event.feature)
  within: 180d
also:
  - active_days(logins, 28d) >= 8
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: who asked hears first that it is there
    account:
      created_at: -200d
      mrr: 49
      events:
        - { feature_requested: -1h, feature: pdf_export, title: PDF export, contact: ada }
    expect: [match, sent what-works-today.md]
    then:
      - after: 30d
        account:
          events:
            - { feature_shipped: -1d, feature: pdf_export }
        expect: [goal, waited wait_for_1 met, sent it-is-here.md]
  - name: half a year later comes the truth
    account:
      created_at: -200d
      mrr: 49
      events:
        - { feature_requested: -1h, feature: pdf_export }
    expect: sent what-works-today.md
    then:
      - after: 184d
        expect: [waited wait_for_1 timed_out, sent an-honest-word.md]
  - name: a request of last month is not answered out of the blue
    account:
      created_at: -200d
      mrr: 49
      events:
        - { feature_requested: -30d, feature: pdf_export }
    expect: nothing sent

"""#),
        File("playbooks/missing-feature/what-works-today.md", #"""
---
subject: "Your request{{#event.title}}: {{event.title}}{{/event.title}}"
preheader: Who has it now, and what works until then.
action:
  label: Look for a way that works today
  url: https://app.acme.example/learn/workarounds
---
Hi {{contact.first_name | there}},

Your request has arrived with the people who decide what is built next, with your name beside it.

Until then: for most of what is asked for there is a way that works today, if not an elegant one. The page below collects
them, and if yours is not on it, answer with what you are trying to get done. Somebody who knows all the corners will have
a look.

You hear from us when it ships. And if it does not, you hear that too.

"""#),
        File("playbooks/monthly-tip/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: people use a small part of what they pay for, and learn the rest from a colleague or not at all. One tip a month,
# short enough to try at once and never a newsletter, keeps an account growing without anyone assigned to it. Each
# account gets the next tip of tips/ that it has not had yet; add a file, and it comes round. The holdout shows whether
# all this helps.
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
  - email: tips/*.md
  - wait: 7d
  - in_app: try-it.md
exit:
  - left_audience
  - churned
goal:
  when: avg(reports, 7d) >= 1.1 * entry.before
  within: 21d
also:
  - feature_used
guardrail_metrics: { unsubscribed: 0.5%, complained: 0.1% }
tests:
  - name: on the first of the month comes a tip, and later a reminder in the app
    account:
      created_at: -200d
      mrr: 29
      metrics:
        reports: [1 per 2d for 60d]
    expect: nothing sent
    then:
      - after: 22d
        expect: sent tips/01-saved-views.md
      - after: 8d
        expect: sent try-it.md
  - name: the next month brings the next tip
    account:
      created_at: -200d
      mrr: 29
      metrics:
        reports: [1 per 2d for 60d]
    then:
      - after: 22d
        expect: sent tips/01-saved-views.md
      - after: 28d
        expect: [sent tips/02-scheduled-reports.md, not sent tips/01-saved-views.md]
  - name: a large account gets none
    account:
      created_at: -200d
      mrr: 900
      metrics:
        reports: [1 per 2d for 60d]
    expect: nothing sent
    then:
      - after: 22d
        expect: nothing sent

"""#),
        File("playbooks/monthly-tip/tips/01-saved-views.md", #"""
---
subject: "Tip of the month: never build the same list twice"
preheader: Saved views, one minute to learn.
action:
  label: Save a view now
  url: https://app.acme.example/learn/saved-views
---
Hi {{contact.first_name | there}},

This month's tip takes one minute and pays back every day.

**The next time you have filtered a list just right, press the star beside its name.** It becomes a saved view: it keeps
the filters, the columns and the order, and it has a link of its own that you can send to a colleague.

Three views that other teams made first:

- *Waiting for us*: open, not answered, oldest first
- *This month's new customers*: by the day they joined
- *Needs a look*: everything that changed since Friday

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/tips/02-scheduled-reports.md", #"""
---
subject: "Tip of the month: let the numbers come to you"
preheader: Scheduled reports, half a minute to learn.
action:
  label: Schedule a report
  url: https://app.acme.example/learn/scheduled-reports
---
Hi {{contact.first_name | there}},

This month's tip takes half a minute.

**Open the report that you make most often and press *Schedule*.** Choose a day and the people. From then on it is in
their inbox with fresh numbers, and each of these emails has a link to stop it.

The most common day is Monday, the most common time seven in the morning, and the most common reader the person who used
to ask you for it.

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/tips/03-alerts.md", #"""
---
subject: "Tip of the month: hear of it before your customers do"
preheader: Alerts, one minute to learn.
action:
  label: Set my first alert
  url: https://app.acme.example/learn/alerts
---
Hi {{contact.first_name | there}},

This month's tip is for numbers that should never surprise you.

**Right-click any number and choose *Tell me when*.** Then say what is unusual: below 10, above 200, half of last week.
You get one email when it happens, and none while all is well.

Three that other teams set first:

- *Orders today*: below half of last week's
- *Open requests*: above 20
- *Days since the last backup*: above 1

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/tips/04-export.md", #"""
---
subject: "Tip of the month: take any table with you"
preheader: Export, ten seconds to learn.
action:
  label: Try it on a table
  url: https://app.acme.example/learn/export
---
Hi {{contact.first_name | there}},

This month's tip takes ten seconds.

**Hold Shift and press E on any table.** What you see is what you get, with the filters and the order that you chose, as a
file for any spreadsheet.

The same works in the other direction: drop a file onto a table, and it asks which column is which.

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/tips/05-clean-up.md", #"""
---
subject: "Tip of the month: an account that is pleasant to open"
preheader: Ten minutes once a year, and everyone finds things again.
action:
  label: Sort by last opened
  url: https://app.acme.example/reports?sort=last-opened
---
Hi {{contact.first_name | there}},

This month's tip is for a quiet afternoon.

**Open *Reports*, sort by *Last opened*, and archive everything that nobody has opened for half a year.** Nothing is lost:
the archive is one click away, and whoever misses a report can bring it back.

What is left is the list of what your team really uses. It is shorter than you think.

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/tips/06-questions.md", #"""
---
subject: "Tip of the month: ask in your own words"
preheader: The search field does more than search.
action:
  label: Ask something
  url: https://app.acme.example/search
---
Hi {{contact.first_name | there}},

This month's tip takes one sentence.

**Type a question into the search field**, as you would ask a colleague: "orders per week since May", "customers in Ohio who
ordered less than last year". You get a table, and the button beside it makes a report of it.

If the answer is odd, press *How was this made?*. It shows the columns and filters, so that you can put it right.

That is the whole tip. See you next month.

"""#),
        File("playbooks/monthly-tip/try-it.md", #"""
---
subject: Did you try this month's tip?
action:
  label: Show me the tips
  url: https://app.acme.example/learn/tips
---
It takes a minute, and all the tips so far are on one page.

"""#),
        File("playbooks/one-user/invite.md", #"""
---
subject: Invite whoever stands in for you
action:
  label: Invite a colleague
  url: https://app.acme.example/team/invite
---
One address is enough, and the seat is paid for. They see only what you share with them.

"""#),
        File("playbooks/one-user/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: an account that one person uses leaves when that person changes jobs, goes on leave, or loses interest. A second
# pair of eyes is the cheapest insurance there is, and the seats are paid for already.
playbook: one-user
title: Invite a colleague into accounts of one
state: draft
audience: tech_touch
category: education
risk: single_user
signals:
  free_seats: seats - users
when: users == 1 and seats >= 2 and days_since(created_at) >= 30 and active_days(logins, 28d) >= 4
reentry: after 180d
priority: 35
holdout: 10%
to: [owner, admin]
steps:
  - email: second-pair-of-eyes.md
  - wait: 6d
  - in_app: invite.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: users >= 2
  within: 30d
also:
  - report_shared
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: one busy person is shown how to bring a second
    account:
      created_at: -90d
      mrr: 49
      seats: 3
      users: 1
      metrics:
        logins: [1 per 2d for 60d]
    expect: [match, sent second-pair-of-eyes.md]
    then:
      - after: 7d
        expect: sent invite.md
  - name: the invitation is the goal
    account:
      created_at: -90d
      mrr: 49
      seats: 3
      users: 1
      metrics:
        logins: [1 per 2d for 60d]
    expect: sent second-pair-of-eyes.md
    then:
      - after: 3d
        account:
          users: 2
        expect: [goal, exit because goal, not sent invite.md]
  - name: an account with a single seat has nobody to invite
    account:
      created_at: -90d
      mrr: 29
      seats: 1
      users: 1
      metrics:
        logins: [1 per 2d for 60d]
    expect: no match

"""#),
        File("playbooks/one-user/second-pair-of-eyes.md", #"""
---
subject: You have room for a second pair of eyes
preheader: Somebody to stand in for you, and somebody who stops asking.
action:
  label: Invite a colleague
  url: https://app.acme.example/team/invite
---
Hi {{contact.first_name | there}},

You are the only one who works in {{account.name}}'s account, and {{#free_seats}}{{free_seats}} of the seats that you pay
for are{{/free_seats}}{{^free_seats}}part of what you pay for is{{/free_seats}} free. Two people who make good use of one:

- **Whoever stands in for you** when you are away, so that nothing waits for you.
- **Whoever asks you for numbers**, so that they can look for themselves.

An invitation takes an address and nothing else. They see what you share with them, and nothing more.

"""#),
        File("playbooks/overdue-commitment/done.md", #"""
---
subject: "Done: what we had promised"
preheader: Have a look whether it is as you had imagined it.
action:
  label: Have a look
  url: https://app.acme.example/overview
---
Hi {{contact.first_name | there}},

What we had promised you is done{{#promise}}: {{promise}}{{/promise}}. Late, and we are sorry for that.

Have a look whether it is as you had imagined it. If not, answer this email, and we finish it properly.

"""#),
        File("playbooks/overdue-commitment/it-is-late.md", #"""
---
subject: We promised you something, and we are late
preheader: "You hear within a week: that it is done, or when it will be."
---
Hi {{contact.first_name | there}},

When you started with us we promised to {{#promise}}**{{promise}}**{{/promise}}{{^promise}}do something for you{{/promise}}. The day for it has gone by, and
you should not be the one who has to notice.

The team has it in front of them this morning. You hear within a week: that it is done, or when it will be. If it is in
your way until then, answer this email, and we look for a way around it at once.

"""#),
        File("playbooks/overdue-commitment/not-forgotten.md", #"""
---
subject: Not done yet, and not forgotten
preheader: The truth, and what you can ask of us.
---
Hi {{contact.first_name | there}},

A week ago we wrote that you would hear from us. Here is the truth: it is not done yet. It needed longer than we thought,
and the person who has it will write to you with a date and not before they can keep it.

If that is too late for you, say so, and tell us what would help. We mean it.

"""#),
        File("playbooks/overdue-commitment/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: what was promised at the hand-over is remembered by the customer and forgotten by everybody else. A promise that
# is late is admitted before they have to ask, with a day by which they hear more; the team gets the same fact in its
# digest, because this one is theirs to mend. `keeptouch record ACCOUNT commitment what=... by=...` makes a promise.
playbook: overdue-commitment
title: Admit that a promise is late
state: draft
audience: status == "active"
category: account
risk: late_promise
signals:
  promise: latest(commitment.what)
when: overdue(commitment) > 0
reentry: after 21d
priority: 80
holdout: 10%
to: [owner, admin]
steps:
  - email: it-is-late.md
  - wait_for: happened(commitment_met)
    at_most: 7d
  - choose:
      - if: waited(wait_for_1) == "met"
        then:
          - email: done.md
      - else:
          - email: not-forgotten.md
exit:
  - left_audience
  - churned
goal:
  when: happened(commitment_met)
  within: 30d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a late promise is admitted, and its fulfillment told
    account:
      created_at: -60d
      mrr: 49
      events:
        - { commitment: -40d, what: "import your old reports", by: -2d }
    expect: [match, sent it-is-late.md]
    then:
      - after: 4d
        account:
          events:
            - commitment_met: -20h
        expect: [goal, waited wait_for_1 met, sent done.md]
  - name: still open after a week is said again, once
    account:
      created_at: -60d
      mrr: 49
      events:
        - { commitment: -40d, what: "import your old reports", by: -2d }
    expect: sent it-is-late.md
    then:
      - after: 10d
        expect: [waited wait_for_1 timed_out, sent not-forgotten.md]
  - name: a promise that was kept is none
    account:
      created_at: -60d
      mrr: 49
      events:
        - { commitment: -40d, what: "import your old reports", by: -2d }
        - commitment_met: -5d
    expect: no match
  - name: a promise that is not yet due is none either
    account:
      created_at: -60d
      mrr: 49
      events:
        - { commitment: -10d, what: "import your old reports", by: +5d }
    expect: no match

"""#),
        File("playbooks/payment-failing/before-it-pauses.md", #"""
---
subject: Your account will pause in three days
preheader: Nothing is deleted, and it can be mended in a minute.
action:
  label: Update the card
  url: https://app.acme.example/account/billing
---
Hi {{contact.first_name | there}},

The payment is still open, so we will pause {{account.name}}'s account in three days. Pausing means: nobody can log in, and
nothing is deleted. As soon as the payment goes through, everything is there again as it was.

If money is the reason, answer this email. We can split the amount, move you to a smaller plan, or end the account without
any trouble, and we would rather do that than lose you over a form.

"""#),
        File("playbooks/payment-failing/failed.de.md", #"""
---
subject: Eine Zahlung für {{account.name}} ist fehlgeschlagen
preheader: Meist eine abgelaufene Karte. Für Ihr Team ändert sich nichts.
action:
  label: Karte erneuern
  url: https://app.acme.example/account/billing
---
Guten Tag{{#contact.name}} {{contact.name}}{{/contact.name}},

Ihre Bank hat unsere Abbuchung{{#event.amount}} über **{{event.amount}}**{{/event.amount}} nicht angenommen. Meist ist eine Karte abgelaufen oder
ersetzt worden, und das ist in einer Minute behoben.

Für Ihr Team ändert sich nichts: Alles läuft weiter, und in vier Tagen versuchen wir es noch einmal.

Wenn Ihnen eine Rechnung lieber ist, antworten Sie einfach auf diese E-Mail.

"""#),
        File("playbooks/payment-failing/failed.md", #"""
---
subject: A payment for {{account.name}} did not go through
preheader: Mostly an expired card. Nothing changes for your team.
action:
  label: Update the card
  url: https://app.acme.example/account/billing
---
Hi {{contact.first_name | there}},

Your bank did not accept our charge{{#event.amount}} of **{{event.amount}}**{{/event.amount}}. This happens mostly when a card has expired or been
replaced, and it is mended in a minute.

Nothing changes for your team: everything works as before, and we try again in four days.

If an invoice suits you better than a card, answer this email.

"""#),
        File("playbooks/payment-failing/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: a third of the customers that a small company loses never decided to go: a card expired. Three plain notes to the
# person who pays, each with one link, bring most of them back. `service` keeps them outside caps, categories and
# holdouts, because people need them; `exclusive` keeps tips away while the bill is open. The exit is not the goal here:
# whoever pays after a reminder deserves a thank you.
playbook: payment-failing
title: Say that a payment failed, and help to mend it
state: draft
category: service
risk: payment
on: payment_failed
per: event.invoice
max_age: 2d
reentry: always
priority: 85
exclusive: true
to: [billing, owner, admin]
steps:
  - choose:
      - if: happened(payment_succeeded where invoice is missing or event.invoice is missing or invoice == event.invoice)
        then:
          - stop: yes
  - email: failed.md
  - wait_for: happened(payment_succeeded where invoice is missing or event.invoice is missing or invoice == event.invoice)
    at_most: 4d
  - choose:
      - if: waited(wait_for_1) == "met"
        then:
          - email: thank-you.md
          - stop: yes
  - email: still-open.md
  - wait_for: happened(payment_succeeded where invoice is missing or event.invoice is missing or invoice == event.invoice)
    at_most: 7d
  - choose:
      - if: waited(wait_for_2) == "met"
        then:
          - email: thank-you.md
          - stop: yes
  - email: before-it-pauses.md
exit:
  - churned
goal:
  when: happened(payment_succeeded where invoice is missing or event.invoice is missing or invoice == event.invoice)
  within: 30d
tests:
  - name: paid after the first note
    account:
      created_at: -300d
      mrr: 49
      events:
        - { payment_failed: -1h, invoice: i-17, amount: 49, attempt: 1 }
    expect: [match, sent failed.md]
    then:
      - after: 3d
        account:
          events:
            - { payment_succeeded: -20h, invoice: i-17 }
        expect: [goal, waited wait_for_1 met, sent thank-you.md, exit because stopped]
  - name: a bill that was paid by the time we hear of it is no news
    account:
      created_at: -300d
      mrr: 49
      events:
        - { payment_failed: -20h, invoice: i-17, amount: 49, attempt: 1 }
        - { payment_succeeded: -16h, invoice: i-17 }
    expect: nothing sent
  - name: three notes and no more
    account:
      created_at: -300d
      mrr: 49
      events:
        - { payment_failed: -1h, invoice: i-17, amount: 49, attempt: 1 }
    expect: sent failed.md
    then:
      - after: 6d
        expect: [waited wait_for_1 timed_out, sent still-open.md]
      - after: 9d
        expect: [waited wait_for_2 timed_out, sent before-it-pauses.md, exit because completed]
  - name: the second attempt at the same invoice is no second story
    account:
      created_at: -300d
      mrr: 49
      events:
        - { payment_failed: -1h, invoice: i-17, amount: 49, attempt: 1 }
    expect: sent failed.md
    then:
      - after: 2d
        account:
          events:
            - { payment_failed: -1h, invoice: i-17, amount: 49, attempt: 2 }
        expect: nothing sent

"""#),
        File("playbooks/payment-failing/still-open.md", #"""
---
subject: The payment is still open
preheader: Your account goes on working for another week.
action:
  label: Update the card
  url: https://app.acme.example/account/billing
---
Hi {{contact.first_name | there}},

We tried again, and the bank said no again. Your account goes on working for another week, so that there is time to sort
it out in peace.

If you are not the person for this, forward the email to whoever is: the link works without logging in.

"""#),
        File("playbooks/payment-failing/thank-you.md", #"""
---
subject: Thank you, the payment is in
preheader: Everything is in order; nothing else to do.
---
Hi {{contact.first_name | there}},

The payment went through, and everything is in order. Nothing else to do.

"""#),
        File("playbooks/pending-cancellation/door-is-open.md", #"""
---
subject: The door is still open, {{account.name}}
preheader: One click keeps it all. Nothing is needed if you still want to go.
action:
  label: Keep my account
  url: https://app.acme.example/account/keep
---
Hi {{contact.first_name | there}},

You asked us to end your account, and we will{{#account.service_end_at}}, on {{account.service_end_at}}{{/account.service_end_at}}{{^account.service_end_at}} with the period
that is paid for{{/account.service_end_at}}. Nothing more is needed for that.

If things have changed since, one click keeps it all: your reports, your views, and your price. And if it was something in
the product, have a look at what has been mended in the last weeks; your reason may be on the list.

Otherwise read no further. We will write once more, about your data, and that is all.

"""#),
        File("playbooks/pending-cancellation/last-days.md", #"""
---
subject: Three days left to take your data with you
preheader: One file with everything in it, also for 30 days after.
action:
  label: Download everything
  url: https://app.acme.example/account/export
---
Hi {{contact.first_name | there}},

Your account ends{{#account.service_end_at}} on {{account.service_end_at}}{{/account.service_end_at}}{{^account.service_end_at}} in a few days{{/account.service_end_at}}. Everything in it
fits into one file, which opens in any spreadsheet. You can still fetch it during the 30 days after.

Thank you for the time you worked with us. Should you ever want to come back, the file is all that it takes to set
everything up again.

"""#),
        File("playbooks/pending-cancellation/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: between the request and the last day lie weeks in which plans change. By then the first answer is long read, so
# this one comes once, in the middle: what is kept, what has become better since, and one click to stay. The last note
# is about their data only, three days before the end. Where no end is known, it is left out.
playbook: pending-cancellation
title: Write once more before a cancelled account ends
state: draft
audience: status == "active"
category: account
risk: cancellation
when: days_since(cancel_requested_at) >= 8 and days_since(cancel_requested_at) <= 60
reentry: after 60d
priority: 80
holdout: 10%
to: [owner, billing, admin]
steps:
  - email: door-is-open.md
  - wait_till: service_end_at - 3d
  - email: last-days.md
exit:
  - goal
  - churned
  - cancel_requested_at is missing
goal:
  when: happened(cancel_withdrawn)
  within: 45d
guardrail_metrics: { complained: 0.1% }
tests:
  - name: a word in the middle, and one before the end
    account:
      created_at: -300d
      mrr: 49
      cancel_requested_at: -9d
      service_end_at: +20d
    expect: [match, sent door-is-open.md]
    then:
      - after: 15d
        expect: nothing sent
      - after: 4d
        expect: [sent last-days.md, exit because completed]
  - name: where no end is known the last note is left out
    account:
      created_at: -300d
      mrr: 49
      cancel_requested_at: -9d
    expect: [match, sent door-is-open.md]
    then:
      - after: 10d
        expect: not sent last-days.md
  - name: who stays is not reminded of the end
    account:
      created_at: -300d
      mrr: 49
      events:
        - cancel_requested: -9d
      cancel_requested_at: -9d
      service_end_at: +20d
    expect: sent door-is-open.md
    then:
      - after: 3d
        account:
          events:
            - cancel_withdrawn: -1h
        expect: [goal, exit because goal]
  - name: nobody who has not asked to cancel hears of it
    account:
      created_at: -300d
      mrr: 49
    expect: no match

"""#),
        File("playbooks/renewal-ahead/any-question.md", #"""
---
subject: Any question before the renewal?
preheader: A person reads the answer. If all is clear, there is nothing to do.
action:
  label: See my plan
  url: https://app.acme.example/account/plan
---
Hi {{contact.first_name | there}},

{{#account.renewal_at}}Your plan renews on {{account.renewal_at}}.{{/account.renewal_at}}{{^account.renewal_at}}Your plan renews in a week.{{/account.renewal_at}} If anything about it is unclear, the price, the seats, the date, answer
this email with it. A person reads it, and nothing renews before you have the answer.

If all is clear, there is nothing to do.

"""#),
        File("playbooks/renewal-ahead/fresh-start.md", #"""
---
subject: A month left before {{account.name}} renews
preheader: One more try, or a step down. We would rather you decide than forget.
action:
  label: Look at both
  url: https://app.acme.example/account/options
---
Hi {{contact.first_name | there}},

Your plan renews{{#account.renewal_at}} on {{account.renewal_at}}{{/account.renewal_at}}{{^account.renewal_at}} in a month{{/account.renewal_at}}, and you have hardly used it lately. That
leaves two good ways:

- **Give it one more try.** Answer with the one question that you would like to see answered each week. We build that
  report in your account, and you decide when you have seen it.
- **Step down.** The free plan keeps your reports and two seats, and you can come back whenever you like.

We would rather you decide than forget.

"""#),
        File("playbooks/renewal-ahead/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: a renewal should surprise nobody. A month ahead, those who use the product see what they have got out of it, and
# those who do not get a fresh start while there is time; a week ahead, everybody is asked for open questions. What has
# become too late to say is left out.
playbook: renewal-ahead
title: Look back and ahead before the renewal
state: draft
audience: tech_touch
category: account
risk: renewal
signals:
  days_used: active_days(logins, 56d)
  made: sum(reports, 56d)
when: days_until(renewal_at) >= 3 and days_until(renewal_at) <= 45
reentry: after 300d
priority: 65
holdout: 10%
to: [owner, billing, admin]
steps:
  - wait_till: renewal_at - 30d
  - choose:
      - if: entry.days_used >= 8
        then:
          - email: what-you-made.md
      - else:
          - email: fresh-start.md
  - wait_till: renewal_at - 7d
  - email: any-question.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
  - days_until(renewal_at) > 60   # the date has moved on: it is renewed, whether or not anybody said so
goal:
  when: happened(renewed)
  within: 75d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1%, churned: 2% }
tests:
  - name: a busy account looks back, and is asked a week ahead
    account:
      created_at: -330d
      mrr: 49
      renewal_at: +40d
      metrics:
        logins: [1 per 1d for 60d]
        reports: [1 per 2d for 60d]
    expect: [match, nothing sent]
    then:
      - after: 13d
        expect: sent what-you-made.md
      - after: 23d
        expect: [sent any-question.md, exit because completed]
  - name: a quiet account is offered a fresh start
    account:
      created_at: -330d
      mrr: 49
      renewal_at: +40d
      metrics:
        logins: [1 per 28d for 60d]
        reports: [0 for 60d]
    expect: match
    then:
      - after: 13d
        expect: [sent fresh-start.md, not sent what-you-made.md]
  - name: found late, it only asks
    account:
      created_at: -345d
      mrr: 49
      renewal_at: +20d
      metrics:
        logins: [1 per 1d for 60d]
        reports: [1 per 2d for 60d]
    expect: [match, nothing sent]
    then:
      - after: 17d
        expect: [sent any-question.md, not sent what-you-made.md]
  - name: who has renewed is not asked
    account:
      created_at: -330d
      mrr: 49
      renewal_at: +40d
      metrics:
        logins: [1 per 1d for 60d]
        reports: [1 per 2d for 60d]
    expect: match
    then:
      - after: 5d
        account:
          events:
            - renewed: -1h
        expect: [goal, exit because goal]
  - name: who has renewed without a word is not asked
    account:
      created_at: -330d
      mrr: 49
      renewal_at: +40d
      metrics:
        logins: [1 per 1d for 60d]
        reports: [1 per 2d for 60d]
    expect: match
    then:
      - after: 5d
        account:
          renewal_at: +395d
        expect: exit because days_until(renewal_at) > 60

"""#),
        File("playbooks/renewal-ahead/what-you-made.md", #"""
---
subject: "Before {{account.name}} renews: your last two months"
preheader: What you had from it, and what you can change until then.
action:
  label: See my plan
  url: https://app.acme.example/account/plan
---
Hi {{contact.first_name | there}},

Your plan renews{{#account.renewal_at}} on {{account.renewal_at}}{{/account.renewal_at}}{{^account.renewal_at}} in a month{{/account.renewal_at}}. So that you can tell whether it is worth it, this is what
you had from it in the last two months:

- your team worked in it on **{{entry.days_used}}** days
- {{#entry.made}}you made **{{entry.made}}** reports{{/entry.made}}{{^entry.made}}you read the reports that were there{{/entry.made}}

You can change the plan or the number of seats until the day before. If you do nothing, everything goes on as it is.

"""#),
        File("playbooks/stalled-onboarding/first-report.de.md", #"""
---
subject: Ihr erster Bericht in drei Klicks
preheader: Er nimmt die Daten, die schon da sind; einzurichten ist nichts.
action:
  label: Den ersten Bericht erstellen
  url: https://app.acme.example/reports/new
---
Guten Tag{{#contact.name}} {{contact.name}}{{/contact.name}},

Ihr Konto ist bereit, und alles darin führt zu einem Moment: dem ersten Bericht, der eine Frage beantwortet, die Sie
wirklich haben. Drei Klicks genügen:

1. **Berichte → Neu**, dann *Wochenübersicht*.
2. Zeitraum wählen. Der letzte Monat ist ein guter Anfang.
3. **Erstellen** drücken.

Das ist alles. Jede Spalte lässt sich später ändern, und nichts, was Sie ausprobieren, kann etwas kaputt machen.

Wenn es an einem der drei Schritte hängt, antworten Sie einfach mit seiner Nummer.

"""#),
        File("playbooks/stalled-onboarding/first-report.md", #"""
---
subject: Your first report, {{account.name}}, in three clicks
preheader: It uses the data you already have; nothing to set up.
action:
  label: Make my first report
  url: https://app.acme.example/reports/new
---
Hi {{contact.first_name | there}},

Your account is ready, and everything in it is leading up to one moment: the first report that answers a question you
really have. It takes three clicks:

1. **Reports → New**, and choose *Weekly overview*.
2. Pick the dates. Last month is a good start.
3. Press **Create**.

That is all. You can change every column later, and nothing you try here can break anything.

Stuck on one of the three? Answer this email with the number of the step.

"""#),
        File("playbooks/stalled-onboarding/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
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
also:
  - report_shared
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a week without a report brings help, and the report ends it
    account:
      created_at: -8d
      mrr: 29
    expect: [match, sent first-report.md]
    then:
      - after: 4d
        expect: sent start-here.md
      - after: 1d
        account:
          events:
            - first_report: -2h
        expect: [goal, exit because goal, not sent together.md]
  - name: who stays stuck is offered to make it together
    account:
      created_at: -8d
      mrr: 29
    expect: sent first-report.md
    then:
      - after: 10d
        expect: [sent start-here.md, sent together.md, exit because completed]
  - name: who has made a report needs no help
    account:
      created_at: -8d
      mrr: 29
      events:
        - first_report: -3d
    expect: no match
  - name: German contacts are written to in German
    account:
      created_at: -8d
      mrr: 29
      contacts:
        - { key: uta, role: owner, email: uta@example.com, timezone: Europe/Berlin, locale: de }
    expect: sent first-report.md to owner

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
Hi {{contact.first_name | there}},

A blank page is the hardest part. So here is an offer: answer this email with the question you would like your first
report to answer, in your own words, such as "which of our customers order less than last year?"

We will build that report in your account and send you the link, with a note on how it was made so that the next one is
yours.

If you would rather look around first, the examples below are from teams of about your size.

"""#),
        File("playbooks/support-pain/is-it-good-now.md", #"""
---
subject: Is it good now?
preheader: If not, one word opens it again.
---
Hi {{contact.first_name | there}},

The last of your tickets has been closed on our side for two days. What counts is yours: **does it work for you now?**

If yes, you are done, and thank you for your patience. If not, answer with one word, and it is open again, with somebody
on it who knows the story.

"""#),
        File("playbooks/support-pain/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: three tickets in two weeks mean that something keeps getting in the way, and each ticket is answered by someone
# who sees only that one. An apology that knows all of them, and a word once it is solved, turns the worst week into a
# reason to stay. It never asks for anything while a problem is open.
playbook: support-pain
title: Say sorry to accounts that needed help too often
state: draft
audience: tech_touch
category: account
risk: support_pain
signals:
  tickets: count(ticket_opened, 14d)
when: count(ticket_opened, 14d) >= 3
reentry: after 60d
priority: 75
holdout: 10%
to: [owner, admin]
steps:
  - email: that-was-too-much.md
  - wait_for: happened(ticket_closed)
    at_most: 5d
  - choose:
      - if: waited(wait_for_1) == "met"
        then:
          - wait: 2d
          - email: is-it-good-now.md
      - else:
          - email: still-on-it.md
exit:
  - left_audience
  - churned
goal:
  when: happened(ticket_closed) and not happened(ticket_opened)
  within: 21d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: solved within days is followed by a question
    account:
      created_at: -200d
      mrr: 49
      events:
        - { ticket_opened: [-9d, -5d, -1d], topic: export }
    expect: [match, sent that-was-too-much.md]
    then:
      - after: 2d
        account:
          events:
            - ticket_closed: -20h
        expect: [goal, not sent still-on-it.md]
      - after: 4d
        expect: sent is-it-good-now.md
  - name: unsolved after five days is admitted
    account:
      created_at: -200d
      mrr: 49
      events:
        - { ticket_opened: [-9d, -5d, -1d], topic: export }
    expect: sent that-was-too-much.md
    then:
      - after: 8d
        expect: [waited wait_for_1 timed_out, sent still-on-it.md]
  - name: two tickets are ordinary
    account:
      created_at: -200d
      mrr: 49
      events:
        - { ticket_opened: [-5d, -1d], topic: export }
    expect: no match

"""#),
        File("playbooks/support-pain/still-on-it.md", #"""
---
subject: We are still on it
preheader: Each of your tickets, with the name of the person who has it.
action:
  label: See how it stands
  url: https://app.acme.example/support
---
Hi {{contact.first_name | there}},

It is five days now, and your tickets are not solved. You should not have to ask how it stands, so: they are being worked
on, the page below shows each with the name of the person who has it, and you hear from that person whatever happens.

If one of them keeps you from working, answer with "urgent" and a sentence, and we look for a way around it today.

"""#),
        File("playbooks/support-pain/that-was-too-much.md", #"""
---
subject: You had to write to us too often
preheader: One person looks at all of them now. You need not do anything.
action:
  label: See all my tickets
  url: https://app.acme.example/support
---
Hi {{contact.first_name | there}},

You opened {{#tickets}}{{tickets}}{{/tickets}}{{^tickets}}several{{/tickets}} tickets in two weeks. That is too many, whatever the
causes were, and we are sorry for the time it cost you.

Your tickets are now looked at together, by one person, so that you do not have to explain anything twice. You need not do
anything. If something about them has not been understood, answer this email, and it goes to that person.

"""#),
        File("playbooks/untried-feature/half-an-hour.md", #"""
---
subject: Half an hour a week, back
preheader: The report that you make most often can write itself.
action:
  label: Schedule a report
  url: https://app.acme.example/reports?sort=most-made
---
Hi {{contact.first_name | there}},

{{#by_hand}}You made {{by_hand}} reports in the last four weeks, all of them by hand.{{/by_hand}}{{^by_hand}}You make your
reports by hand.{{/by_hand}} Any of them can write itself:

1. Open the report that you make most often.
2. Press **Schedule** and choose the day.
3. Add the people who should get it.

From then on it is in their inbox, with fresh numbers. You can stop it from any of those emails.

"""#),
        File("playbooks/untried-feature/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: scheduled reports are what the accounts that stay have in common, and half of those who make reports by hand every
# week have never found them. Whoever makes many reports has the problem that the feature solves, so this is the moment.
# The variants try whether the lesson is better read in the mail or where the work is done.
playbook: untried-feature
title: Show scheduled reports to those who make reports by hand
state: draft
audience: tech_touch
category: education
risk: unused_feature
signals:
  by_hand: sum(reports, 28d)
when: active_days(reports, 28d) >= 8 and days_since(created_at) > 30
  and not ever(feature_used where feature == "scheduled_report")
reentry: after 180d
priority: 30
holdout: 10%
variants:
  by_mail: 1
  in_place:
    weight: 1
    steps:
      - in_app: schedule-it.md
      - wait: 5d
      - email: half-an-hour.md
to: [owner, admin]
steps:
  - email: half-an-hour.md
  - wait: 5d
  - in_app: schedule-it.md
exit:
  - goal
  - left_audience
  - churned
goal:
  when: happened(feature_used where feature == "scheduled_report")
  within: 30d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: by mail first, and a reminder where the work is done
    account:
      created_at: -90d
      mrr: 49
      metrics:
        reports: [2 per 2d for 60d]
    variant: by_mail
    expect: [match, sent half-an-hour.md, not sent schedule-it.md]
    then:
      - after: 6d
        expect: [sent schedule-it.md, exit because completed]
  - name: in place first, and the mail for who missed it
    account:
      created_at: -90d
      mrr: 49
      metrics:
        reports: [2 per 2d for 60d]
    variant: in_place
    expect: [match, sent schedule-it.md, not sent half-an-hour.md]
    then:
      - after: 3d
        account:
          events:
            - { feature_used: -1h, feature: scheduled_report }
        expect: [goal, exit because goal]
  - name: another feature does not count
    account:
      created_at: -90d
      mrr: 49
      metrics:
        reports: [2 per 2d for 60d]
      events:
        - { feature_used: -9d, feature: saved_view }
    expect: match
  - name: who schedules already is left alone
    account:
      created_at: -90d
      mrr: 49
      metrics:
        reports: [2 per 2d for 60d]
      events:
        - { feature_used: -40d, feature: scheduled_report }
    expect: no match

"""#),
        File("playbooks/untried-feature/schedule-it.md", #"""
---
subject: This report can write itself
action:
  label: Schedule it
  url: https://app.acme.example/reports?sort=most-made
---
Press **Schedule**, choose a day, add the people. It comes with fresh numbers from then on.

"""#),
        File("playbooks/weak-stage/next-step.md", #"""
---
subject: Your next step
action:
  label: Show me
  url: https://app.acme.example/next-step
---
One step is open in your account. It takes less than five minutes.

"""#),
        File("playbooks/weak-stage/out-of-activated.md", #"""
---
subject: From the first report to the one that counts
preheader: One address is the whole step.
action:
  label: Open my report
  url: https://app.acme.example/reports/latest
---
Hi {{contact.first_name | there}},

Your first report is made. The step after it, showing it to somebody, is where many teams stop at the moment, and it is
the one that makes the difference between a tool and a habit.

Open the report, press **Share**, type one address. That is the whole step.

"""#),
        File("playbooks/weak-stage/out-of-signed-up.md", #"""
---
subject: The one thing to do first
preheader: Connecting your data is one page now.
action:
  label: Connect my data
  url: https://app.acme.example/connect
---
Hi {{contact.first_name | there}},

Most teams that set out as you did got stuck at the same place: connecting their data. We have made it shorter since. It
is one page now, with a button for each source, and it says at once whether the connection works.

Do that one thing, and the first report is there by itself.

If yours is a source that has no button, answer with its name. We will tell you today whether and how it works.

"""#),
        File("playbooks/weak-stage/out-of-valued.md", #"""
---
subject: "Make it a habit: one fixed day"
preheader: Five minutes on Monday, with the report you argue about most.
action:
  label: Give it a day
  url: https://app.acme.example/reports?sort=most-read
---
Hi {{contact.first_name | there}},

You have what you came for. Teams that keep it have one thing in common: a fixed day. They schedule one report for Monday
and look at it together for five minutes, and everything else follows from the questions that come up.

Pick the report that your team argues about most, and give it a day.

"""#),
        File("playbooks/weak-stage/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: where accounts get stuck changes with every release, and nobody watches every step of the journey. The journey
# report does: it flags a stage that leaks more than it used to, or more than elsewhere, and this playbook writes to the
# accounts that are overdue in it, with the one thing that leads out of that stage.
playbook: weak-stage
title: Help accounts out of the stage that leaks
state: draft
audience: tech_touch
category: education
risk: stuck
when: weak_point()
reentry: after 60d
priority: 45
holdout: 10%
to: [owner, admin]
steps:
  - choose:
      - if: in_stage(signed_up)
        then:
          - email: out-of-signed-up.md
      - if: in_stage(activated)
        then:
          - email: out-of-activated.md
      - else:
          - email: out-of-valued.md
  - wait: 5d
  - in_app: next-step.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: time_in_stage() < 14d
  within: 30d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a stage in which nothing leaks is left alone
    account:
      created_at: -12d
      mrr: 29
    expect: no match
  - name: being slow alone is no weak point
    account:
      created_at: -60d
      mrr: 29
      events:
        - first_report: -55d
    expect: no match

"""#),
        File("playbooks/win-back-usage/checklist.md", #"""
---
subject: A ten-minute tidy-up for {{account.name}}
preheader: Four small things that make the next month easier.
action:
  label: Open the checklist
  url: https://app.acme.example/learn/tidy-up
---
Hi {{contact.first_name | there}},

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
Hi {{contact.first_name | there}},

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
Hi {{contact.first_name | there}},

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
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: an account that is used far less than it used to be is the earliest and most common sign of a customer who will
# leave, and it shows weeks before a cancellation. A short lesson at that moment brings some teams back; which kind of
# lesson works better is what the two variants are there to learn. Only those who stay away get the offer of a hand.
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
  - wait_for: avg(logins, 3d) >= 0.5 * entry.base
    at_most: 7d
  - choose:
      - if: waited(wait_for_1) == "timed_out"
        then:
          - email: hand.md
exit:
  - goal
  - left_audience
  - churned
  - happened(cancel_requested)
goal:
  when: avg(logins, 7d) >= 0.8 * entry.base
  within: 21d
also:
  - report_shared
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: a clear fall is noticed, taught, and made good
    account:
      created_at: -200d
      mrr: 49
      metrics:
        logins: [5 per 1d for 70d, 1 per 1d for 14d]
    variant: lessons
    expect: [match, sent lessons.md]
    then:
      - after: 5d
        expect: sent pick-up.md
      - after: 9d
        account:
          metrics:
            logins: [5 per 1d for 9d]
        expect: [waited wait_for_1 met, goal, exit because completed, not sent hand.md]
  - name: who stays away is offered a hand
    account:
      created_at: -200d
      mrr: 49
      metrics:
        logins: [5 per 1d for 70d, 0 for 14d]
    variant: checklist
    expect: [match, sent checklist.md]
    then:
      - after: 5d
        expect: sent pick-up.md
      - after: 10d
        expect: [waited wait_for_1 timed_out, sent hand.md]
  - name: a steady account stays out
    account:
      created_at: -200d
      mrr: 49
      metrics:
        logins: [5 per 1d for 84d]
    expect: no match
  - name: a large account has its own people
    account:
      created_at: -200d
      mrr: 900
      metrics:
        logins: [5 per 1d for 70d, 0 for 14d]
    expect: no match

"""#),
    ]

    /// The other files of the simulated workspace.
    static let acme: [File] = [
        File("keeptouch.yaml", #"""
# yaml-language-server: $schema=.schema/keeptouch.schema.json
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
inbound: { plain: env:ACME_INBOUND_SECRET }   # whoever reads the mailbox tells of replies
evaluate: daily at 06:00
send_window: { days: mon-fri, hours: 09:00-17:00, except: [us-holidays] }
utm: on
caps: [1 per 1d, 3 per 7d]
holdout: { share: 5%, redraw: yearly }
safety: { max_share: 20%, jump: 3x, first_run: ask, canary: off }
channels: { email: sink-email, in_app: sink-in-app, webhook: sink-team }
categories:
  education: Tips and training
  account: Your account

"""#),
        File("data.yaml", #"""
# yaml-language-server: $schema=.schema/data.schema.json
# The data map: everything that playbooks may ask about. The library of playbooks needs what stands here; playbooks/README.md
# says which needs what.
attributes:
  plan: { type: text, values: [free, starter, pro] }
  seats: { type: number }
  users: { type: number, track: true }
  health: { type: number, track: true }
  renewal_at: { type: date }
  phase: { type: text, values: [new, asked] }
  asked_on: { type: date }
contact_attributes:
  title: { type: text }
metrics:
  logins: { title: Logins, fresh_within: 36h }
  reports: { title: Reports made, fresh_within: 36h }
events:
  first_report: {}
  report_shared: {}
  feature_used:
    properties: { feature: text }
  feature_requested:
    properties: { feature: text, title: text }
  feature_shipped:
    properties: { feature: text }
  cancel_requested:
    properties:
      reason:
        type: reason
        map: { too_expensive: price, lacks_something: missing_feature, not_used: no_use, closing_down: out_of_business }
  nps_response:
    properties: { score: number, comment: text }
  ticket_opened:
    properties: { ticket: text, topic: text }
  ticket_closed:
    properties: { ticket: text }
  payment_failed:
    properties: { invoice: text, amount: money, attempt: number }
  payment_succeeded:
    properties: { invoice: text }
  renewed: {}
  commitment:
    properties: { what: text, by: date }
    due: by
    closed_by: commitment_met
  commitment_met: {}
reasons:
  low_usage: { title: usage fell, theme: adoption, avoidable: yes }
  no_use: { title: it is not used, theme: adoption, avoidable: yes }
  falling_health: { title: health fell, theme: adoption, avoidable: yes, notify: sink-team }
  single_user: { title: only one person uses it, theme: adoption, avoidable: yes }
  onboarding: { title: stuck in the first steps, theme: implementation, avoidable: yes }
  stuck: { title: stuck in a stage, theme: implementation, avoidable: yes }
  late_promise: { title: a promise is overdue, theme: implementation, avoidable: yes, notify: sink-team }
  support_pain: { title: support takes too long, theme: support, avoidable: yes, notify: sink-team }
  unhappy: { title: not happy with it, theme: sentiment, avoidable: yes, notify: sink-team }
  champion_left: { title: the champion left, theme: sponsor change, avoidable: yes, notify: sink-team }
  payment: { title: a payment failed, theme: finance, avoidable: yes, notify: sink-team }
  price: { title: too expensive, theme: finance, avoidable: yes }
  unused_feature: { title: a feature lies idle, theme: product, avoidable: yes }
  missing_feature: { title: a feature is missing, theme: product, avoidable: yes, notify: sink-team }
  renewal: { title: the renewal is near, theme: renewal, avoidable: yes }
  cancellation: { title: asked to cancel, theme: renewal, avoidable: yes, notify: sink-team }
  out_of_business: { title: the company closes down, theme: external, avoidable: no }
attrition: { target: 2.5% per month }
segments:
  tech_touch: mrr < 100 and status == "active"

"""#),
        File("brand.yaml", #"""
# yaml-language-server: $schema=.schema/brand.schema.json
# How e-mails, pages and the inbox look; docs/email.md says more.
logo: { url: "https://acme.example/logo.png", alt: Acme, width: 120 }
colors: { accent: "#0f6b5c", accent_dark: "#5eead4" }
font: Inter, "Segoe UI", Helvetica, Arial, sans-serif
links:
  Help center: https://help.acme.example
  Status: https://status.acme.example
legal: Acme Reports, Inc. is registered in Delaware, No. 1234567.

"""#),
        File("journeys/tech-touch.yaml", #"""
# yaml-language-server: $schema=../.schema/journey.schema.json
# Where a small account should get to, and how long it should take; the furthest stage that it ever reached counts.
journey: tech-touch
for: tech_touch
stages:
  signed_up:
    expect: 14d
    touchpoints: [Handover call, Welcome mail of the product]
  activated:
    enter: happened(first_report)
    expect: 30d
  valued:
    enter: happened(report_shared)
    expect: 60d
  adopted:
    enter: active_days(logins, 28d) >= 8 and happened(report_shared)

"""#),
        File("calendars/us-holidays.yaml", #"""
# yaml-language-server: $schema=../.schema/calendar.schema.json
# Days on which no e-mail goes out; what would, waits for the next working day.
calendar: us-holidays
days:
  01-01: New Year's Day
  06-19: Juneteenth
  07-04: Independence Day
  11-11: Veterans Day
  12-25: Christmas Day
  2026-05-25: Memorial Day
  2026-09-07: Labor Day
  2026-11-26: Thanksgiving

"""#),
        File("notes/low_usage.md", #"""
*{{account}}* ({{#mrr}}{{mrr}} a month{{/mrr}}{{^mrr}}MRR unknown{{/mrr}}, with us for {{tenure}}) may leave: {{reason}} since {{since}}.
{{#clause}}Why we think so: {{clause}}.{{/clause}}
{{#done}}Done so far: {{done}}{{/done}}{{^done}}Nothing was done yet.{{/done}}
Next: {{next}}
{{#needed}}Needed: {{needed}}{{/needed}}

"""#),
        File("snippets/signature.md", #"""
Yours,
{{sender.name}}

"""#),
        File("channels/sink-email.yaml", #"""
# yaml-language-server: $schema=../.schema/channel.schema.json
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
# yaml-language-server: $schema=../.schema/channel.schema.json
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
        File("channels/sink-team.yaml", #"""
# yaml-language-server: $schema=../.schema/channel.schema.json
# A stand-in for the team's chat: digests and risk notes go here.
channel: sink-team
kind: webhook
allow_private: true
request:
  method: POST
  url: http://127.0.0.1:8787/team
  timeout: { connect: 2s, total: 10s }
body:
  kind: json
  template:
    text: "{{ text }}"
response:
  id: none
  rules:
    - { status: 200-299, then: accepted }
    - { status: [429, 503], then: retry, after: [{ header: Retry-After }] }
    - { status: 400-499, then: reject }

"""#),
        File("playbooks/half-year/how-is-it.md", #"""
---
subject: Half a year with {{account.name}}
preheader: One line back is enough.
---
Hi {{contact.first_name | there}},

half a year ago your team made its first reports with us. What is the one thing that you would change? Answer with one line; a
person reads it.

{{> signature}}

"""#),
        File("playbooks/half-year/playbook.yaml", #"""
# yaml-language-server: $schema=../../.schema/playbook.schema.json
# Why: who has stayed for half a year and was never asked knows best what is missing. That we asked is kept with the
# account, so that other playbooks, and the systems that follow the changes, know it.
playbook: half-year
title: Ask how it goes after half a year
state: draft
audience: tech_touch
category: account
when: days_since(created_at) >= 180
reentry: never
holdout: 10%
to: [owner, admin]
steps:
  - set:
      phase: asked
      asked_on: today
  - email: how-is-it.md
  - wait: 7d
  # Who has answered by mail is not asked again.
  - in_app: how-is-it.md
exit:
  - replied(email_1)
  - left_audience
  - churned
goal:
  when: sum(reports, 14d) > 0
  within: 30d
guardrail_metrics: { unsubscribed: 1%, complained: 0.1% }
tests:
  - name: half a year brings one question, and that it was asked is kept
    account:
      created_at: -181d
      mrr: 49
    expect: [match, sent how-is-it.md, has phase asked]
    then:
      - after: 30d
        expect: [has phase asked, exit because completed]
  - name: who answers by mail is not asked again in the product
    account:
      created_at: -181d
      mrr: 49
    expect: sent how-is-it.md
    then:
      - after: 14d
        replied: email_1
        expect: [not sent how-is-it.md, exit because replied(email_1)]
  - name: a new account is left in peace
    account:
      created_at: -20d
      mrr: 49
    expect: no match

"""#),
    ]
}
