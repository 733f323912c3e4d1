import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Measure
import NIOCore
import Playbooks
import Runner
import Storage

/// Trying a change: the text of a file laid over the workspace in memory. Nothing is stored; it ends in a patch.
extension Dashboard {
    private static let largest = 60_000

    func addTrying(to routes: DashboardRoutes) {
        routes.page("/try", .operator) { ask, _ in
            let file = ask["file"] ?? ""
            guard file.hasPrefix("playbooks/"), let text = ask.edition.files.texts[file] else {
                throw PageProblem(
                    .notFound, "No such file",
                    file.isEmpty
                        ? "Choose a file of playbooks/ on the page Files: try?file=playbooks/NAME/playbook.yaml"
                        : "Only files of playbooks/ can be tried, and \"\(file.prefix(200))\" is none of them.",
                    at: "file"
                )
            }
            return TryPage(
                ask: ask, file: file, original: text, base: text, text: ask.draft["text"] ?? text, account: "",
                result: nil
            ).page
        }
        routes.answer("/try", .operator) { [self] ask, form in
            let file = form["file"] ?? ""
            guard file.hasPrefix("playbooks/"), let original = ask.edition.files.texts[file] else {
                throw PageProblem(.notFound, "No such file", "The file was renamed or deleted meanwhile.")
            }
            let text = (form["text"] ?? "").replacing("\r\n", with: "\n")
            guard text.utf8.count <= Self.largest else {
                throw PageProblem(.badRequest, "Too long", "The text is longer than \(Self.largest / 1_000) kB.")
            }
            // Whoever takes the present file for the base has seen what somebody else changed in it.
            let base = form["act"] == "base" ? original : (form["base"] ?? "").replacing("\r\n", with: "\n")
            if form["act"] == "patch", base == original {
                guard let patch = UnifiedDiff(from: original, to: text).text(path: file) else {
                    throw PageProblem(.badRequest, "Nothing has changed", "The text is the file's.")
                }
                var headers = CSVAnswer.headers(file.replacing("/", with: "-") + ".patch")
                headers[.contentType] = "text/x-diff; charset=utf-8"
                return .file(
                    Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: patch))))
            }
            let account = (form["account"] ?? "").trimmingCharacters(in: .whitespaces)
            var result: TrialResult?
            if let part = TrialResult.Part(rawValue: form["act"] ?? "") {
                guard part != .message || !account.isEmpty else {
                    throw PageProblem(
                        .badRequest, "For which account?", "Name the account that would get the messages.",
                        at: "account")
                }
                result = try await tried(part, file, text, account, ask)
            }
            return .page(
                TryPage(
                    ask: ask, file: file, original: original, base: base, text: text, account: account, result: result
                ).page)
        }
    }

    private func tried(
        _ part: TrialResult.Part, _ file: String, _ text: String, _ account: String, _ ask: PageRequest
    ) async throws -> TrialResult {
        let (files, present, now, processNow) = (ask.edition.files, ask.workspace, ask.now, processNow)
        // What takes long is found again by the one who asks again.
        let isLong = part == .backtest || part == .design
        let job =
            isLong
            ? "try \(part.rawValue) of \(file), \(Registry.hash(text).prefix(12)), \(editions)"
            : "try \(UUID().uuidString)"
        let state = jobs.state(job, of: TrialResult.self, now: processNow())
        // Reading the files, planning and testing may take seconds: none of it on the threads that answer requests.
        if case .none = state {
            try jobs.begin(job, by: ask.visitor.name, processNow: processNow) { store in
                try TrialResult(
                    part, of: text, at: file, files, present, account: account, now: now, processNow: processNow,
                    store: store)
            }
        }
        // A change is tried by one person at a time, who waits for it.
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            switch jobs.state(job, of: TrialResult.self, now: processNow()) {
            case .running: try await Task.sleep(for: .milliseconds(50))
            case .done(let result, _, _): return result
            case .failed(let error, _): throw PageProblem(.unavailable, "It could not be worked out", error)
            case .none: throw PageProblem(.unavailable, "It was stopped", "Try it again.")
            }
        }
        if isLong {
            throw PageProblem(
                .unavailable, "It is being worked out",
                "It takes more than 20 s and goes on: go back and ask again in a while; what was found is kept for 15 minutes."
            )
        }
        jobs.stop(job)
        throw PageProblem(
            .unavailable, "It takes too long",
            "A plan of this change takes more than 20 s, or others wait before it; try it on the machine: keeptouch plan"
        )
    }
}
