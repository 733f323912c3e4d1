/// A body that is read piece by piece, of which only the beginning of each long text is kept.
///
/// A mail of 30 MB is mostly files; its headers are short. What is left is still well formed.
struct ShortenedBody {
    enum Form: Equatable {
        case json, fields
        case multipart(boundary: String)
    }

    /// What is kept of each text, field or part, in bytes.
    static let longestText = 64 << 10

    private(set) var bytes: [UInt8] = []
    private let form: Form
    private let delimiter: [UInt8]
    /// How long the text is in which it stands; nil between texts of JSON.
    private var length: Int?
    /// Bytes of an escape that are still to come: a text ends before it or behind it.
    private var escape = 0
    private var isEscapeKept = false
    /// The beginning of the line, while it may be a boundary.
    private var line: [UInt8]? = []

    init(_ form: Form) {
        self.form = form
        if case .multipart(let boundary) = form {
            delimiter = Array("--\(boundary)".utf8)
        } else {
            delimiter = []
        }
        length = form == .json ? nil : 0
    }

    mutating func append(_ chunk: UnsafeRawBufferPointer) {
        switch form {
        case .json: for byte in chunk { appendJSON(byte) }
        case .fields: for byte in chunk { appendField(byte) }
        case .multipart: for byte in chunk { appendPart(byte) }
        }
    }

    /// Keeps the byte, unless its text is too long already.
    private mutating func keep(_ byte: UInt8) {
        let length = length ?? 0
        if length < Self.longestText { bytes.append(byte) }
        self.length = length + 1
    }

    private mutating func beginEscape(of bytes: Int) {
        escape = bytes
        isEscapeKept = (length ?? 0) < Self.longestText
    }

    /// An escape that has begun within the bounds is kept whole.
    private mutating func keepEscaped(_ byte: UInt8) {
        if isEscapeKept { bytes.append(byte) }
        length = (length ?? 0) + 1
    }

    private mutating func appendJSON(_ byte: UInt8) {
        guard length != nil else {
            bytes.append(byte)
            if byte == UInt8(ascii: "\"") { length = 0 }
            return
        }
        if escape > 0 {
            escape += byte == UInt8(ascii: "u") && escape == 1 ? 3 : -1
            keepEscaped(byte)
        } else if byte == UInt8(ascii: "\"") {
            bytes.append(byte)
            length = nil
        } else {
            if byte == UInt8(ascii: "\\") { beginEscape(of: 1) }
            keep(byte)
        }
    }

    private mutating func appendField(_ byte: UInt8) {
        if byte == UInt8(ascii: "&") {
            bytes.append(byte)
            (length, escape) = (0, 0)
        } else if escape > 0 {
            escape -= 1
            keepEscaped(byte)
        } else {
            if byte == UInt8(ascii: "%") { beginEscape(of: 2) }
            keep(byte)
        }
    }

    private mutating func appendPart(_ byte: UInt8) {
        if var beginning = line {
            beginning.append(byte)
            guard beginning.elementsEqual(delimiter.prefix(beginning.count)) else {
                line = byte == UInt8(ascii: "\n") ? [] : nil
                for byte in beginning { keep(byte) }
                return
            }
            line = beginning
            guard beginning.count == delimiter.count else { return }
            if (length ?? 0) > Self.longestText { bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
            bytes += delimiter
            (length, line) = (0, nil)
            return
        }
        keep(byte)
        if byte == UInt8(ascii: "\n") { line = [] }
    }
}
