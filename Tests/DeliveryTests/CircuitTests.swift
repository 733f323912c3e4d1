import Playbooks
import Testing

@testable import Delivery

@Suite struct CircuitTests {
    private let start = Instant(milliseconds: 1_000_000)

    private func broken() -> Circuit {
        var circuit = Circuit()
        for _ in 1...16 { circuit.note(failure: "HTTP 500", at: start) }
        return circuit
    }

    @Test func itOpensWhenHalfOfTheLastRequestsFailed() {
        var circuit = Circuit()
        for number in 1...15 { circuit.note(failure: number.isMultiple(of: 2) ? nil : "HTTP 500", at: start) }
        #expect(circuit.state == .closed)
        circuit.note(failure: "HTTP 502", at: start)
        #expect(circuit.state == .open(until: start + .minutes(1)))
        #expect(circuit.reason == "9 of its last 16 requests failed; the last: HTTP 502")
    }

    @Test func fewerFailuresLeaveItClosed() {
        var circuit = Circuit()
        for number in 1...500 { circuit.note(failure: number.isMultiple(of: 3) ? "HTTP 500" : nil, at: start) }
        #expect(circuit.state == .closed)
    }

    @Test func itForgetsWhatIsLongPast() {
        var circuit = Circuit()
        for _ in 1...100 { circuit.note(failure: nil, at: start) }
        for _ in 1...15 { circuit.note(failure: "x", at: start) }
        #expect(circuit.state == .closed)
        circuit.note(failure: "x", at: start)
        #expect(circuit.triesAgainAt != nil)
    }

    @Test func whatComesLateChangesNothing() {
        var circuit = broken()
        let open = circuit
        circuit.note(failure: nil, at: start)
        circuit.note(failure: "y", at: start)
        circuit.probe(at: start + TimeSpan(milliseconds: 59_999))
        #expect(circuit == open)
    }

    @Test func oneRequestClosesItOrOpensItForLonger() {
        var circuit = broken()
        var now = start
        var waits: [Int64] = []
        for _ in 1...6 {
            guard let until = circuit.triesAgainAt else { break }
            waits.append((until - now).milliseconds / 60_000)
            now = until
            circuit.probe(at: now)
            #expect(circuit.state == .halfOpen)
            circuit.note(failure: "curl 7", at: now)
        }
        #expect(waits == [1, 2, 4, 8, 10, 10])
        circuit.probe(at: now + .minutes(10))
        circuit.note(failure: nil, at: now + .minutes(10))
        #expect(circuit == Circuit())
    }

    @Test func oneThatAnotherProcessLeftOpenBeginsWithOneRequest() {
        var circuit = Circuit(leftOpen: "16 of its last 16 requests failed")
        #expect(circuit.state == .halfOpen)
        circuit.note(failure: "again", at: start)
        #expect(circuit.triesAgainAt == start + .minutes(2))
    }
}
