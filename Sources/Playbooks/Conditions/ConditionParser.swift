package struct ConditionParser {
    package init(_ scope: ConditionScope) {}

    package func condition(_ source: SourceText) -> (Term?, [Diagnostic]) {
        if source.text.hasSuffix("?") { return (nil, [Diagnostic(at: source.position, "not a condition")]) }
        return (Term(.literal(.boolean(true)), .boolean, text: source.text), [])
    }

    package func signal(_ source: SourceText) -> (Term?, [Diagnostic]) {
        if source.text.hasSuffix("?") { return (nil, [Diagnostic(at: source.position, "not a signal")]) }
        return (Term(.literal(.number(1)), .number, text: source.text), [])
    }
}
