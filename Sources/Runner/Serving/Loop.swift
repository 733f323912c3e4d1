import Basics
import Foundation
import NIOConcurrencyHelpers
import ServiceLifecycle

/// A blocking loop as a service, on a thread of its own; `stop` makes it end soon.
///
/// It is over when its thread is gone: the process may end then.
struct Loop: Service, CustomStringConvertible {
    let description: String
    let body: @Sendable () throws -> Void
    let stop: @Sendable () -> Void

    private final class Started: Sendable {
        let thread = NIOLockedValueBox<JoinableThread?>(nil)
    }

    private struct NoThread: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let started = Started()
                let isRunning = started.thread.withLockedValue { thread in
                    thread = JoinableThread(description) {
                        let result = Result { try body() }
                        DispatchQueue.global().async {
                            started.thread.withLockedValue { $0 }?.join()
                            continuation.resume(with: result)
                        }
                    }
                    return thread != nil
                }
                if !isRunning {
                    continuation.resume(
                        throwing: NoThread(description: "no thread can be started for the \(description)"))
                }
            }
        } onCancelOrGracefulShutdown: {
            stop()
        }
    }
}
