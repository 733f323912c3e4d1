import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPCompression

extension Site {
    /// The whole body of a request, inflated when it came compressed.
    ///
    /// - Parameter limit: in bytes, before and after inflating.
    /// - Throws: `Problem` 413 when it is larger, 415 for an encoding that is not known, 400 when it cannot be inflated.
    func body(of request: Request, atMost limit: Int) async throws -> ByteBuffer {
        let encoding = (request.headers[.contentEncoding] ?? "identity").lowercased()
        guard ["identity", "gzip", "deflate"].contains(encoding) else {
            throw Problem(
                .unsupportedMediaType, "the content encoding \"\(encoding.prefix(40))\" is not gzip or deflate")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Self.tooLarge(limit)
        }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(limit)
        } catch let error as NIOHTTPDecompression.DecompressionError {
            if error == .limit { throw Self.tooLarge(limit) }
            throw Problem(.badRequest, "the body cannot be inflated; it is not \(encoding)")
        } catch is NIOHTTPDecompression.ExtraDecompressionError {
            throw Problem(.badRequest, "the body cannot be inflated; it is cut short or has more behind it")
        }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, "the body is larger than \(limit / 1_024) KiB; send it in parts")
    }
}
