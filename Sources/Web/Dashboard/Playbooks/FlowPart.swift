import Basics
import Decisions
import Playbooks
import Storage

/// The part of a playbook's enrollments whose flow is asked for: who entered lately, by a version, in an arm or variant.
struct FlowPart: Sendable {
    enum Period: String, CaseIterable {
        case week, month

        var days: Int { self == .week ? 7 : 30 }
    }

    enum Side: String, CaseIterable {
        case treated
        case heldOut = "held_out"

        var arms: [Arm] { Arm.allCases.filter { ($0 == .treated) == (self == .treated) } }
    }

    let period: Period?
    let side: Side?
    let version: StatusQuery.Version?
    let variant: String?

    /// Nil when the address asks for all of them.
    ///
    /// - Throws: `PageProblem` for what is no period, arm, version or variant.
    init?(_ ask: PageRequest, _ versions: [StatusQuery.Version], _ playbook: Playbook?) throws {
        (period, side) = (try ask.word("period"), try ask.word("arm"))
        version = try ask["version"].map { hash in
            guard let found = versions.first(where: { $0.hash.hasPrefix(hash) }) else {
                throw PageProblem(
                    .notFound, "No such version", "No version \"\(hash.prefix(80))\" has run.", at: "version")
            }
            return found
        }
        variant = try ask["variant"].map { name in
            let names = playbook?.variants.map(\.name) ?? []
            guard names.contains(name) else {
                throw PageProblem(
                    .notFound, "No such variant",
                    "There is no variant \"\(name.prefix(80))\"; there are: \(names.joined(separator: ", ")).",
                    at: "variant")
            }
            return name
        }
        if period == nil, side == nil, version == nil, variant == nil { return nil }
    }

    func part(now: Instant, in zone: Zone) -> PlaybookCounts.Part {
        var part = PlaybookCounts.Part()
        // The days that are over, and today.
        part.since = period.map { zone.start(of: zone.day(of: now) - ($0.days - 1)) }
        part.versionID = version?.id
        if let side { part.arms = side.arms }
        part.variant = variant
        return part
    }

    /// The same in the address of a list.
    func query(_ ask: PageRequest) -> [String: String?] {
        let zone = ask.workspace.configuration.zone
        return [
            "version": version.map { String($0.hash.prefix(8)) }, "variant": variant, "arm": side?.rawValue,
            "entered_from": part(now: ask.now, in: zone).since.map { "\(zone.day(of: $0))" },
        ]
    }

    static func draw(
        _ ask: PageRequest, _ path: String, _ versions: [StatusQuery.Version], _ playbook: Playbook?,
        in html: inout HTML
    ) {
        html.add("form", ["class": "filters", "action": path]) { html in
            html.select(
                "Who entered", "period",
                [("", "at any time")] + Period.allCases.map { ($0.rawValue, "in the last \($0.days) days") },
                chosen: ask["period"])
            html.select(
                "Arm", "arm", [("", "any"), (Side.treated.rawValue, "treated"), (Side.heldOut.rawValue, "held out")],
                chosen: ask["arm"])
            if versions.count > 1 {
                html.select(
                    "Version", "version",
                    [("", "any")] + versions.map { (String($0.hash.prefix(8)), "\($0.hash.prefix(8))") },
                    chosen: ask["version"].map { String($0.prefix(8)) })
            }
            if let variants = playbook?.variants, variants.count > 1 {
                html.select(
                    "Variant", "variant", [("", "any")] + variants.map { ($0.name, $0.name) }, chosen: ask["variant"])
            }
            html.add("button", text: "Show")
        }
    }
}
