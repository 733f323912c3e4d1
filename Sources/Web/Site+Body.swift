import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPCompression

extension Site {
    /// The whole body of a request, inflated when it came compressed.
    ///
    /// - Parameter limit: in bytes, before and after inflating.
    /// - Throws: `Problem` 413 when it is larger, 400 when it cannot be read or inflated.
    func body(of request: Request, atMost limit: Int) async throws -> ByteBuffer {
        try await reading(request, atMost: limit) { try await request.body.collect(upTo: limit) }
    }

    /// Gives the body of a request piece by piece, as it comes in; what is kept of it is the caller's to bound.
    ///
    /// - Throws: as `body(of:atMost:)` does, and what `take` throws.
    func eachPiece(of request: Request, atMost limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        try await reading(request, atMost: limit) {
            for try await piece in request.body { try take(piece) }
        }
    }

    private func reading<Value>(
        _ request: Request, atMost limit: Int, _ read: () async throws -> Value
    ) async throws -> Value {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Self.tooLarge(limit)
        }
        do {
            return try await read()
        } catch let error as HTTPParserError {
            throw Self.broken(error)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(limit)
        } catch let error as NIOHTTPDecompression.DecompressionError {
            if error == .limit { throw Self.tooLarge(limit) }
            throw Problem(.badRequest, "the body cannot be inflated; it is not what its encoding says")
        } catch is NIOHTTPDecompression.ExtraDecompressionError {
            throw Problem(.badRequest, "the body cannot be inflated; it is cut short or has more behind it")
        }
    }

    /// Whether the program knows how the body of a request is written.
    ///
    /// - Throws: `Problem` 415 for a content encoding that is not known, 400 for a transfer encoding.
    static func expectReadable(_ request: Request) throws {
        let encoding = (request.headers[.contentEncoding] ?? "identity").lowercased()
        guard ["identity", "gzip", "deflate"].contains(encoding) else {
            throw Problem(
                .unsupportedMediaType, "the content encoding \"\(encoding.prefix(40))\" is not gzip or deflate")
        }
        let transfer = (request.headers[.transferEncoding] ?? "chunked").lowercased()
        guard transfer == "chunked" else {
            var problem = Problem(.badRequest, "the transfer encoding \"\(transfer.prefix(40))\" is not chunked")
            problem.headers[.connection] = "close"
            throw problem
        }
    }

    /// Chunks that cannot be read, or fewer bytes than were announced.
    static func broken(_ error: HTTPParserError) -> Problem {
        var problem = Problem(.badRequest, "the body cannot be read: \(error.debugDescription)")
        problem.headers[.connection] = "close"
        return problem
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, "the body is larger than \(limit / 1_024) KiB; send it in parts")
    }
}
