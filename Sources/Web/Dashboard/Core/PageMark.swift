import HTTPTypes
import Hummingbird
import Playbooks

/// By what a page that asks for its live parts again knows that nothing has changed.
enum PageMark {
    /// Whether a request asks for the live parts of a page that stands already.
    static func isPart(_ request: Request) -> Bool {
        HTTPField.Name("Keeptouch-Part").map { request.headers.contains($0) } ?? false
    }

    static func unchanged(_ mark: String) -> Response {
        var headers = HTTPFields()
        headers[.eTag] = mark
        headers[.cacheControl] = "no-store"
        return Response(status: .notModified, headers: headers)
    }
}

extension Dashboard {
    /// What the live parts of every page are made of: the data, the files, the counts, the jobs, the minute, and who looks.
    ///
    /// Nil where a page changes without any of it.
    func partMark(_ request: Request, _ visitor: Visitor) async throws -> String? {
        guard PageMark.isPart(request), let jobs = jobs.generation else { return nil }
        let data = try await dataVersion()
        let minute = processNow().milliseconds / 60_000
        let parts = [
            begun, "\(data)", "\(editions)", "\(channels.generation)", "\(jobs)", "\(minute)", visitor.name,
            visitor.role.rawValue,
        ]
        return "\"\(RandomToken.hash(parts.joined(separator: "\n")).prefix(32))\""
    }
}
