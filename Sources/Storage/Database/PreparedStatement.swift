/// A statement as one of the engines has prepared it.
///
/// Both cases are plain pointers, so that telling them apart costs a comparison and no reference is counted: columns are
/// read hundreds of millions of times. The `Statement` that holds it calls `release` once, at its end.
enum PreparedStatement {
    case sqlite(SQLiteStatement)
    case postgresql(Unmanaged<PostgreSQLStatement>)
}
