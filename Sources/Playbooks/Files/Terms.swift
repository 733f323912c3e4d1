/// Parses the conditions and signals of one place, whose scope says which names they may use.
struct Terms {
    var scope: ConditionScope
    /// Names that have an error of their own; what uses them is not parsed, so that one mistake is told once.
    var broken: Set<String>
    let diagnostics: Diagnostics

    /// A condition, or nil with a complaint.
    func condition(_ source: SourceText) -> Term? {
        parse(source) { $0.condition(source) }
    }

    /// A condition or a value of any other type, or nil with a complaint.
    func signal(_ source: SourceText) -> Term? {
        parse(source) { $0.signal(source) }
    }

    private func parse(_ source: SourceText, _ body: (ConditionParser) -> (Term?, [Diagnostic])) -> Term? {
        if !broken.isEmpty, let name = wordsOfCondition(source.text).first(where: broken.contains) {
            diagnostics.error(source.position, "\"\(source.name)\" uses \"\(name)\", which has an error of its own")
            return nil
        }
        let (term, complaints) = body(ConditionParser(scope))
        diagnostics.add(complaints)
        if !scope.hearsReplies, let term, term.asksAboutReplies {
            diagnostics.warning(
                source.position,
                "nothing tells of replies, so \"replied\" never holds; say \"inbound: { PROVIDER: env:NAME }\" in keeptouch.yaml"
            )
        }
        return complaints.contains { $0.severity == .error } ? nil : term
    }

    /// Parses terms that may use each other by name, each after those that it uses; returns them in the order given.
    ///
    /// A circle is an error that names it; what has an error joins `broken`.
    mutating func named(
        _ sources: [SourceText], in list: WritableKeyPath<ConditionScope, [NamedTerm]>,
        _ parse: (Terms, SourceText) -> Term?
    ) -> [NamedTerm] {
        let order = DependencyOrder(sources.map { ($0.name, wordsOfCondition($0.text)) })
        for circle in order.circles {
            guard let first = circle.first else { continue }
            let path = (circle + [first]).map { sources[$0].name }.joined(separator: " → ")
            diagnostics.error(sources[first].position, "the names refer to each other in a circle: \(path)")
            broken.formUnion(circle.map { sources[$0].name })
        }
        var terms: [Int: NamedTerm] = [:]
        for index in order.indices {
            let source = sources[index]
            guard !broken.contains(source.name) else { continue }
            if let term = parse(self, source) {
                let named = NamedTerm(name: source.name, term: term, position: source.position)
                terms[index] = named
                scope[keyPath: list].append(named)
            } else {
                broken.insert(source.name)
            }
        }
        return sources.indices.compactMap { terms[$0] }
    }
}

/// The names that a condition uses: words outside quotes that no `(` follows and no `.` precedes.
func wordsOfCondition(_ text: String) -> [String] {
    var words: [String] = []
    var scalars = Array(text.unicodeScalars)[...]
    var isAfterDot = false
    while let next = scalars.popFirst() {
        if next == "\"" || next == "'" {
            while let inside = scalars.popFirst(), inside != next {
                if inside == "\\" { scalars = scalars.dropFirst() }
            }
        } else if next == "`" {
            words.append(String(String.UnicodeScalarView(scalars.prefix { $0 != "`" })))
            scalars = scalars.drop { $0 != "`" }.dropFirst()
        } else if next.properties.isAlphabetic || next == "_" {
            func isPart(_ scalar: Unicode.Scalar) -> Bool {
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
            }
            let word = [next] + scalars.prefix(while: isPart)
            scalars = scalars.drop(while: isPart)
            let isFunction = scalars.first { !$0.properties.isWhitespace } == "("
            if !isFunction, !isAfterDot { words.append(String(String.UnicodeScalarView(word))) }
        } else if next.properties.numericType != nil {
            scalars = scalars.drop { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        }
        isAfterDot = next == "."
    }
    return words
}
