/// Finished text with places for values: what a message's Markdown becomes once, for all touches.
struct SlotText: Sendable {
    /// Where a value stands, which decides how it is escaped.
    enum Context: Sendable {
        case plain, html
        /// The beginning of a link: the value must be one.
        case url, htmlURL
        /// Inside a link: the value is one component.
        case urlPart, htmlURLPart
    }

    enum Piece: Sendable {
        case bytes([UInt8])
        case slot(Int, Context)
    }

    private(set) var pieces: [Piece] = []

    mutating func append(_ bytes: some Sequence<UInt8>) {
        if case .bytes(var last)? = pieces.last {
            pieces.removeLast()
            last.append(contentsOf: bytes)
            pieces.append(.bytes(last))
        } else {
            pieces.append(.bytes(Array(bytes)))
        }
    }

    mutating func append(slot: Int, _ context: Context) {
        pieces.append(.slot(slot, context))
    }

    /// Writes the text with its values, each escaped for its place.
    ///
    /// - Parameter names: of the values, for the error.
    /// - Throws: `.refused` when a value stands as a link and is none.
    func write(_ values: [String], names: [String], into bytes: inout [UInt8]) throws(RenderError) {
        for piece in pieces {
            switch piece {
            case .bytes(let text): bytes.append(contentsOf: text)
            case .slot(let index, let context):
                try Self.write(values[index], name: names[index], context, into: &bytes)
            }
        }
    }

    private static func write(
        _ value: String, name: String, _ context: Context, into bytes: inout [UInt8]
    ) throws(RenderError) {
        switch context {
        case .plain: bytes.append(contentsOf: value.utf8)
        case .html: HTML.escape(value, into: &bytes)
        case .url: bytes.append(contentsOf: try Link.checked(value, name: name).utf8)
        case .htmlURL: HTML.escape(try Link.checked(value, name: name), into: &bytes)
        case .urlPart, .htmlURLPart: bytes.append(contentsOf: PercentEncoding.component(value).utf8)
        }
    }
}

/// What a link in a message may be.
enum Link {
    /// The value as a URL.
    ///
    /// - Throws: `.refused` unless it begins with `https://`, `http://` or `mailto:`.
    static func checked(_ value: String, name: String) throws(RenderError) -> String {
        let start = value.prefix(8).lowercased()
        guard start.hasPrefix("https://") || start.hasPrefix("http://") || start.hasPrefix("mailto:") else {
            throw .refused("\(name) stands as a link, but \"\(value.prefix(60))\" is none")
        }
        return PercentEncoding.url(value)
    }
}

/// Text for HTML.
enum HTML {
    /// Escapes what has a meaning in text and in quoted attribute values.
    static func escape(_ text: String, into bytes: inout [UInt8]) {
        guard text.utf8.contains(where: { replacement(of: $0) != nil }) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for byte in text.utf8 {
            if let entity = replacement(of: byte) {
                entity.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
    }

    private static func replacement(of byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
