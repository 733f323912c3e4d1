import Basics
import Playbooks

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
        guard Message.Action.isLink(value) else {
            throw .refused("\(name) stands as a link, but \"\(value.prefix(60))\" is none")
        }
        return PercentEncoding.url(value)
    }
}
