import Playbooks

/// Values frozen into a row as JSON: `{"fall": ["percent", 0.43]}`; a missing value is `["percent", null]`.
enum Frozen {
    /// The SQL expression of the object, names and types bound; each value is an SQL expression in display units.
    static func object(
        _ values: [(name: String, type: ValueType, expression: String)], prefix: String = "frozen"
    ) -> (expression: String, arguments: [String: SQLValue]) {
        var arguments: [String: SQLValue] = [:]
        let members = values.enumerated().map { index, value in
            arguments["\(prefix)_\(index)"] = .text(value.name)
            return ":\(prefix)_\(index), json_array('\(value.type.rawValue)', \(value.expression))"
        }
        return ("json_object(\(members.joined(separator: ", ")))", arguments)
    }
}
