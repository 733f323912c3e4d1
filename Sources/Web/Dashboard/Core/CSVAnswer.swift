import Basics
import HTTPTypes
import Hummingbird
import NIOCore

/// A table as a file.
enum CSVAnswer {
    static func line(_ fields: [String]) -> String { fields.map { CSVField.text($0) }.joined(separator: ",") + "\r\n" }

    static func response(_ name: String, _ columns: [String], _ rows: [[String]]) -> Response {
        var text = line(columns)
        for row in rows { text += line(row) }
        return Response(status: .ok, headers: headers(name), body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func headers(_ name: String) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8"
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "-" })
        headers[.contentDisposition] = "attachment; filename=\"\(safe)\""
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return headers
    }
}
