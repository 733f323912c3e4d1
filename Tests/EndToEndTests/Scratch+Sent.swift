import Testing

extension Scratch {
    /// What the ledger says was sent, and what it does not know, where no key tells repeats apart: each touch came once, and
    /// whatever came is one or the other.
    func outcomesWithoutKey(of requests: [Endpoint.Request], touches: Int, mostUnknown: Int) throws -> (
        sent: Set<Int64>, unknown: Set<Int64>
    ) {
        #expect(Set(requests.map(\.touch)).count == requests.count, "a touch was sent twice")
        let states = try states()
        #expect(states["sent", default: 0] + states["unknown", default: 0] == touches, "\(states)")
        #expect(states["unknown", default: 0] <= mostUnknown, "\(states)")
        let sent = try Set(query("SELECT id FROM touch WHERE state = 'sent'").compactMap { Int64($0[0]) })
        let unknown = try Set(query("SELECT id FROM touch WHERE state = 'unknown'").compactMap { Int64($0[0]) })
        let arrived = Set(requests.map(\.touch))
        #expect(sent.isSubset(of: arrived), "a touch is recorded as sent that never arrived")
        #expect(arrived.isSubset(of: sent.union(unknown)), "a request is not on record")
        return (sent, unknown)
    }

    /// With a key every touch arrives, and is repeated with the same bytes under the same key.
    ///
    /// - Returns: the requests by touch.
    func requestsByTouch(_ requests: [Endpoint.Request], touches: Int) throws -> [Int64: [Endpoint.Request]] {
        #expect(try states() == ["sent": touches])
        let byTouch = Dictionary(grouping: requests, by: \.touch)
        #expect(byTouch.count == touches)
        for (touch, repeats) in byTouch {
            #expect(Set(repeats.map(\.key)).count == 1 && repeats[0].key != nil, "touch \(touch) had several keys")
            #expect(Set(repeats.map(\.body)).count == 1, "touch \(touch) had several bodies")
        }
        return byTouch
    }
}
