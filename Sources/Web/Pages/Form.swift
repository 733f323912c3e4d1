import Foundation
import Hummingbird
import NIOCore
import NIOHTTP1

/// The fields of a submitted form, in their order: `application/x-www-form-urlencoded` or `multipart/form-data`.
struct Form: Equatable {
    private(set) var fields: [Field] = []

    struct Field: Equatable, Sendable {
        var name: String
        var value: String
    }

    /// The largest form that is read, in bytes.
    static let largest = 64 * 1_024

    init(_ text: String, contentType: String?) {
        if let contentType, contentType.lowercased().hasPrefix("multipart/form-data") {
            readParts(text, contentType)
        } else {
            fields = text.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return Field(name: Self.decoded(parts[0]), value: parts.count > 1 ? Self.decoded(parts[1]) : "")
            }
        }
    }

    /// Reads the body of a request; one that is too large is refused with 413.
    init(of request: Request, atMost limit: Int = Form.largest) async throws {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch let error as HTTPParserError {
            throw Site.broken(error)
        } catch {
            throw Problem(.contentTooLarge, "the form is larger than \(limit) bytes")
        }
        self.init(String(buffer: body), contentType: request.headers[.contentType])
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    private static func decoded(_ text: Substring) -> String {
        let spaced = String(text.replacing("+", with: " "))
        return spaced.removingPercentEncoding ?? spaced
    }

    private mutating func readParts(_ text: String, _ contentType: String) {
        guard let mark = contentType.range(of: "boundary=", options: .caseInsensitive) else { return }
        let boundary = contentType[mark.upperBound...].prefix { $0 != ";" }.trimmingCharacters(in: ["\"", " "])
        guard !boundary.isEmpty else { return }
        for part in text.replacing("\r\n", with: "\n").components(separatedBy: "--\(boundary)").dropFirst() {
            guard let blank = part.range(of: "\n\n"),
                let name = part[..<blank.lowerBound].firstMatch(of: /;\s*name="([^"]*)"/)?.1
            else { continue }
            let value = part[blank.upperBound...]
            fields.append(
                Field(name: String(name), value: String(value.hasSuffix("\n") ? value.dropLast() : value)))
        }
    }
}
