import Decisions
import Playbooks
import Storage

extension Planning {
    /// Whose enrollments wait because what they ask for is not believed, and what lets them go; a sentence for each attribute
    /// and metric.
    func waits(
        for attributes: AttributeDoubts, _ metrics: MetricDoubts, _ versions: [Int64: Version]
    ) throws -> [String] {
        let running = try EnrollmentRecords(connection).activeByVersion()
        func sentence(_ reason: String, _ mending: String, reads: (Term.Reads) -> Bool) -> String {
            var waiting: [String: Int] = [:]
            for version in versions.values where version.ending == nil && reads(version.walkedReads) {
                waiting[version.playbook.name, default: 0] += running[version.id] ?? 0
            }
            let names = waiting.sorted { $0.key < $1.key }
            guard let first = names.first(where: { $0.value > 0 }) ?? names.first else {
                return "\(reason): enrollments that ask for it wait"
            }
            let who = names.map { "\($0.key) (\($0.value) running)" }.joined(separator: ", ")
            return "\(reason): enrollments that ask for it wait, of \(who); \(mending), or believe it with: "
                + "keeptouch release \(first.key)"
        }
        return attributes.reasons.sorted { $0.value < $1.value }.map { name, reason in
            sentence(reason, "mend the column and import it again") { $0.attributes.contains(name) }
        }
            + metrics.reasons.sorted { $0.value < $1.value }.map { name, reason in
                sentence(reason, "import the day again, or wait for the next one") { $0.metrics.contains(name) }
            }
    }
}
