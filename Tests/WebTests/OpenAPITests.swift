import Foundation
import Testing
import Web

@Suite struct OpenAPITests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let validator = repository.appendingPathComponent(".build/peers/bin/openapi-spec-validator")

    @Test func everyRouteIsDescribedAndNothingElse() async throws {
        let document = try #require(
            JSONSerialization.jsonObject(with: Data(OpenAPI.text().utf8)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let methods: Set = ["get", "post", "put", "delete"]
        let described = paths.flatMap { path, item in
            item.keys.filter(methods.contains).map { "\($0.uppercased()) \(path)" }
        }
        try await RunningSite.with { site in
            // HEAD is GET without its body, OPTIONS what browsers ask before they send.
            let routes = site.routes.filter { !$0.hasPrefix("HEAD ") && !$0.hasPrefix("OPTIONS ") }
            #expect(Set(described).symmetricDifference(routes) == [])
            #expect(described.count > 14)
            let served = try await site.get("/openapi.json")
            #expect(served.status == 200)
            #expect(served.text == (try OpenAPI.text()))
        }
    }

    @Test func theDescriptionIsAnsweredWithNothingToWhoHasIt() async throws {
        try await RunningSite.with { site in
            func ask(_ more: String = "") async throws -> String {
                let socket = try Socket(port: site.port)
                socket.say("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\(more)Connection: close\r\n\r\n")
                return try #require(await socket.rest())
            }
            let first = try await ask()
            let tag = try #require(first.firstMatch(of: /(?i)etag: ("[0-9a-f]+")/)).1
            #expect(first.hasPrefix("HTTP/1.1 200") && first.utf8.count > 5_000)
            let second = try await ask("If-None-Match: \(tag)\r\n")
            #expect(second.hasPrefix("HTTP/1.1 304") && second.utf8.count < 500, "\(second)")
        }
    }

    @Test func theDescriptionInTheDocumentationIsTheOneThatIsServed() throws {
        let file = Self.repository.appendingPathComponent("docs/openapi.json")
        let text = try OpenAPI.text()
        if ProcessInfo.processInfo.environment["UPDATE_OPENAPI"] != nil { try Data(text.utf8).write(to: file) }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == text,
            "write it anew: UPDATE_OPENAPI=1 swift test --filter OpenAPITests")
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: validator.path), "make setup installs the validator"))
    func theDescriptionIsValid() throws {
        let process = Process()
        process.executableURL = Self.validator
        process.arguments = [Self.repository.appendingPathComponent("docs/openapi.json").path]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
}
