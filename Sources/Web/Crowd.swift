import NIOConcurrencyHelpers
import NIOCore

/// The connections of a server that have no whole request yet; when nearly all places are taken, the oldest of them go.
///
/// So that clients who hold connections and ask nothing keep nobody out: whoever asks at once is gone again before it is
/// the oldest.
final class Crowd: Sendable {
    private struct State {
        var open = 0
        var next = 0
        var waiting: [Int: any Channel] = [:]
        /// The numbers of those that wait, the oldest first; some of them wait no more.
        var order: [Int] = []
        var first = 0
    }

    private let most: Int
    private let state = NIOLockedValueBox(State())

    /// - Parameter places: how many connections the server takes.
    init(places: Int) {
        most = max(1, places * 3 / 4)
    }

    /// A connection that has come.
    func enter(_ channel: any Channel) -> Int {
        let (number, evicted) = state.withLockedValue { state -> (Int, (any Channel)?) in
            state.open += 1
            state.next += 1
            let evicted = state.open > most ? Self.takeOldest(&state) : nil
            Self.add(state.next, channel, &state)
            return (state.next, evicted)
        }
        evicted?.close(promise: nil)
        return number
    }

    /// It has asked something, and is answered.
    func stopWaiting(_ number: Int) {
        state.withLockedValue { _ = $0.waiting.removeValue(forKey: number) }
    }

    /// It was answered, and may ask again; as if it had come now.
    ///
    /// - Returns: its new number.
    func waitAgain(_ channel: any Channel) -> Int {
        state.withLockedValue { state in
            state.next += 1
            Self.add(state.next, channel, &state)
            return state.next
        }
    }

    func leave(_ number: Int) {
        state.withLockedValue { state in
            state.open -= 1
            state.waiting.removeValue(forKey: number)
        }
    }

    private static func add(_ number: Int, _ channel: any Channel, _ state: inout State) {
        state.waiting[number] = channel
        state.order.append(number)
        // Those that asked long ago are forgotten now and then.
        if state.order.count > 1_024, state.order.count > 4 * state.waiting.count {
            state.order = state.order[state.first...].filter { state.waiting[$0] != nil }
            state.first = 0
        }
    }

    private static func takeOldest(_ state: inout State) -> (any Channel)? {
        while state.first < state.order.count {
            let number = state.order[state.first]
            state.first += 1
            if let channel = state.waiting.removeValue(forKey: number) { return channel }
        }
        return nil
    }
}
