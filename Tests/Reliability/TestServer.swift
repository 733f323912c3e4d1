import Foundation
import NIOConcurrencyHelpers

/// A server on a loopback port that does to each connection what a script says.
package final class TestServer: Sendable {
    package let port: UInt16
    /// The requests as they arrive, for who waits for one.
    package let arrivals: AsyncStream<String>
    private let listener: Int32
    private let log = NIOLockedValueBox<[String]>([])
    private let connections = NIOLockedValueBox(0)

    /// - Parameter script: runs on a thread of its own for each connection.
    package init(_ script: @escaping @Sendable (TestConnection) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fileDescriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fileDescriptor, $0, length) == 0 && listen(fileDescriptor, 1_024) == 0
                    && getsockname(fileDescriptor, $0, &length) == 0
            }
        }
        let (arrivals, arrive) = AsyncStream.makeStream(of: String.self)
        self.arrivals = arrivals
        guard isBound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        Thread { [weak self] in
            while true {
                let client = accept(fileDescriptor, nil, nil)
                guard client >= 0 else { return }
                guard let self else {
                    close(client)
                    return
                }
                self.connections.withLockedValue { $0 += 1 }
                let connection = TestConnection(client) { request in
                    self.log.withLockedValue { $0.append(request) }
                    arrive.yield(request)
                }
                Thread { script(connection) }.start()
            }
        }.start()
    }

    /// A script that answers every request on the connection alike.
    package convenience init(answering answer: String) throws {
        try self.init { connection in
            while connection.readRequest() != nil { connection.send(answer) }
            connection.close()
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    package var url: String { "http://127.0.0.1:\(port)/" }
    package var requests: [String] { log.withLockedValue { $0 } }
    package var connectionCount: Int { connections.withLockedValue { $0 } }

    package static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> String {
        (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            + body
    }
}

/// One accepted connection, used by its script's thread.
package final class TestConnection: Sendable {
    private let socket: Int32
    private let record: @Sendable (String) -> Void

    init(_ socket: Int32, record: @escaping @Sendable (String) -> Void) {
        self.socket = socket
        self.record = record
    }

    /// Reads up to the empty line; the header lines, or nil when the client is gone.
    package func readHead() -> String? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = read(1)?.first else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a whole request and records it.
    package func readRequest() -> String? {
        guard let head = readHead() else { return nil }
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
        var body: [UInt8] = []
        while body.count < length {
            guard let more = read(length - body.count) else { return nil }
            body += more
        }
        let request = head + String(decoding: body, as: UTF8.self)
        record(request)
        return request
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = recv(socket, &bytes, count, 0)
        return length > 0 ? Array(bytes.prefix(length)) : nil
    }

    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let length = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map {
                    Foundation.send(socket, $0 + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                } ?? -1
            }
            guard length > 0 else { return }
            sent += length
        }
    }

    /// One byte every few milliseconds until the client goes away.
    package func drip(_ text: String) {
        for character in text {
            send(String(character))
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            if poll(&wait, 1, 20) > 0 { break }
        }
        close()
    }

    /// Answers nothing until the client goes away.
    package func hang() {
        while read(1_024) != nil {}
        close()
    }

    package func close() {
        _ = Foundation.close(socket)
    }

    /// Closes with a reset instead of an end.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
