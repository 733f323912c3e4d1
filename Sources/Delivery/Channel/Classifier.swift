import Basics
package import Playbooks

/// Says what an answer, or the lack of one, means for the touch: the channel's rules first, then these.
///
/// A 2xx is accepted; 420, 429 and 503 wait, and so does what provably never left, as long as the touch lives; another 5xx, a timeout after upload and a broken
/// connection are ambiguous, and are retried only where the channel honors an idempotency key, within half of its
/// lifetime; a 3xx means that the URL is wrong, 401 and 403 that the key is, and halts; other 4xx are rejected. Pure: the clock is an argument.
package struct Classifier: Sendable {
    /// What is known about the attempts at a touch, in process time.
    package struct Attempt: Sendable {
        /// Counts from 1.
        package var number: Int
        /// When the first attempt began.
        package var firstAt: Instant
        package var now: Instant
        /// Whether an earlier attempt ended ambiguously.
        package var mayHaveArrived: Bool

        package init(number: Int, firstAt: Instant, now: Instant, mayHaveArrived: Bool = false) {
            self.number = number
            self.firstAt = firstAt
            self.now = now
            self.mayHaveArrived = mayHaveArrived
        }
    }

    let channel: Channel
    private let mask: SecretMask
    private let readsBody: Bool

    /// - Parameter credentials: never shown, should an endpoint repeat them in an error.
    package init(channel: Channel, credentials: Credentials? = nil) {
        self.channel = channel
        mask = SecretMask(credentials?.values ?? [])
        let places =
            ([channel.id, channel.errorMessage, channel.errorCode] + channel.rules.map(\.reason)).compactMap { $0 }
            + channel.rules.flatMap { rule in rule.after.map(\.place) }
        readsBody =
            channel.rules.contains { !$0.pointers.isEmpty }
            || places.contains { place in
                if case .pointer = place { true } else { false }
            }
    }

    package func classify(_ response: Response, attempt: Attempt) -> SendResult {
        if let failure = response.failure, !isRefusal(response.status) {
            return classify(failure, of: response, attempt: attempt)
        }
        return classify(
            Answer(response: response, json: readsBody ? JSON(parsing: response.body) : nil), attempt: attempt)
    }

    /// What a complete answer, or one result of it, means.
    func classify(_ answer: Answer, attempt: Attempt) -> SendResult {
        let response = answer.response
        if let rule = channel.rules.first(where: { answer.matches($0) }) {
            return apply(rule, to: answer, attempt: attempt)
        }
        switch response.status {
        case 200...299: return .sent(id: id(in: answer))
        case 420, 429, 503:
            return retry(after: wait(nil, in: answer, attempt: attempt), reason: reason(answer), attempt: attempt)
        case 300...399:
            let target = response.header("Location").map { " to \(clean($0))" } ?? ""
            return .halt(
                reason:
                    "\(reason(answer)): the endpoint redirects\(target); redirects are not followed, write the new URL")
        // The key is wrong or has ended, and would be so for every other touch.
        case 401, 403: return .halt(reason: reason(answer))
        case 400...499: return .rejected(reason: reason(answer))
        default:
            return ambiguous(after: wait(nil, in: answer, attempt: attempt), reason: reason(answer), attempt: attempt)
        }
    }

    /// Whether the status alone says that the message was not taken, however the rest of the answer fared.
    func isRefusal(_ status: Int) -> Bool { (400...499).contains(status) || status == 503 }

    private func classify(_ failure: Response.Failure, of response: Response, attempt: Attempt) -> SendResult {
        switch failure {
        case .refused(let reason):
            return .halt(reason: reason)
        // An unusable URL or scheme: no later attempt fares better.
        case .curl(let code, let message) where !response.mayHaveLeft && (code == 1 || code == 3):
            return .halt(reason: "curl \(code): \(clean(message)); the channel's url must be a full https:// URL")
        case .curl(let code, let message):
            let reason = "curl \(code): \(clean(message))"
            return response.mayHaveLeft
                ? ambiguous(after: nil, reason: reason, attempt: attempt)
                : retry(after: nil, reason: reason, attempt: attempt)
        case .tooLarge:
            return ambiguous(
                after: nil, reason: "HTTP \(response.status): the answer is larger than 256 KiB", attempt: attempt)
        case .aborted:
            return response.mayHaveLeft
                ? ambiguous(after: nil, reason: "stopped while it was being sent", attempt: attempt)
                : retry(after: TimeSpan(milliseconds: 0), reason: "stopped before it was sent", attempt: attempt)
        }
    }

    private func apply(_ rule: Channel.Rule, to answer: Answer, attempt: Attempt) -> SendResult {
        switch rule.then {
        case .accepted: return .sent(id: id(in: answer))
        case .duplicate: return .duplicate
        case .reject: return .rejected(reason: reason(answer, rule))
        case .suppress: return .suppress(reason: reason(answer, rule))
        case .halt: return .halt(reason: reason(answer, rule))
        case .retry:
            let after = wait(rule, in: answer, attempt: attempt)
            // A status of 5xx alone does not say that the message was not taken, whatever the rule hopes.
            let saysMore = rule.text != nil || !rule.pointers.isEmpty || !rule.headers.isEmpty
            let status = answer.response.status
            return status >= 500 && status != 503 && !saysMore
                ? ambiguous(
                    after: after, reason: reason(answer), attempt: attempt,
                    limit: rule.maxAttempts ?? Backoff.maxAttempts)
                : retry(after: after, reason: reason(answer), attempt: attempt, limit: rule.maxAttempts ?? .max)
        }
    }

    // MARK: - Again, or not

    /// This attempt was not taken; an endpoint that is down or throttles for long does not end the touch.
    private func retry(after: TimeSpan?, reason: String, attempt: Attempt, limit: Int = .max) -> SendResult {
        guard attempt.number < limit else {
            let words = "gave up after \(attempt.number) attempts; the last: \(reason)"
            return attempt.mayHaveArrived ? .unknown(reason: words) : .rejected(reason: words)
        }
        guard attempt.mayHaveArrived, channel.idempotency.lifetime != nil else {
            return .retry(after: after, before: nil, reason: reason)
        }
        return ambiguous(
            after: after, reason: reason, attempt: attempt, limit: min(limit, Backoff.maxAttempts))
    }

    /// This attempt, or one before it, may have been taken.
    func ambiguous(
        after: TimeSpan?, reason: String, attempt: Attempt, limit: Int = Backoff.maxAttempts
    ) -> SendResult {
        guard let lifetime = channel.idempotency.lifetime, attempt.number < limit else {
            return .unknown(reason: reason)
        }
        let before = attempt.firstAt + TimeSpan(milliseconds: lifetime.milliseconds / 2)
        guard attempt.now + (after ?? Backoff.longest(attempt: attempt.number)) < before else {
            return .unknown(reason: "\(reason); too late to repeat it under the same key")
        }
        return .retry(after: after, before: before, reason: reason)
    }

    private func wait(_ rule: Channel.Rule?, in answer: Answer, attempt: Attempt) -> TimeSpan? {
        for place in rule?.after ?? [] {
            guard let text = answer.text(at: place.place) else { continue }
            if let span = RetryAfter.span(text, as: place.unit, now: attempt.now) { return span }
        }
        return answer.response.header("Retry-After").flatMap {
            RetryAfter.span($0, as: .seconds, now: attempt.now)
        }
    }

    // MARK: - Words

    private func id(in answer: Answer) -> String? {
        guard let id = channel.id.flatMap({ answer.text(at: $0) }).map({ clean($0) }), !id.isEmpty else { return nil }
        return id
    }

    private func reason(_ answer: Answer, _ rule: Channel.Rule? = nil) -> String {
        var words = "HTTP \(answer.response.status)"
        let message =
            rule?.reason.flatMap { answer.text(at: $0) } ?? channel.errorMessage.flatMap { answer.text(at: $0) }
            ?? String(clean(String(decoding: answer.response.body.prefix(16_384), as: UTF8.self)).prefix(200))
        if !message.isEmpty { words += ": \(clean(message))" }
        if let code = channel.errorCode.flatMap({ answer.text(at: $0) }) { words += " (\(clean(code)))" }
        return words
    }

    /// One line of at most 300 characters without control characters and secrets.
    private func clean(_ text: String) -> String {
        // Masked before it is cut: half a secret is one, too.
        let text = mask.mask(text, upTo: 4_096).prefix(300)
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
    }
}
