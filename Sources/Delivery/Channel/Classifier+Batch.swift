import Basics
import Playbooks

extension Classifier {
    /// Says what an answer means for each touch of a request, in their order.
    ///
    /// Where the answer has a list of results, each speaks for its touch. An answer that refuses the whole request because
    /// of what is in it may be the fault of one touch: none of them was taken, and each is tried again alone.
    package func classify(_ response: Response, attempts: [Attempt]) -> (results: [SendResult], isSplit: Bool) {
        func each(_ result: (Attempt) -> SendResult) -> (results: [SendResult], isSplit: Bool) {
            (attempts.map(result), false)
        }
        let isComplete = response.failure == nil
        if isComplete, (200...299).contains(response.status), let place = channel.batch?.results {
            guard case .list(let items)? = JSON(parsing: response.body)?[pointer: place], items.count == attempts.count
            else {
                let reason = "HTTP \(response.status): no list of \(attempts.count) results at \"\(place)\""
                return each { ambiguous(after: nil, reason: reason, attempt: $0) }
            }
            let results = zip(items, attempts).map { item, attempt in
                classify(Answer(response: response.holding(item), json: item), attempt: attempt)
            }
            return (results, false)
        }
        let results = attempts.map { classify(response, attempt: $0) }
        guard results.contains(where: \.isRefusal) else { return (results, false) }
        if let doubtful = attempts.first(where: \.mayHaveArrived) {
            return each { attempt in
                .unknown(
                    reason: "\(classify(response, attempt: doubtful).reason); an earlier attempt may have arrived")
            }
        }
        return (
            results.map { .retry(after: TimeSpan(milliseconds: 0), before: nil, reason: "\($0.reason); tried alone") },
            true
        )
    }
}

extension Response {
    /// As if one result of it had been the answer.
    fileprivate func holding(_ item: JSON) -> Response {
        var response = self
        response.body = item.encoded
        return response
    }
}

extension SendResult {
    /// Whether this message or this recipient was refused.
    var isRefusal: Bool {
        switch self {
        case .rejected, .suppress: true
        case .sent, .duplicate, .retry, .unknown, .halt: false
        }
    }

    /// Whether the endpoint took the message, now or before.
    package var isTaken: Bool {
        switch self {
        case .sent, .duplicate: true
        case .retry, .rejected, .suppress, .unknown, .halt: false
        }
    }

    package var reason: String {
        switch self {
        case .sent: ""
        case .duplicate: "it had been sent before"
        case .retry(_, _, let reason), .rejected(let reason), .suppress(let reason), .unknown(let reason),
            .halt(let reason):
            reason
        }
    }
}
