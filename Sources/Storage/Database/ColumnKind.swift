/// What a column of the present row holds.
enum ColumnKind {
    case null
    case integer
    case real
    case text
    case blob
}
