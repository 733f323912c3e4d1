import Foundation
import NIOConcurrencyHelpers

/// An HTTP server on a loopback port that answers each request as a script says.
final class Endpoint: Sendable {
    struct Received: Sendable {
        /// Counts from 1, in the order in which requests were read.
        var number: Int
        var head: String
        var body: String

        func header(_ name: String) -> String? {
            head.split(separator: "\r\n").lazy.map { $0.split(separator: ":", maxSplits: 1) }
                .first { $0.count == 2 && $0[0].lowercased() == name.lowercased() }
                .map { $0[1].trimmingCharacters(in: .whitespaces) }
        }

        /// The recipient, as the channels of `TestWorkspace` write it.
        var to: String? {
            let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return object?["to"] as? String
        }
    }

    enum Reply: Sendable {
        case answer(Int, [String] = [])
        case body(Int, String)
        /// The connection ends with a reset after the request was read.
        case reset
        /// A good status, and then the connection ends in the middle of the body.
        case cut
    }

    let port: UInt16
    private let listener: Int32
    private let log = NIOLockedValueBox<[Received]>([])
    private let script: @Sendable (Received) -> Reply

    init(_ script: @escaping @Sendable (Received) -> Reply = { _ in .answer(202) }) throws {
        self.script = script
        let (descriptor, port) = try LoopbackSocket.bound()
        (listener, self.port) = (descriptor, port)
        guard listen(descriptor, 1_024) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        Thread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                guard let self else {
                    close(client)
                    return
                }
                Thread { self.serve(client) }.start()
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)/send" }
    var received: [Received] { log.withLockedValue { $0 } }
    var recipients: [String] { received.compactMap(\.to) }

    private func serve(_ client: Int32) {
        defer { close(client) }
        while let (head, body) = read(client) {
            let received = log.withLockedValue { log in
                let received = Received(number: log.count + 1, head: head, body: body)
                log.append(received)
                return received
            }
            switch script(received) {
            case .answer(let status, let headers):
                let lines = ["HTTP/1.1 \(status) Answer", "Content-Length: 0"] + headers
                let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
                guard send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
            case .body(let status, let text):
                let head = "HTTP/1.1 \(status) Answer\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
                let bytes = Array((head + text).utf8)
                guard send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
            case .cut:
                let bytes = Array("HTTP/1.1 200 Answer\r\nContent-Length: 100\r\n\r\nhalf".utf8)
                _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                return
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                return
            }
        }
    }

    private func read(_ client: Int32) -> (head: String, body: String)? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(client, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        let text = String(decoding: head, as: UTF8.self)
        let line = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
        var body = [UInt8](repeating: 0, count: length)
        guard length == 0 || recv(client, &body, length, Int32(MSG_WAITALL)) == length else { return nil }
        return (text, String(decoding: body, as: UTF8.self))
    }
}

/// A loopback port that nobody listens on and nobody else can take.
final class ClosedPort: Sendable {
    private let descriptor: Int32
    let url: String

    init() throws {
        let (descriptor, port) = try LoopbackSocket.bound()
        self.descriptor = descriptor
        url = "http://127.0.0.1:\(port)/send"
    }

    deinit { close(descriptor) }
}

private enum LoopbackSocket {
    /// A socket on a free port of the loopback interface.
    static func bound() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
