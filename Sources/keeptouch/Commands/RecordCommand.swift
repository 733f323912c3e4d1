import ArgumentParser
import Playbooks
import Storage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record one event of an account by hand.")

    @Argument(help: "The account's key.")
    var account: String

    @Argument(help: "An event of data.yaml, or a built-in one such as cancel_requested.")
    var event: String

    @Argument(help: "Properties: reason=price.")
    var properties: [String] = []

    @Option(help: "The key of the contact it is about.")
    var contact: String?

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        var values: [String: String] = [:]
        for property in properties {
            let parts = property.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("\"\(property)\" is no property; write name=value")
            }
            values[parts[0]] = parts[1]
        }
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        let now = try options.moment(store, zone: loaded.zone)
        let isNew = try Importer(
            store: store, dataMap: loaded.workspace.dataMap, configuration: loaded.workspace.configuration
        ).recordEvent(account: account, event: event, properties: values, contact: contact, now: now)
        if isNew { try store.write { try Author.command.did("record", account, to: event, $0) } }
        Terminal.print(
            isNew ? "\(event) of \(account) is recorded at \(now)." : "The same event of \(account) was there already.")
    }
}
