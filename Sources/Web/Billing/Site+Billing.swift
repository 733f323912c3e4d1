import Delivery
import HTTPTypes
import Hummingbird
import Logging
import Playbooks
import Storage

extension Site {
    /// `POST /billing/<provider>`: what a billing system tells of an account, by the rules of `keeptouch import`.
    func addBilling(to router: Router<Context>) {
        for path in ["/billing/:provider", "/billing/:provider/:token"] {
            router.post(RouterPath(path)) { [self] request, context in try await takeBilling(request, context) }
        }
    }

    private func takeBilling(_ request: Request, _ context: Context) async throws -> String {
        let name = context.parameters.get("provider") ?? ""
        let edition = edition
        guard let provider = BillingProvider(rawValue: name) else {
            throw Problem(.notFound, "there is no billing system \"\(name)\" that is known")
        }
        guard let secret = edition.workspace.configuration.billing[provider] else {
            throw Problem(.notFound, "webhooks of \(name) are not taken; say \"billing: { \(name): env:NAME }\"")
        }
        let body = Array(try await body(of: request, atMost: Self.largestWebhook).readableBytesView)
        let webhook = Webhook(headers: request.headers, body: body, token: context.parameters.get("token"))
        let now = processNow()
        let change: BillingChange?
        do {
            let key = try verifiers.value(of: secret, at: Position(file: "keeptouch.yaml"))
            try provider.signature(key).check(webhook, at: now)
            change = try provider.change(in: webhook, currency: edition.workspace.configuration.currency)
        } catch let refusal as Refusal {
            log.warning("webhook refused", metadata: ["billing": "\(name)", "reason": "\(refusal)"])
            throw Problem(.unauthorized, "this webhook is not believed: \(refusal)")
        } catch let unreadable as Unreadable {
            throw Problem(.badRequest, "this is no webhook of \(name): \(unreadable)")
        }
        guard let change else { return "ok\n" }
        let result = try await write { [intake] connection in
            try BillingIntake(rules: edition.rules, now: now, connection).take(
                change, from: provider, body: String(decoding: body, as: UTF8.self), by: intake)
        }
        if let leftOut = result.leftOut {
            log.warning("a part of a webhook is left out", metadata: ["billing": "\(name)", "reason": "\(leftOut)"])
        }
        if let failure = result.failure {
            log.warning("webhook kept, and nothing done yet", metadata: ["billing": "\(name)", "reason": "\(failure)"])
        }
        return "ok\n"
    }
}

extension BillingProvider {
    fileprivate func signature(_ key: String) -> any Signature {
        switch self {
        case .stripe: TimedSignature(.stripe, secret: key)
        case .paddle: TimedSignature(.paddle, secret: key)
        case .chargebee, .recurly: SharedSecret(key)
        }
    }
}
