/// One field of a CSV file (RFC 4180) that may be opened in a spreadsheet.
package enum CSVField {
    package static func text(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Quoted where needed; a text that a spreadsheet would run as a formula gets a `'` before it, a number does not.
    package static func append(_ field: some Collection<UInt8>, to line: inout [UInt8]) {
        let needsQuotes = field.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
        if needsQuotes { line.append(0x22) }
        if let first = field.first, startsFormula(first), Double(String(decoding: field, as: UTF8.self)) == nil {
            line.append(UInt8(ascii: "'"))
        }
        for byte in field {
            line.append(byte)
            if byte == 0x22 { line.append(byte) }
        }
        if needsQuotes { line.append(0x22) }
    }

    /// `=`, `+`, `-`, `@`, tab and carriage return.
    package static func startsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x3d, 0x2b, 0x2d, 0x40, 0x09, 0x0d: true
        default: false
        }
    }
}
