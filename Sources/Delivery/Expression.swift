/// One `{{ name | filter | filter:argument }}` of a channel.
struct Expression: Sendable {
    private let source: ExpressionSource
    private let filters: [ExpressionFilter]
    /// Whether the value goes into a URL as it is: the channel's own, or percent-encoded already.
    let isReadyForURL: Bool
    /// The frozen variable that it reads, if any.
    var variableName: String? {
        if case .variable(let name) = source { name } else { nil }
    }

    /// The value where it is the channel's own and goes through no filter.
    var constant: JSON? {
        if filters.isEmpty, case .constant(let value) = source { value } else { nil }
    }

    struct Unknown: Error {
        var message: String
    }

    init(_ text: String, vars: [String: String], inEach: Bool = false) throws(Unknown) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(Self.trimmed)
        source = try ExpressionSource(parts.first ?? "", vars: vars, inEach: inEach)
        var filters: [ExpressionFilter] = []
        for part in parts.dropFirst() { filters.append(try ExpressionFilter(part, vars: vars, inEach: inEach)) }
        self.filters = filters
        let isConstant = if case .constant = source { true } else { false }
        isReadyForURL = isConstant || parts.dropFirst().contains("urlencode")
    }

    /// Nil when it is missing.
    func value(in envelope: Envelope, each: JSON.Member? = nil) -> JSON? {
        var value = source.value(in: envelope, each: each)
        for filter in filters { value = filter.apply(to: value, in: envelope, each: each) }
        return value
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
