import Foundation
import Testing

/// The files beside the database that are lost, damaged or not files at all.
@Suite struct FilesBesideTests {
    private func sent() throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(2)
        #expect(try scratch.keeptouch("run").code == 0)
        return (scratch, endpoint)
    }

    @Test func aSecretThatIsALinkToNowhereIsNamed() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(2)
        try? scratch.remove("keeptouch.db.secret")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.database + ".secret", withDestinationPath: "/nonexistent/secret")
        for command in ["run", "doctor"] {
            let outcome = try scratch.keeptouch(command)
            #expect(outcome.code == 1, "\(outcome)")
            #expect(
                (outcome.output + outcome.complaints).contains("is a link to a file that is not there"), "\(outcome)")
        }
    }

    /// As a file system leaves it after a power failure.
    @Test func aSecretOfZerosSignsNothing() throws {
        let (scratch, endpoint) = try sent()
        try Data(count: 32).write(to: URL(fileURLWithPath: scratch.database + ".secret"))
        try scratch.importAccounts(3)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1 && outcome.complaints.contains("holds nothing but one byte"), "\(outcome)")
        #expect(try scratch.keeptouch("doctor").output.contains("holds nothing but one byte"))
        #expect(endpoint.count == 2)
    }

    @Test(arguments: ["directory", "pipe", "junk"]) func aListThatIsNoneIsNamedByRunAndDoctor(kind: String) throws {
        let (scratch, endpoint) = try sent()
        let path = scratch.database + ".sent"
        try FileManager.default.removeItem(atPath: path)
        switch kind {
        case "directory": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        default: try Data(repeating: 65, count: 100).write(to: URL(fileURLWithPath: path))
        }
        try scratch.importAccounts(3)
        for command in ["run", "doctor"] {
            let outcome = try scratch.keeptouch(command)
            #expect(outcome.code == 1, "\(outcome)")
            #expect((outcome.output + outcome.complaints).contains("is no list of requests"), "\(outcome)")
        }
        #expect(endpoint.count == 2)
    }

    /// Nobody knows any more who was erased; a person has to say that this is so.
    @Test func aSecretThatIsLostForGoodCanBeReplacedAlsoAfterErasures() throws {
        let (scratch, _) = try sent()
        #expect(try scratch.keeptouch("forget", "owner@a1.example").code == 0)
        try Data((0..<32).map { UInt8($0) }).write(to: URL(fileURLWithPath: scratch.database + ".secret"))
        try scratch.write(
            "more.csv", "key,name,seats,contact_email,contact_name\na9,Nine,3,owner@a9.example,Zoe Owner\n")
        let refused = try scratch.keeptouch("import", "accounts", "more.csv")
        #expect(refused.code == 1 && refused.complaints.contains("keeptouch forget --new-secret"), "\(refused)")
        #expect(try scratch.keeptouch("doctor").code == 1)
        let taken = try scratch.keeptouch("forget", "--new-secret")
        #expect(taken.code == 0 && taken.output.contains("1 erased address is known no more"), "\(taken)")
        #expect(try scratch.keeptouch("forget", "--new-secret").code == 1)
        #expect(try scratch.keeptouch("import", "accounts", "more.csv").code == 0)
        #expect(try scratch.keeptouch("doctor").output.contains("it signs links, and tells who was erased"))
    }
}
