import Playbooks

extension Life {
    /// Writes what a step says of the account, all of it as of before the step; false where there was nothing to write.
    func write(
        _ settings: [Step.Setting], step: String, _ account: inout Account, _ index: Int, _ version: Version
    ) -> Bool {
        let subject = subject(account, index, version)
        let audience = version.playbook.audienceKey
        var found: [(attribute: Attribute, value: Value, previous: Value)] = []
        for setting in settings {
            // One that data.yaml no longer has, or has as something else, has no column for it.
            guard let attribute = rules.context.dataMap.attributes.first(where: { $0.name == setting.attribute.name }),
                attribute.type == setting.attribute.type
            else { continue }
            let value: Value =
                switch setting.source {
                case .term(let term): facts.value(term, of: subject, audience: audience, asOf: now)
                case .clock: attribute.type == .date ? .date(rules.zone.day(of: now)) : .instant(now)
                }
            guard value != .missing else { continue }
            let stands = Term(.attribute(attribute), attribute.type, text: attribute.name)
            found.append((attribute, value, facts.value(stands, of: subject, audience: audience, asOf: now)))
        }
        for (attribute, value, previous) in found where value != previous {
            account.given[attribute.name] = value
            account.enrollments[index].written.append(
                AttributeChange(step: step, attribute: attribute, value: value, previous: previous))
        }
        return !found.isEmpty
    }
}
