extension FormFields {
    /// The fields of a `multipart/form-data` body (RFC 7578) in their order; files are passed over.
    ///
    /// Nil when it does not begin with its boundary.
    init?(_ body: [UInt8], boundary: String) {
        let delimiter = Array("--\(boundary)".utf8)
        var fields: [(name: String, value: String)] = []
        /// The part that is being read: what its headers say, and where its content begins once they are over.
        var part: (header: String, content: Int?)?
        func finish(at end: Int) {
            guard let part, let content = part.content, let name = Self.name(in: part.header) else { return }
            // The line break before the boundary belongs to it.
            let last = end - (end >= content + 2 && body[end - 2] == UInt8(ascii: "\r") ? 2 : 1)
            fields.append((name, String(decoding: body[content..<max(content, last)], as: UTF8.self)))
        }
        var (start, hasBegun) = (0, false)
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "\n")) ?? body.count
            let line = body[start..<end]
            if line.starts(with: delimiter) {
                finish(at: start)
                (part, hasBegun) = (("", nil), true)
                if line.dropFirst(delimiter.count).starts(with: Array("--".utf8)) { break }
            } else if let known = part, known.content == nil {
                let text = String(decoding: line, as: UTF8.self).trimmingBlanks
                part = text.isEmpty ? (known.header, min(end + 1, body.count)) : ("\(known.header)\n\(text)", nil)
            }
            start = end + 1
        }
        guard hasBegun else { return nil }
        self.init(fields)
    }

    /// The name in `Content-Disposition: form-data; name="from"`; nil for a file.
    private static func name(in header: String) -> String? {
        let line = header.split(separator: "\n").first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let line, parameter("filename", in: line) == nil else { return nil }
        return parameter("name", in: line)
    }

    /// A parameter of a header such as `form-data; name="from"`, with or without quotes.
    static func parameter(_ name: String, in header: some StringProtocol) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, String(sides[0]).trimmingBlanks.lowercased() == name else { continue }
            return String(sides[1]).trimmingBlanks.trimmingQuotes
        }
        return nil
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}

extension Webhook {
    /// The fields of a form, in either of the two ways in which forms are sent.
    func form() throws(Unreadable) -> FormFields {
        let type = header("Content-Type") ?? ""
        if let boundary = multipartBoundary {
            guard let fields = FormFields(body, boundary: boundary) else {
                throw Unreadable("the form does not begin with its boundary")
            }
            return fields
        }
        guard type.lowercased().hasPrefix("application/x-www-form-urlencoded"), let fields = FormFields(body) else {
            throw Unreadable("the body is no form")
        }
        return fields
    }

    var multipartBoundary: String? {
        guard let type = header("Content-Type"), type.lowercased().hasPrefix("multipart/form-data") else { return nil }
        return FormFields.parameter("boundary", in: type).flatMap { (1...70).contains($0.utf8.count) ? $0 : nil }
    }
}
