/// The column by which a tool says of rows that they are deleted, which it exports all the same: Salesforce's `IsDeleted`.
enum DeletionMark {
    static func isNamed(_ header: String) -> Bool {
        ["isdeleted", "is_deleted"].contains(ColumnMap.simplified(header))
    }

    static func isSet(_ word: String) -> Bool { word == "1" || BooleanWord.value(of: word.lowercased()) == true }
}
