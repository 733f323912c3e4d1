import Foundation
package import Playbooks

/// A data map guessed from the files of an export: which file and which column is what, and how it is written.
package struct DataMapGuess {
    /// The text of a `data.yaml`.
    package let yaml: String
    /// Rows that were looked at, of each file.
    package let files: [(name: String, rows: Int)]
    /// The currency of the amounts, where they name one.
    package let currency: String?
    /// What is to be said about the guess, in sentences.
    package let notes: [String]
    /// The amount below which an account counts as small, in major units; nil when there are no amounts.
    package let smallAmount: Int?
    /// Attributes of yes and no that say of an account that it is no customer, but a test of one's own.
    package let tests: [String]
    /// The names of the metrics that it declares.
    package let metrics: [String]

    /// Looks at the first rows of each file.
    ///
    /// - Parameters:
    ///   - paths: how the workspace names the files; none when they are not imported by name.
    ///   - sources: the accounts and what belongs to them, in any order.
    /// - Throws: `ImportError` when one cannot be read as a table.
    package init(
        from sources: [ImportSource], paths: [String] = [], configuration: Configuration, now: Instant,
        mostRows: Int = 10_000
    ) throws {
        let context = ImportContext(
            dataMap: DataMap(), configuration: configuration, now: now, options: ImportOptions())
        // An empty file costs the others nothing.
        let empty = sources.count > 1 ? sources.filter(Self.isEmpty) : []
        guard empty.count < sources.count else { throw ImportError("all of these files are empty") }
        var looked = try sources.enumerated().filter { !empty.isEmpty ? !Self.isEmpty($1) : true }.map {
            index, source in
            try FileGuess(
                source, path: index < paths.count ? paths[index] : nil, zone: context.zone, latest: context.latest,
                mostRows: mostRows)
        }
        looked.shareDayOrder()
        let best = looked.indices.max {
            (FileRole.likeness(of: looked[$0]), $1) < (FileRole.likeness(of: looked[$1]), $0)
        }
        guard let best else { throw ImportError("there is no file to guess from") }
        guard SuppressionGuess(looked[best]) == nil else {
            throw ImportError(
                "\(looked[best].name) is a list of addresses that get no messages, and names no accounts; give the file of your "
                    + "accounts, too, or in a workspace say: keeptouch import suppressions \(looked[best].name)")
        }
        guard looked[best].rows > 0 else {
            throw ImportError(
                "\(looked[best].name): holds no row but the names of its columns, and nothing can be guessed from those; export it "
                    + "again, with the accounts")
        }
        let all = looked.indices.filter { $0 != best }.map { looked[$0] }
        let memberships = MembershipGuess(all, of: looked[best])
        let others = all.filter { memberships?.names.contains($0.name) != true }
        var draft = DataMapDraft(AccountDraft(looked[best], beside: others), with: others)
        // Addresses name accounts only where other files have brought them.
        let byAddress = Set(others.filter { draft.isFoundByAddress($0) }.map(\.name))
        for file in others where !byAddress.contains(file.name) { draft.add(file) }
        for file in others where byAddress.contains(file.name) { draft.add(file) }
        yaml = draft.text
        files = looked.map { ($0.name, $0.rows) }
        currency = draft.currency
        notes =
            draft.notes + [draft.currencyNote, memberships?.note].compactMap { $0 }
            + empty.map { "\($0.name): is empty, and was left out" }
        tests = draft.accounts.tests
        smallAmount = draft.smallAmount
        metrics = draft.metricNames
    }

    private static func isEmpty(_ source: ImportSource) -> Bool {
        guard case .file(let path) = source else { return false }
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
        return size?.intValue == 0
    }

    package init(from source: ImportSource, configuration: Configuration, now: Instant) throws {
        try self.init(from: [source], configuration: configuration, now: now)
    }
}
