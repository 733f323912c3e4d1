import Delivery
import Storage

/// One request and the touches that it carries.
struct Parcel: Sendable {
    /// At least one, in the order of their results; all of one channel.
    let flights: [Worker.Flight]
    /// Nil when it cannot be made.
    let request: Request?
    /// The `EndpointPrint` of the request.
    var endpoint: String?

    init(_ flights: [Worker.Flight], _ request: Request?) {
        self.flights = flights
        self.request = request
    }

    init(alone flight: Worker.Flight) {
        self.init([flight], flight.request)
    }

    var channel: String { flights.first?.touch.channel ?? "" }
    /// A touch is in one parcel at a time.
    var token: Int64 { flights.first?.touch.id ?? 0 }

    /// Puts the rendered touches of one channel into requests: a pure function of them.
    ///
    /// Touches whose earlier request may have arrived go together again, exactly as then, or not at all.
    static func pack(_ flights: [Worker.Flight], _ plan: BatchPlan?) -> [Parcel] {
        guard let plan else { return flights.map(Parcel.init(alone:)) }
        var parcels: [Parcel] = []
        var open: [BatchPlan.Shell: Load] = [:]
        var repeated: [String: [Worker.Flight]] = [:]
        func close(_ load: Load) {
            let flights = load.flights.sorted { $0.touch.id < $1.touch.id }
            parcels.append(
                flights.count == 1 ? Parcel(alone: flights[0]) : Parcel(flights, plan.request(of: flights.parts)))
        }
        for flight in flights {
            if let earlier = flight.group {
                repeated[earlier, default: []].append(flight)
            } else if let part = flight.part, !flight.isAlone, !flight.touch.isAmbiguous {
                if let load = open[part.shell], !load.hasRoom(for: part, most: plan.most) {
                    close(load)
                    open[part.shell] = nil
                }
                open[part.shell, default: Load()].add(flight, part)
            } else {
                parcels.append(Parcel(alone: flight))
            }
        }
        for group in repeated.values {
            let flights = group.sorted { $0.touch.id < $1.touch.id }
            let isWhole = flights.parts.count == flights.count && Set(flights.parts.map(\.shell)).count == 1
            parcels.append(Parcel(flights, isWhole ? plan.request(of: flights.parts) : nil))
        }
        open.values.forEach(close)
        return parcels.sorted { $0.token < $1.token }
    }

    /// A request that is being filled.
    private struct Load {
        var flights: [Worker.Flight] = []
        private var bytes = 0
        private var addresses: Set<String> = []

        /// What every provider takes at once.
        private static let mostBytes = 5_000_000

        mutating func add(_ flight: Worker.Flight, _ part: BatchPlan.Part) {
            flights.append(flight)
            bytes += part.alone.body.count
            if let address = part.address { addresses.insert(address.lowercased()) }
        }

        func hasRoom(for part: BatchPlan.Part, most: Int) -> Bool {
            flights.count < most && bytes + part.alone.body.count <= Self.mostBytes
                && part.address.map { !addresses.contains($0.lowercased()) } ?? true
        }
    }
}

extension [Worker.Flight] {
    fileprivate var parts: [BatchPlan.Part] { compactMap(\.part) }
}
