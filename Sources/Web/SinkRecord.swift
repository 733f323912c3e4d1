import Basics
import Foundation
import HTTPTypes
import NIOConcurrencyHelpers
import Playbooks

/// The lines that a `Sink` writes: one JSON object per request, in the order of their arrival.
///
/// A request with an `Idempotency-Key` that was seen before gets the id of the first one and is marked `repeated`, as a
/// provider that honors such keys would do.
final class SinkRecord: Sendable {
    struct Entry {
        var id: String
        var status: Int
    }

    private struct State {
        var count = 0
        var idsByKey: [String: String] = [:]
    }

    private let descriptor: Int32
    private let firstID: Int64
    private let state = NIOLockedValueBox(State())

    /// Ids begin with `firstID`, so that those of a second run on the same file differ from those of the first.
    init(path: String?, firstID: Int64) throws {
        self.firstID = firstID
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw SinkError(message: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor != STDOUT_FILENO { close(descriptor) }
    }

    /// Writes the request's line; what it returns is on record. `status` gets the number of the request, from 1.
    func append(
        _ head: HTTPRequest, body: Data, at now: Instant, status: (Int) -> Int
    ) throws -> Entry {
        let key = HTTPField.Name("Idempotency-Key").flatMap { head.headerFields[$0] }
        let about = Self.members(of: head, body: body)
        return try state.withLockedValue { state in
            state.count += 1
            let earlier = key.flatMap { state.idsByKey[$0] }
            let entry = Entry(id: earlier ?? "\(firstID)-\(state.count)", status: status(state.count))
            var line = Data("{\"time\":\"\(now)\",\"id\":\"\(entry.id)\",\"status\":\(entry.status)".utf8)
            if let key {
                line.append(contentsOf: Data(",\"key\":\(Self.quoted(key)),\"repeated\":\(earlier != nil)".utf8))
                // A request that is answered with a failure was not taken, so its key is still free.
                if entry.status < 300 { state.idsByKey[key] = entry.id }
            }
            line.append(about)
            try write(line)
            return entry
        }
    }

    private func write(_ line: Data) throws {
        try line.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Foundation.write(
                    descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    throw SinkError(message: "cannot record a request: \(String(cString: strerror(errno)))")
                }
            }
        }
    }

    /// The rest of the line, from method to body.
    private static func members(of head: HTTPRequest, body: Data) -> Data {
        var headers: [(String, String)] = head.authority.map { [("host", $0)] } ?? []
        for field in head.headerFields {
            let name = field.name.canonicalName
            if let index = headers.firstIndex(where: { $0.0 == name }) {
                headers[index].1 += ", \(field.value)"
            } else {
                headers.append((name, field.value))
            }
        }
        let pairs = headers.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",")
        var line = Data(
            ",\"method\":\(quoted(head.method.rawValue)),\"path\":\(quoted(head.path ?? "/")),\"headers\":{\(pairs)}"
                .utf8)
        line.append(contentsOf: Data(",\"body\":".utf8))
        if isJSON(body) {
            // As it came, so that the order of its keys can be seen; line breaks in JSON are only ever blanks.
            line.append(contentsOf: body.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        } else {
            line.append(contentsOf: Data(quoted(String(decoding: body, as: UTF8.self)).utf8))
        }
        line.append(contentsOf: Data("}\n".utf8))
        return line
    }

    private static func isJSON(_ body: Data) -> Bool {
        guard let first = body.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
        return JSON(parsing: body) != nil
    }

    private static func quoted(_ text: String) -> String { JSON.text(text).encodedText }
}

/// Why the sink cannot record.
package struct SinkError: Error, CustomStringConvertible {
    package var message: String

    package var description: String { message }
}
