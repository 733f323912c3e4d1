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
                ask: ask, file: file, original: text, base: text, text: ask.draft["text"] ?? text, result: nil
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
            let result = form["act"] == "check" ? try await tried(file, text, ask) : nil
            return .page(
                TryPage(ask: ask, file: file, original: original, base: base, text: text, result: result).page)
        }
    }

    private func tried(_ file: String, _ text: String, _ ask: PageRequest) async throws -> TrialResult {
        let (files, present, now, processNow) = (ask.edition.files, ask.workspace, ask.now, processNow)
        let job = "try \(UUID().uuidString)"
        // Reading the files, planning and testing may take seconds: none of it on the threads that answer requests.
        try jobs.begin(job, by: ask.visitor.name, processNow: processNow) { store in
            try TrialResult(
                of: text, at: file, files, present, now: now, processNow: processNow, store: store)
        }
        // A change is tried by one person at a time, who waits for it.
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            switch jobs.state(job, of: TrialResult.self, now: processNow()) {
            case .running: try await Task.sleep(for: .milliseconds(50))
            case .done(let result, _, _): return result
            case .failed(let error, _): throw PageProblem(.unavailable, "It could not be planned", error)
            case .none: throw PageProblem(.unavailable, "It was stopped", "Try it again.")
            }
        }
        jobs.stop(job)
        throw PageProblem(
            .unavailable, "It takes too long",
            "A plan of this change takes more than 20 s, or others wait before it; try it on the machine: keeptouch plan"
        )
    }
}
