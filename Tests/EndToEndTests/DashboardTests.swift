import Foundation
import Testing

/// The dashboard in real Chromium, beside a real `serve`.
@Suite struct DashboardTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".build/peers/bin/python")
    private static let axe = root.appendingPathComponent(".build/peers/axe.min.js")

    private static var isPossible: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver", python.path].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        } && FileManager.default.fileExists(atPath: axe.path)
    }

    @Test(.enabled(if: isPossible, ".ci/setup test installs chromium-driver, selenium and axe"))
    func aDayOfAnOperationsPersonGoesAsItShould() throws {
        let scratch = try Scratch(small: "email")
        try scratch.replace("first_run: go", with: "first_run: ask", in: "keeptouch.yaml")
        try scratch.replace("timezone: UTC", with: "timezone: UTC\nevaluate: \"* * * * *\"", in: "keeptouch.yaml")
        try scratch.replace(
            "  - email: hello.md\n", with: "  - email: hello.md\n  - wait: 3d\n  - email: hello.md\n",
            in: "playbooks/hello/playbook.yaml")
        // Without a key a request that went unanswered may have arrived.
        try scratch.importAccounts(20)
        try scratch.write(
            "more.csv", "key,name,seats,contact_email\nb1,Late One,5,owner@b1.example\n")
        let script = Self.root.appendingPathComponent("Tests/EndToEndTests/Peers/dashboard.py")
        let output = try Pipe()
        let process = Process()
        process.executableURL = Self.python
        process.arguments = [script.path, Program.path, scratch.folder.path, Self.axe.path]
        process.standardOutput = FileHandle(fileDescriptor: output.writing)
        process.standardError = FileHandle(fileDescriptor: output.writing)
        try process.run()
        output.closeWriting()
        var said = ""
        while let line = output.line() { said += line + "\n" }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}
