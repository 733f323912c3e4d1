import CDispatch
import Foundation
import NIOConcurrencyHelpers

/// A thread whose end can be waited for: until everything that libraries keep for it is gone.
///
/// A process that ends while one of its threads is still on its way out frees what that thread's libraries are freeing.
package final class JoinableThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Nil once it has been waited for.
    private let thread: NIOLockedValueBox<pthread_t?>

    /// Room for what blocking loops need; the system gives threads less than the first one.
    private static let stackSize = 8 << 20

    /// Starts it; nil when the system has no room for one more.
    package init?(_ name: String, _ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(
            Body {
                Thread.current.name = name
                run()
            })
        var thread: pthread_t = 0
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackSize)
        let code = pthread_create(
            &thread, &attributes,
            { body in
                if let body { Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return nil
        }
        self.thread = NIOLockedValueBox(thread)
    }

    /// Waits for its end; only the first one who does, waits.
    package func join() {
        let thread = thread.withLockedValue { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    deinit {
        if let thread = thread.withLockedValue({ $0 }) { pthread_detach(thread) }
    }
}
