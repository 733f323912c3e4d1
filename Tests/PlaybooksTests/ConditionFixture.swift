import Playbooks

/// A data map with one of everything, and the scope of a playbook that uses it.
enum ConditionFixture {
    static var dataMap: DataMap {
        var map = DataMap()
        map.attributes = [
            Attribute("plan", .text, values: ["free", "starter", "pro"]), Attribute("seats", .number),
            Attribute("health", .number, track: true), Attribute("renewal_at", .date), Attribute("vip", .boolean),
            Attribute("Contract Type", .text), Attribute("main_risk", .reason),
        ]
        map.contactAttributes = [Attribute("title", .text)]
        map.metrics = [Metric("logins"), Metric("score", absent: .missing)]
        map.events += [
            EventKind(
                "invoice",
                properties: [
                    EventKind.Property("amount", .money), EventKind.Property("plan", .text),
                    EventKind.Property("due_at", .date), EventKind.Property("paid", .boolean),
                ]),
            EventKind("first_report"),
            EventKind("commitment", properties: [EventKind.Property("by", .date)], due: "by", closedBy: "first_report"),
        ]
        map.reasons = [Reason("price"), Reason("missing_feature")]
        return map
    }

    static func scope(_ change: (inout ConditionScope) -> Void = { _ in }) -> ConditionScope {
        var scope = ConditionScope(
            dataMap: dataMap, triggeringEvent: dataMap.event("invoice"), allowsEntry: true,
            steps: [KnownStep("email_1", .send), KnownStep("wait_for_1", .waitFor)],
            stages: ["signed_up", "activated"], playbooks: ["win-back", "welcome"])
        let (segment, _) = ConditionParser(scope).condition(source("mrr < 100 and status == \"active\"", "tech_touch"))
        let (signal, _) = ConditionParser(scope).signal(source("avg(logins, 7d)", "base"))
        if let segment { scope.segments = [NamedTerm(name: "tech_touch", term: segment, position: place)] }
        if let signal { scope.signals = [NamedTerm(name: "base", term: signal, position: place)] }
        change(&scope)
        return scope
    }

    static let place = Position(file: "playbook.yaml", line: 10, column: 7)

    static func source(_ text: String, _ name: String = "when") -> SourceText {
        SourceText(name: name, text: text, position: place)
    }

    static func complaints(_ text: String) -> [String] {
        ConditionParser(scope()).condition(source(text)).1.map(\.message)
    }

    static func signal(_ text: String) -> (Term?, [String]) {
        let (term, diagnostics) = ConditionParser(scope()).signal(source(text))
        return (term, diagnostics.map(\.message))
    }
}
