import Testing

@testable import Storage

struct JSONScannerTests {
    /// What a member of an object becomes.
    private func plain(_ value: String) throws -> (kind: JSONScanner.ValueKind, text: String) {
        var bytes = Array("{\"a\": \(value)}".utf8)
        return try bytes.withUnsafeMutableBufferPointer { bytes in
            let member = try #require(JSONScanner.members(of: bytes)?.first)
            let plain = JSONScanner.plain(member)
            return (plain.kind, plain.value.string)
        }
    }

    @Test(arguments: [
        (#"{"$oid": "65f0"}"#, "65f0"), (#"{ "$date" : {"$numberLong": "17"} }"#, "17"), (#"{"$numberInt":4}"#, "4"),
    ])
    func whatMongoDBWritesIsItsValue(written: String, value: String) throws {
        #expect(try plain(written).text == value)
    }

    /// Properties of analytics begin with a dollar, too, and texts hold one.
    @Test(arguments: [
        #"{"$browser":"Chrome"}"#, #"{"$set":{"plan":"pro"}}"#, #"{"note":"costs $5, \"net\""}"#,
        #"{"$oid":"65f0","note":"a \"b\""}"#, #"{}"#,
    ])
    func otherObjectsStayAsTheyAreWritten(written: String) throws {
        let member = try plain(written)
        #expect(member.kind == .object && member.text == written)
    }
}
