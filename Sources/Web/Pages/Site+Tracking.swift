import Delivery
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Playbooks
import Storage

extension Site {
    /// `/c/<token>` leads on to where the link of a message goes; `/o/<token>.gif` is a picture of one pixel.
    func addTracking(to router: Router<Context>) {
        getOrHead("/c/:token", on: router) { [self] request, context in try await follow(request, context) }
        getOrHead("/o/:token", on: router) { [self] request, context in try await picture(request, context) }
    }

    private func names(_ purpose: SignedToken.Purpose, _ token: some StringProtocol) -> [String]? {
        SignedToken(purpose, secret: secret).names(in: token)
    }

    private func follow(_ request: Request, _ context: Context) async throws -> Response {
        guard let names = context.parameters.get("token").flatMap({ names(.click, $0) }), names.count == 2,
            let touch = Int64(names[0]),
            let source = try await read({ try Links.source(touch: touch, link: names[1], $0) }),
            let url = source.url, LinkTracking.isWeb(url)
        else { return notFound().response() }
        let now = processNow()
        let visit = Visit(method: request.method, headers: request.headers, at: now, sentAt: source.sentAt)
        let isMachine = visit.isByMachine
        do {
            try await write { try Links.click(source, link: names[1], isMachine: isMachine, at: now, $0) }
        } catch {
            // Who clicks is led on, whether or not it can be written down.
            log.warning("a click is lost", metadata: ["touch": "\(touch)", "error": "\(error)"])
        }
        var headers = Self.untold
        headers[.location] = url
        return Response(status: .found, headers: headers)
    }

    private func picture(_ request: Request, _ context: Context) async throws -> Response {
        guard let name = context.parameters.get("token"), name.hasSuffix(".gif"),
            let names = names(.open, name.dropLast(4)), names.count == 1, let touch = Int64(names[0]),
            let source = try await read({ try Links.source(touch: touch, link: nil, $0) })
        else { return notFound().response() }
        let now = processNow()
        let visit = Visit(method: request.method, headers: request.headers, at: now, sentAt: source.sentAt)
        let isMachine = visit.isByMachine
        do {
            try await write { try Links.open(source, isMachine: isMachine, at: now, $0) }
        } catch {
            log.warning("an open is lost", metadata: ["touch": "\(touch)", "error": "\(error)"])
        }
        var headers = Self.untold
        headers[.contentType] = "image/gif"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: Self.pixel)))
    }

    /// Kept by nobody and told to nobody.
    private static let untold: HTTPFields = {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", "noindex, nofollow")] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return headers
    }()

    /// A transparent GIF of one pixel.
    private static let pixel: [UInt8] =
        Array("GIF89a".utf8) + [
            1, 0, 1, 0, 0x80, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1,
            0, 0, 2, 2, 0x44, 1, 0, 0x3b,
        ]
}
