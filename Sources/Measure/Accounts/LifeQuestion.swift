import Decisions
package import Playbooks
import Storage

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
        /// Who became one for the first time in the month of `since`; with `month`, who of them was there so many months
        /// later.
        case cohort
        /// Customers of whom it is known what they pay.
        case paying
        /// Every stay that was watched; with `age`, after so many days; with `month`, in that month of tenure.
        case stays
        /// Those of them that ended.
        case ended

        /// Whether it counts days of the calendar.
        package var needsDay: Bool { self != .stays && self != .ended && self != .paying }
    }

    package enum Avoidable: String, Sendable, Codable, CaseIterable {
        case yes, no, unsaid
    }

    /// What the report groups customers by.
    package enum Grouping: String, Sendable, Codable, CaseIterable {
        case segment, attribute, stage, arm, holdout
    }

    /// One group: `small` of segments, `plan:pro` of attributes, `tech-touch:valued` of stages, `win-back:holdout` of arms;
    /// of the global holdout `held_out` or `others`.
    package struct Group: Sendable, Hashable, Codable {
        package var by: Grouping
        package var name: String

        package init(_ by: Grouping, _ name: String) {
            (self.by, self.name) = (by, name)
        }
    }

    package var kind: Kind
    /// Nil where it counts no days of the calendar.
    package var since: Day?
    package var until: Day?
    /// Of who left: a reason of data.yaml, or one of the two words below.
    package var reason: String?
    /// Of who left: whether a risk playbook had matched the account before.
    package var wasWarned: Bool?
    /// Of who left: what data.yaml says of the reason.
    package var avoidable: Avoidable?
    /// Only of a group.
    package var group: Group?
    /// Of stays: in days.
    package var age: Int?
    /// Of stays the month of tenure, from 1; of a cohort the anniversary.
    package var month: Int?

    /// What reports call departures without a reason, and of accounts that are there still.
    package static let (unknown, free) = ("unknown", "stays without paying")

    package init(_ kind: Kind, since: Day? = nil, until: Day? = nil) {
        (self.kind, self.since, self.until) = (kind, since, until ?? since)
    }

    /// The same, of who left for a reason.
    package func of(reason: String? = nil, wasWarned: Bool? = nil, avoidable: Avoidable? = nil) -> LifeQuestion {
        var question = self
        (question.reason, question.wasWarned, question.avoidable) = (reason, wasWarned, avoidable)
        return question
    }

    /// The same, of a group or a time in their lives.
    package func of(_ group: Group?, age: Int? = nil, month: Int? = nil) -> LifeQuestion {
        var question = self
        (question.group, question.age, question.month) = (group, age, month)
        return question
    }

    /// The sides of the global holdout.
    static let sides = ["held_out", "others"]

    /// The reason of a departure as reports write it.
    package static func name(_ reason: String?, isFree: Bool) -> String { isFree ? free : reason ?? unknown }

    /// The length of a month of tenure, in days.
    package static let monthOfTenure = 365.25 / 12

    private func counted(today: Day) -> Tenures.Counted {
        let (since, until) = (since ?? today, until ?? today)
        let at = age.map(Tenures.Age.days) ?? month.map { .month($0, length: Self.monthOfTenure) }
        return switch kind {
        case .customers: .customers(on: since)
        case .gone: .gone(from: since, to: until)
        case .left: .left(from: since, to: until)
        case .came: .came(from: since, to: until)
        case .cohort: .cohort(Month(of: since), anniversary: month)
        case .paying: .paying
        case .stays: .stays(isEnded: false, at: at)
        case .ended: .stays(isEnded: true, at: at)
        }
    }

    /// - Throws: `MeasureError` for a group that there is none of.
    func check(in workspace: Workspace) throws { _ = try group(in: workspace) }

    private func group(in workspace: Workspace) throws -> Tenures.Part? {
        guard let group else { return nil }
        let parts = group.name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (name, value) = (parts[0], parts.count > 1 ? parts[1] : "")
        func expect(_ name: String, among names: [String], _ what: String) throws {
            guard names.contains(name) else { throw MeasureError.unknown(what, name, among: names) }
        }
        switch group.by {
        case .segment:
            try expect(group.name, among: workspace.segments.map(\.name), "segment")
            return .segment(group.name)
        case .attribute:
            let names = workspace.dataMap.attributes.filter { $0.type == .text && !$0.values.isEmpty }.map(\.name)
            try expect(name, among: names, "attribute")
            return .attribute(name, value)
        case .stage:
            let keys = workspace.journeys.flatMap { journey in journey.stages.map { "\(journey.name):\($0.name)" } }
            try expect(group.name, among: keys, "stage")
            return .stage(StageKey(name, value))
        case .arm:
            guard let arm = Arm(rawValue: value) else {
                throw MeasureError.unknown("arm", value, among: Arm.allCases.map(\.rawValue))
            }
            return .arm(name, arm)
        case .holdout:
            try expect(group.name, among: Self.sides, "side")
            return .drawn(workspace.configuration.workspace, isHeldOut: group.name == Self.sides[0])
        }
    }

    /// The accounts, each with what happened.
    ///
    /// - Parameter segment: only the accounts in it, as reports see it.
    func accounts(
        in workspace: Workspace, segment: NamedTerm?, _ connection: Connection, asOf: Instant
    ) throws -> [Int64: [AccountList.Reason]] {
        let group = try group(in: workspace)
        let tenures = try Tenures(
            connection, workspace: workspace, segment: segment, asOf: asOf)
        let risks = workspace.playbooks.filter { $0.risk != nil }.map(\.name)
        let zone = workspace.configuration.zone
        var reasons: [Int64: [AccountList.Reason]] = [:]
        for found in try tenures.found(counted(today: tenures.today), of: group, in: workspace.journeys, risks: risks)
        where isMeant(found, workspace) {
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
        guard kind == .left || kind == .gone || kind == .ended, let ended = found.ended else {
            return .init("a customer since \(found.began)", since: zone.start(of: found.began))
        }
        let why = Self.name(found.reason, isFree: found.isFree)
        return .init(
            "left on \(ended): \(why)\(found.isExpected ? ", a risk was seen before" : "")",
            since: zone.start(of: ended))
    }
}
