import Basics
import Foundation
package import HTTPTypes
package import Hummingbird
import Playbooks

/// An error as HTTP clients read it: `application/problem+json` of RFC 9457.
package struct Problem: Error, HTTPResponseError {
    /// One part of a request that is not right.
    package struct Detail: Sendable, Encodable {
        /// A JSON pointer to the value, `/batch/3/timestamp`.
        package var pointer: String
        package var detail: String

        package init(_ pointer: String, _ detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    package var status: HTTPResponse.Status
    /// What is wrong, with the value, and what to do.
    package var detail: String
    /// Every part that is not right.
    package var errors: [Detail] = []
    /// Lines to add to a file so that it would be right.
    package var hints: [String] = []
    /// More headers, `Retry-After` or `WWW-Authenticate`.
    package var headers = HTTPFields()

    package init(_ status: HTTPResponse.Status, _ detail: String, errors: [Detail] = []) {
        self.status = status
        self.detail = detail
        self.errors = errors
    }

    /// Too many requests, with how long to wait.
    static func tooMany(_ detail: String, wait: TimeSpan) -> Problem {
        var problem = Problem(.tooManyRequests, detail)
        problem.headers[.retryAfter] = String(max(1, (wait.milliseconds + 999) / 1_000))
        return problem
    }

    private struct Body: Encodable {
        var type = "about:blank"
        var title: String
        var status: Int
        var detail: String
        var errors: [Detail]?
        var hints: [String]?
    }

    package func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(
            title: status.reasonPhrase, status: status.code, detail: detail, errors: errors.isEmpty ? nil : errors,
            hints: hints.isEmpty ? nil : hints)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: try JSONText.encode(body) + "\n")))
    }
}
