import Dispatch
import Foundation

/// What a process does when it is told something from outside.
enum Signals {
    /// Calls `body` with the number of each signal that comes; as long as what it returns is kept.
    static func listen(
        to signals: [Int32], _ body: @escaping @Sendable (Int32) -> Void
    ) -> [any DispatchSourceSignal] {
        signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { body(number) }
            source.resume()
            return source
        }
    }
}
