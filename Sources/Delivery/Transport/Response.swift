package import Playbooks

/// What came back for one request, or how far it got.
package struct Response: Sendable {
    package enum Failure: Sendable, Equatable {
        /// libcurl's code and its words.
        case curl(code: Int, message: String)
        /// Keeptouch would not connect there, or not in this way; nothing was sent.
        case refused(String)
        /// The answer exceeded `Transport.responseLimit`.
        case tooLarge
        /// `Transport.stop(drain: false)` ended it.
        case aborted
    }

    /// Nil when the answer is complete.
    package var failure: Failure?
    /// The HTTP status; 0 when no status line arrived.
    package var status: Int
    /// The header lines of the answer as they came.
    package var headerBlock: [UInt8]
    package var body: [UInt8]
    /// Whether a connection stood and the request began to leave, so that the other side may have acted on it.
    package var mayHaveLeft: Bool
    package var duration: TimeSpan

    package init(
        failure: Failure? = nil, status: Int = 0, headerBlock: [UInt8] = [], body: [UInt8] = [],
        mayHaveLeft: Bool = true, duration: TimeSpan = TimeSpan(milliseconds: 0)
    ) {
        self.failure = failure
        self.status = status
        self.headerBlock = headerBlock
        self.body = body
        self.mayHaveLeft = mayHaveLeft
        self.duration = duration
    }

    /// The trimmed value of the first header of that name, whatever its case.
    package func header(_ name: String) -> String? {
        let wanted = Array(name.utf8)
        for line in headerBlock.split(separator: UInt8(ascii: "\n")) {
            guard line.count > wanted.count, line[line.startIndex + wanted.count] == UInt8(ascii: ":"),
                zip(line, wanted).allSatisfy({ lowercased($0) == lowercased($1) })
            else { continue }
            let value = line.dropFirst(wanted.count + 1).drop { $0 == 32 || $0 == 9 }
            return String(decoding: value.prefix { $0 != 13 }, as: UTF8.self)
        }
        return nil
    }

    /// What time it was for the endpoint, to the second; nil when it does not say.
    package var date: Instant? { header("Date").flatMap(HTTPDate.instant) }

    private func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
