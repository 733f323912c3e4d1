/// What PostgreSQL knows of them.
extension StagedRows {
    /// Makes the temporary table.
    var definition: String {
        let columns = columns.map { column in
            let type =
                switch column.kind {
                case .integer: "bigint"
                case .real: "double precision"
                case .blob, .null, .text: "text COLLATE \"C\""
                }
            return "\(column.name) \(type), "
        }
        return "CREATE TEMP TABLE \(name) (\(columns.joined())row bigint)"
    }

    /// The visible rows as COPY takes them in binary form, part by part.
    func copy(_ send: (UnsafeRawBufferPointer) throws -> Void) throws {
        var bytes = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [UInt8](repeating: 0, count: 8)
        var place = visible(from: firstPlace)
        while place < lastPlace {
            let row = row(at: place)
            bytes += BinaryValue.bigEndian(Int16(width + 1))
            for column in 0..<width { Self.append(self[row, column], columns[column].kind, to: &bytes) }
            Self.append(.integer(Int64(row)), .integer, to: &bytes)
            if bytes.count > 1 << 16 {
                try bytes.withUnsafeBytes(send)
                bytes.removeAll(keepingCapacity: true)
            }
            place = visible(from: place + 1)
        }
        bytes += BinaryValue.bigEndian(Int16(-1))
        try bytes.withUnsafeBytes(send)
    }

    private static func append(_ scalar: Scalar, _ kind: ColumnKind, to bytes: inout [UInt8]) {
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: Int32(MemoryLayout.size(ofValue: value)).bigEndian) { bytes += $0 }
            withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        }
        switch scalar {
        case .null: bytes += BinaryValue.bigEndian(Int32(-1))
        case .integer(let value):
            if kind == .real { append(Double(value).bitPattern) } else { append(value) }
        case .real(let value): append(value.bitPattern)
        case .text(let text):
            bytes += BinaryValue.bigEndian(Int32(text.count))
            bytes += text
        }
    }
}
