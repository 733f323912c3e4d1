/// Texts that are bound to a statement as a list, for `IN (\(list.names))`.
struct BoundList {
    /// `:kind_0, :kind_1`; NULL, which nothing is equal to, for no texts.
    let names: String
    let arguments: [String: SQLValue]

    /// - Parameter name: what the parameters of the list are called before their number.
    init(_ name: String, _ texts: some Sequence<String>) { self.init(name, texts.map { SQLValue.text($0) }) }

    init(_ name: String, _ values: [SQLValue]) {
        var arguments: [String: SQLValue] = [:]
        var names: [String] = []
        for (index, value) in values.enumerated() {
            arguments["\(name)_\(index)"] = value
            names.append(":\(name)_\(index)")
        }
        self.arguments = arguments
        self.names = names.isEmpty ? "NULL" : names.joined(separator: ", ")
    }
}
