package import Foundation
import NIOConcurrencyHelpers

/// Stands between clients and a PostgreSQL server, and cuts a connection at the COMMIT that it is told to.
package final class CuttingProxy: Sendable {
    package enum Cut: Sendable {
        /// The server never hears of it.
        case beforeCommit
        /// The server has done it, and the client never hears of that.
        case afterCommit
    }

    /// Where its socket is.
    package let folder: URL
    private let target: String
    private let listener: Int32
    private let next = NIOLockedValueBox<Cut?>(nil)

    package init(to server: TestPostgreSQL) throws {
        folder = URL(fileURLWithPath: "/tmp/kt-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        target = server.folder.path + "/.s.PGSQL.5432"
        listener = try Self.socket(folder.path + "/.s.PGSQL.5432") { bind($0, $1, $2) }
        guard listen(listener, 16) == 0 else { throw TestPostgreSQL.Missing(description: "the proxy cannot listen") }
        Thread.detachNewThread { [listener, target, next] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let server = try? Self.socket(target, { Glibc.connect($0, $1, $2) }) else {
                    close(client)
                    continue
                }
                Thread.detachNewThread { Self.carry(client, server, next) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Cuts the connection that commits next.
    package func cut(_ cut: Cut) { next.withLockedValue { $0 = cut } }

    private static func socket(
        _ path: String, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw TestPostgreSQL.Missing(description: "\(path): \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// Carries what both say until one of them ends, or the cut comes.
    private static func carry(_ client: Int32, _ server: Int32, _ next: NIOLockedValueBox<Cut?>) {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var descriptors = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        var isCut = false
        while poll(&descriptors, 2, -1) >= 0 {
            for (index, descriptor) in descriptors.enumerated() where descriptor.revents != 0 {
                let count = read(descriptor.fd, &bytes, bytes.count)
                guard count > 0, !(isCut && index == 1) else { return end(client, server) }
                // A simple query, of no other words.
                if index == 0, bytes[..<count].elementsEqual([0x51, 0, 0, 0, 11] + Array("COMMIT".utf8) + [0]) {
                    let cut = next.withLockedValue { next in
                        defer { next = nil }
                        return next
                    }
                    if cut == .beforeCommit { return end(client, server) }
                    isCut = cut == .afterCommit
                }
                var sent = 0
                while sent < count {
                    let other = index == 0 ? server : client
                    let part = bytes[sent..<count].withUnsafeBytes { write(other, $0.baseAddress, $0.count) }
                    guard part > 0 else { return end(client, server) }
                    sent += part
                }
            }
        }
        end(client, server)
    }

    private static func end(_ client: Int32, _ server: Int32) {
        close(client)
        close(server)
    }
}
