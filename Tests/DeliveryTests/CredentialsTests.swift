import Delivery
import Foundation
import Playbooks
import Testing

@Suite struct CredentialsTests {
    private func channel(_ reference: Secret.Reference) -> Channel {
        var channel = Channel(
            name: "test", kind: .email, url: "https://api.example",
            position: Position(file: "channels/test.yaml", line: 4))
        channel.auth = .bearer(token: Secret(reference))
        return channel
    }

    private func complaint(_ reference: Secret.Reference, in directory: String = "/") -> String? {
        do throws(Diagnostic) {
            _ = try Credentials(
                of: channel(reference), environment: ["EMPTY": " ", "BAD": "a\nb"], directory: directory)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func aSecretIsNeverPrinted() throws {
        let credentials = try Credentials(
            of: channel(.environment("KEY")), environment: ["KEY": "s3cret-key"], directory: "/")
        #expect("\(credentials)" == "***")
        #expect(String(reflecting: credentials) == "***")
        let request = try RequestBuilder(channel: channel(.environment("KEY")), credentials: credentials)
            .request(for: ProviderTests.envelope, at: ProviderTests.now)
        #expect(request.headers.contains(Request.Header("Authorization", "Bearer s3cret-key")))
        #expect(!"\(request)".contains("s3cret-key"))
    }

    @Test func aMissingOrUnusableSecretSaysWhatToDo() {
        #expect(
            complaint(.environment("NONE"))
                == "channels/test.yaml:4:1: error: the environment variable NONE is not set; export it before the start"
        )
        #expect(complaint(.environment("EMPTY"))?.contains("is empty") == true)
        #expect(complaint(.environment("BAD"))?.contains("line break") == true)
        #expect(complaint(.file("no/such/file"))?.contains("cannot be read") == true)
    }

    @Test func aFileThatEveryoneMayReadIsRefused() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "key")
        try Data("s3cret\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        #expect(complaint(.file("key"), in: directory.path)?.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(complaint(.file("key"), in: directory.path) == nil)
    }
}
