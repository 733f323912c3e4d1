import Playbooks

/// What every part of one import knows: the data map, the zone of the workspace, the moment.
final class ImportContext {
    let dataMap: DataMap
    let zone: Zone
    /// Digits after the point of the workspace's currency (ISO 4217).
    let minorDigits: Int
    /// Moves on where one import takes the rows of many requests.
    var now: Instant
    let options: ImportOptions
    /// Whether rows come for as long as the program runs.
    let isOngoing: Bool

    init(
        dataMap: DataMap, configuration: Configuration, now: Instant, options: ImportOptions, isOngoing: Bool = false
    ) {
        self.dataMap = dataMap
        zone = configuration.zone
        minorDigits = Currency.minorDigits(of: configuration.currency)
        self.now = now
        self.options = options
        self.isOngoing = isOngoing
    }

    /// Events and days may lie this far ahead, for clocks and zones that differ.
    var latest: Int64 { now.milliseconds + 86_400_000 }
}
