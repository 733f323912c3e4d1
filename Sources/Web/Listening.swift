import Foundation
import NIOCore
import ServiceLifecycle

/// A service that says in words why it cannot listen.
struct Listening: Service {
    let host: String
    let port: Int
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch let error as IOError {
            throw ListenError(host: host, port: port, code: error.errnoCode) ?? error
        }
    }
}

/// Why an address could not be listened on, and what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// Nil when the code of the system says something else.
    init?(host: String, port: Int, code: CInt) {
        switch code {
        case EADDRINUSE:
            description =
                "port \(port) is taken; choose another (0 lets the system choose), or stop the program that has it"
        case EADDRNOTAVAIL:
            description = "\(host) is no address of this machine; 127.0.0.1 is, and 0.0.0.0 means all it has"
        case EACCES:
            description =
                "port \(port) is for the system's administrator only; choose one from 1024, with a proxy before it"
        default: return nil
        }
    }
}
