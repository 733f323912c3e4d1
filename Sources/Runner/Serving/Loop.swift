import Foundation
import ServiceLifecycle

/// A blocking loop as a service, on a thread of its own; `stop` makes it end soon.
struct Loop: Service, CustomStringConvertible {
    let description: String
    let body: @Sendable () throws -> Void
    let stop: @Sendable () -> Void

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let thread = Thread { continuation.resume(with: Result { try body() }) }
                thread.name = description
                thread.stackSize = 8 << 20
                thread.start()
            }
        } onCancelOrGracefulShutdown: {
            stop()
        }
    }
}
