/// What a database says of itself while another one is copied into it: it is not whole, and nobody else may use it.
package struct CopyMark: Equatable {
    /// What messages call the database that is copied.
    let source: String
    /// Whether everything is there and was compared.
    var isCompared = false

    init(of source: String, isCompared: Bool = false) {
        (self.source, self.isCompared) = (source, isCompared)
    }

    /// Nil in one that nothing is copied into.
    init?(_ connection: Connection) throws {
        guard let text = try Meta.copying.read(connection) else { return nil }
        self.init(of: String(text.dropFirst(2)), isCompared: text.hasPrefix("1"))
    }

    func write(_ connection: Connection) throws {
        try Meta.copying.write("\(isCompared ? 1 : 0) \(source)", connection)
    }

    /// Makes sure that a database is whole.
    ///
    /// - Throws: `StorageError` when a copy into it has not come to its end.
    package static func expectNone(in store: Store) throws {
        guard let mark = try store.read({ try CopyMark($0) }) else { return }
        throw StorageError(
            "the copy of \(mark.source) into \(store.title) has not come to its end; run the same keeptouch copy again, which "
                + "goes on where it stopped")
    }
}
