import Foundation
package import Playbooks

/// Asks whether links lead somewhere: each once by HEAD, and by GET where a server does not know that.
package struct LinkCheck: Sendable {
    package enum Finding: Sendable, Equatable {
        case alive
        /// Nothing is there, or nobody answers.
        case dead(String)
        /// A server that answers, but not to a program.
        case unclear(String)
    }

    /// How many links are asked.
    package static let most = 1_000
    private static let atOnce = 8
    private static let mostHops = 5

    /// Whether links to this machine and its network are asked.
    package var allowsPrivate: Bool
    package var patience: TimeSpan

    package init(allowsPrivate: Bool = false, patience: TimeSpan = .seconds(10)) {
        self.allowsPrivate = allowsPrivate
        self.patience = patience
    }

    /// The findings in the order of the links.
    package func findings(of urls: [String]) async -> [Finding] {
        var findings = [Finding](repeating: .alive, count: urls.count)
        await withTaskGroup(of: (Int, Finding).self) { group in
            var next = 0
            func begin() {
                guard next < urls.count else { return }
                let index = next
                next += 1
                group.addTask { (index, await finding(of: urls[index])) }
            }
            for _ in 0..<Self.atOnce { begin() }
            while let (index, finding) = await group.next() {
                findings[index] = finding
                begin()
            }
        }
        return findings
    }

    private func finding(of url: String) async -> Finding {
        var url = url
        for _ in 0...Self.mostHops {
            var response = await ask("HEAD", url)
            // Some servers know no HEAD, and answer anything.
            if response.failure != nil && response.mayHaveLeft || response.status >= 400 {
                response = await ask("GET", url)
            }
            guard (300..<400).contains(response.status), response.status != 304,
                let place = response.header("Location"),
                let next = URL(string: place, relativeTo: URL(string: url))?.absoluteString
            else { return Self.finding(response) }
            guard LinkTracking.isWeb(next) else { return .unclear("it leads on to \(next.prefix(80))") }
            url = next
        }
        return .dead("it leads on more than \(Self.mostHops) times")
    }

    private func ask(_ method: String, _ url: String) async -> Response {
        await Transport.answer(
            to: Request(
                method: method, url: url,
                headers: [Request.Header("User-Agent", Transport.userAgent), Request.Header("Accept", "*/*")],
                connectTimeout: patience, totalTimeout: patience, allowPrivate: allowsPrivate, allowPlain: true))
    }

    private static func finding(_ response: Response) -> Finding {
        switch response.failure {
        case .curl(_, let message): return .dead(message)
        // A link has no key of its own to say it with.
        case .refused(AddressRule.refusal):
            return .unclear("\(AddressRule.finding); check --links --allow-private asks it")
        case .refused(let reason): return .unclear(reason)
        case .aborted: return .unclear("nobody was asked")
        // What is large is there.
        case .tooLarge, nil: break
        }
        switch response.status {
        case 200..<400: return .alive
        case 404, 410: return .dead("it answers \(response.status): there is nothing")
        default: return .unclear("it answers \(response.status)")
        }
    }
}
