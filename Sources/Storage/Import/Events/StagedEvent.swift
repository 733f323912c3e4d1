/// The columns of staged events, in their order.
enum StagedEvent: Int, CaseIterable {
    case account, contact, kind, at, dedup, properties, contactKey, leftOut, earlier, isNamed

    /// As SQL calls it.
    var name: String {
        switch self {
        case .account: "account_id"
        case .contact: "contact_id"
        case .kind: "kind_id"
        case .at: "at"
        case .dedup: "dedup"
        case .properties: "properties"
        case .contactKey: "contact_key"
        case .leftOut: "left_out"
        case .earlier: "earlier"
        case .isNamed: "is_named"
        }
    }

    private var column: StagedRows.Column {
        switch self {
        case .account, .contact, .kind, .at, .isNamed: .integer(name)
        case .dedup, .properties, .contactKey, .leftOut, .earlier: .text(name)
        }
    }

    static func rows() -> StagedRows { StagedRows("import_event", allCases.map(\.column)) }
}

extension StagedRows {
    subscript(row: Int, column: StagedEvent) -> Scalar { self[row, column.rawValue] }

    func integer(_ row: Int, _ column: StagedEvent) -> Int64? { self[row, column].value.integer }

    func text(_ row: Int, _ column: StagedEvent) -> String? { self[row, column].value.text }
}
