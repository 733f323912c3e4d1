import Foundation
import FoundationNetworking
import Playbooks
import Testing
import Web

/// A sink on a port of its own that records into a file of its own.
private struct RunningSink {
    var url: URL
    var file: String

    /// Runs `body` while the sink serves.
    static func with(_ sink: Sink = Sink(), _ body: (RunningSink) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString).ndjson")
            .path
        defer { try? FileManager.default.removeItem(atPath: file) }
        var sink = sink
        sink.file = file
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = Task { [sink] in
            defer { port.finish() }
            try await sink.run(now: { Instant(milliseconds: 1_772_953_200_000) }, onStart: { port.yield($0) })
        }
        defer { server.cancel() }
        var bound = ports.makeAsyncIterator()
        let number = try #require(await bound.next(), "the sink did not start")
        let url = try #require(URL(string: "http://127.0.0.1:\(number)/send?to=a"))
        try await body(RunningSink(url: url, file: file))
    }

    func post(_ body: String, headers: [String: String] = [:]) async throws -> (status: Int, id: String?, text: String)
    {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        return (
            answer.statusCode, answer.value(forHTTPHeaderField: "X-Message-Id"), String(decoding: data, as: UTF8.self)
        )
    }

    func lines() throws -> [[String: Any]] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }
}

@Test func aRequestIsOnRecordBeforeItIsAnswered() async throws {
    try await RunningSink.with { sink in
        let answer = try await sink.post(
            "{\"b\": 1,\n \"a\": [\"x\"]}", headers: ["Content-Type": "application/json", "Idempotency-Key": "touch-1"])
        #expect(answer.status == 202)
        let id = try #require(answer.id)
        #expect(answer.text == "{\"id\": \"\(id)\"}\n")
        let lines = try sink.lines()
        try #require(lines.count == 1)
        #expect(lines[0]["time"] as? String == "2026-03-08T07:00:00Z")
        #expect(lines[0]["id"] as? String == id)
        #expect(lines[0]["method"] as? String == "POST")
        #expect(lines[0]["path"] as? String == "/send?to=a")
        #expect(lines[0]["key"] as? String == "touch-1")
        #expect((lines[0]["headers"] as? [String: String])?["content-type"] == "application/json")
        #expect((lines[0]["body"] as? [String: Any])?["a"] as? [String] == ["x"])
        #expect(try String(contentsOfFile: sink.file, encoding: .utf8).contains("{\"b\": 1,  \"a\": [\"x\"]}"))
    }
}

@Test func aBodyThatIsNotJSONIsKeptAsText() async throws {
    try await RunningSink.with { sink in
        let bodies = ["to=a%40b.example&text=\"hi\"\u{1}\n", "{broken", ""]
        for body in bodies { _ = try await sink.post(body) }
        let recorded = try sink.lines().map { $0["body"] as? String }
        #expect(recorded == bodies)
    }
}

@Test func aRepeatedKeyGetsTheSameIdAndIsMarked() async throws {
    try await RunningSink.with { sink in
        let first = try await sink.post("{}", headers: ["Idempotency-Key": "k"])
        let again = try await sink.post("{}", headers: ["Idempotency-Key": "k"])
        let other = try await sink.post("{}", headers: ["Idempotency-Key": "l"])
        #expect(first.id == again.id)
        #expect(first.id != other.id)
        #expect(try sink.lines().map { $0["repeated"] as? Bool } == [false, true, false])
    }
}

@Test func theShareThatFailsIsSpreadEvenly() async throws {
    var failing = Sink()
    failing.failShare = 0.25
    failing.status = 200
    try await RunningSink.with(failing) { sink in
        var statuses: [Int] = []
        for _ in 0..<8 { statuses.append(try await sink.post("{}").status) }
        #expect(statuses == [200, 200, 200, 503, 200, 200, 200, 503])
        #expect(try sink.lines().map { $0["status"] as? Int } == statuses)
    }
}

@Test func manyAtOnceAreEachOneWholeLine() async throws {
    try await RunningSink.with { sink in
        let text = String(repeating: "x", count: 20_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { _ = try await sink.post("{\"number\": \(number), \"text\": \"\(text)\"}") }
            }
            try await group.waitForAll()
        }
        let numbers = try sink.lines().compactMap { ($0["body"] as? [String: Any])?["number"] as? Int }
        #expect(numbers.sorted() == Array(0..<200))
    }
}

@Test func aFileThatCannotBeWrittenIsSaid() async throws {
    var sink = Sink()
    sink.file = "/nowhere/at/all.ndjson"
    let error = await #expect(throws: SinkError.self) { try await sink.run(onStart: { _ in }) }
    #expect(error?.description.contains("/nowhere/at/all.ndjson") == true)
}
