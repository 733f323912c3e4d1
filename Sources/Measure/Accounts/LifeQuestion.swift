import Decisions
package import Playbooks
package import Storage

/// Whose coming and going as a customer a number of the attrition report counts.
package struct LifeQuestion: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Customers at the end of `since`.
        case customers
        /// Customers at the end of `since` who were none at the end of `until`.
        case gone
        /// Every departure from `since` up to `until`.
        case left
        /// Who became a customer from `since` up to `until`.
        case came
        /// Who became one for the first time in the month of `since`.
        case cohort
    }

    package enum Avoidable: String, Sendable, Codable, CaseIterable {
        case yes, no, unsaid
    }

    package var kind: Kind
    package var since: Day
    package var until: Day
    /// Of who left: a reason of data.yaml, or one of the two words below.
    package var reason: String?
    /// Of who left: whether a risk playbook had matched the account before.
    package var wasWarned: Bool?
    /// Of who left: what data.yaml says of the reason.
    package var avoidable: Avoidable?

    /// What reports call departures without a reason, and of accounts that are there still.
    package static let (unknown, free) = ("unknown", "stays without paying")

    package init(_ kind: Kind, since: Day, until: Day? = nil) {
        (self.kind, self.since, self.until) = (kind, since, until ?? since)
    }

    /// The same, of who left for a reason.
    package func of(reason: String? = nil, wasWarned: Bool? = nil, avoidable: Avoidable? = nil) -> LifeQuestion {
        var question = self
        (question.reason, question.wasWarned, question.avoidable) = (reason, wasWarned, avoidable)
        return question
    }

    /// The reason of a departure as reports write it.
    package static func name(_ reason: String?, isFree: Bool) -> String { isFree ? free : reason ?? unknown }

    private var counted: Tenures.Counted {
        switch kind {
        case .customers: .customers(on: since)
        case .gone: .gone(from: since, to: until)
        case .left: .left(from: since, to: until)
        case .came: .came(from: since, to: until)
        case .cohort: .cohort(Month(of: since))
        }
    }

    /// The accounts, each with what happened.
    ///
    /// - Parameter segment: only the accounts in it, as reports see it.
    func accounts(
        in workspace: Workspace, segment: NamedTerm?, _ connection: Connection, asOf: Instant
    ) throws -> [Int64: [AccountList.Reason]] {
        let tenures = try Tenures(
            connection, workspace: workspace, segment: segment, asOf: asOf)
        let risks = workspace.playbooks.filter { $0.risk != nil }.map(\.name)
        let zone = workspace.configuration.zone
        var reasons: [Int64: [AccountList.Reason]] = [:]
        for found in try tenures.found(counted, risks: risks) where isMeant(found, workspace) {
            reasons[found.id, default: []].append(words(found, zone))
        }
        return reasons
    }

    private func isMeant(_ found: Tenures.Found, _ workspace: Workspace) -> Bool {
        let name = Self.name(found.reason, isFree: found.isFree)
        if let reason, name != reason { return false }
        if let wasWarned, found.isExpected != wasWarned { return false }
        guard let avoidable else { return true }
        let said = workspace.dataMap.reasons.first { $0.name == found.reason && !found.isFree }?.avoidable
        return avoidable == (said.map { $0 ? .yes : .no } ?? .unsaid)
    }

    private func words(_ found: Tenures.Found, _ zone: Zone) -> AccountList.Reason {
        let isAboutLeaving = kind == .left || kind == .gone
        guard isAboutLeaving, let ended = found.ended else {
            return .init("a customer since \(found.began)", since: zone.start(of: found.began))
        }
        let why = Self.name(found.reason, isFree: found.isFree)
        return .init(
            "left on \(ended): \(why)\(found.isExpected ? ", a risk was seen before" : "")",
            since: zone.start(of: ended))
    }
}

extension AccountQuestion {
    /// The accounts behind a number about customers.
    package init(_ life: LifeQuestion, segment: String? = nil) {
        self.init()
        (self.life, self.segment) = (life, segment)
    }

    /// Adds to a choice what only the rows can tell: who came and went.
    package func narrow(
        _ choice: inout AccountList.Choice, in workspace: Workspace, _ connection: Connection, asOf: Instant
    ) throws {
        guard let life else { return }
        let segment = workspace.segments.first { $0.name == self.segment }
        choice.only = try life.accounts(in: workspace, segment: segment, connection, asOf: asOf)
    }
}
