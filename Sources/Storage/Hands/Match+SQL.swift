import Decisions

extension Match {
    /// The same of a column, in SQL.
    static func isByHand(_ column: String) -> String {
        "substr(\(column), 1, \(handPrefix.count)) = '\(handPrefix)'"
    }
}
