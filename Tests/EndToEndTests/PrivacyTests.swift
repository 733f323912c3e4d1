import Foundation
import Testing

/// Who may read what lies beside the database, and what of it may reach a terminal.
@Suite struct PrivacyTests {
    private func mode(_ path: String, in scratch: Scratch) throws -> Int {
        let path = scratch.folder.appendingPathComponent(path).path
        return try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) & 0o777
    }

    @Test func onlyItsOwnerMayReadTheDatabaseAndWhatLiesBesideIt() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        for name in ["keeptouch.db", "keeptouch.db.secret", "keeptouch.db.sent", "keeptouch.db.instance"] {
            #expect(try mode(name, in: scratch) == 0o600, "\(name)")
        }
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.output.contains("no file of the database is readable by everyone"))
        chmod(scratch.folder.appendingPathComponent("keeptouch.db").path, 0o644)
        let open = try scratch.keeptouch("doctor")
        #expect(open.output.contains("chmod go-rwx"), "\(open)")
    }

    @Test func aLostSecretStopsInsteadOfBeingMadeAnew() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let secret = scratch.folder.appendingPathComponent("keeptouch.db.secret")
        let kept = try Data(contentsOf: secret)
        try FileManager.default.removeItem(at: secret)
        let lost = try scratch.keeptouch("run")
        #expect(lost.code != 0)
        #expect(lost.complaints.contains("is gone, and the links in the emails that were sent are signed with it"))
        #expect(!FileManager.default.fileExists(atPath: secret.path))

        try kept.write(to: secret)
        chmod(secret.path, 0o644)
        let readable = try scratch.keeptouch("run")
        #expect(readable.code != 0)
        #expect(readable.complaints.contains("Run: chmod 600"))
        chmod(secret.path, 0o600)
        #expect(try scratch.keeptouch("run").code == 0)
    }

    @Test func aDamagedMarkIsSaidToBeOne() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        for junk in [Data(), Data("<junk>\n".utf8), Data([0, 255, 254, 10, 0, 13])] {
            try junk.write(to: scratch.folder.appendingPathComponent("keeptouch.db.instance"))
            let outcome = try scratch.keeptouch("run")
            #expect(outcome.complaints.contains("everything is paused"), "\(outcome)")
            #expect(outcome.complaints.contains("is damaged"), "\(outcome)")
            #expect(try scratch.keeptouch("resume", "all", "--as", "moved").code == 0)
        }
    }

    @Test func namesCannotGiveOrdersToATerminal() throws {
        let scratch = try Scratch(small: "email", port: 9)
        let name = "Evil \u{1b}]0;owned\u{7} \u{1b}[2J\u{9b}31m \u{202e}gnp.exe"
        try scratch.write("accounts.csv", "key,name,seats\na1,\"\(name)\",5\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        for arguments in [["explain", "a1"], ["plan", "--who"], ["explain", "a1", "--format", "json"]] {
            let outcome = try Program.run(arguments, in: scratch.folder)
            for text in [outcome.output, outcome.complaints] {
                #expect(
                    text.unicodeScalars.allSatisfy { !["\u{1b}", "\u{9b}", "\u{202e}", "\u{7}"].contains($0) },
                    "\(arguments)")
            }
        }
        let missing = try scratch.keeptouch("explain", "no\u{1b}[31mbody")
        #expect(missing.code != 0)
        #expect(!missing.complaints.contains("\u{1b}"))
        #expect(missing.complaints.contains("\\u001b"))
    }
}
