import Playbooks

/// What every part of one import knows: the data map, the zone of the workspace, the moment.
final class ImportContext {
    let dataMap: DataMap
    let zone: Zone
    /// The workspace's currency (ISO 4217), and how many digits it has after the point.
    let currency: String
    let minorDigits: Int
    /// Moves on where one import takes the rows of many requests.
    var now: Instant
    let options: ImportOptions
    /// Whether rows come for as long as the program runs.
    let isOngoing: Bool
    /// Whether a row with a bad cell, or a value that no list knows, is refused: what people enter by hand.
    let isStrict: Bool

    init(
        dataMap: DataMap, configuration: Configuration, now: Instant, options: ImportOptions, isOngoing: Bool = false,
        isStrict: Bool = false
    ) {
        self.dataMap = dataMap
        zone = configuration.zone
        currency = configuration.currency
        minorDigits = Currency.minorDigits(of: configuration.currency)
        self.now = now
        self.options = options
        self.isOngoing = isOngoing
        self.isStrict = isStrict
    }

    /// Whether a bad cell is left out and its row taken. Over HTTP the sender is told of each value instead.
    var takesGoodCells: Bool { !isOngoing && !isStrict }

    /// How a column is called and written in the file at hand.
    func form(of column: String, _ declared: ColumnForm = ColumnForm()) -> ColumnForm {
        declared.overlaid(by: options.map?.columns[column])
    }

    /// How many digits the keys of accounts have that are numbers, as data.yaml says it of the accounts' own column.
    var keyDigits: Int? {
        let key = dataMap.importedAttributes.first { $0.name == "key" }
        return form(of: "key", key?.form ?? ColumnForm()).digits
    }

    /// Events and days may lie this far ahead, for clocks and zones that differ.
    var latest: Int64 { now.milliseconds + 86_400_000 }
}
