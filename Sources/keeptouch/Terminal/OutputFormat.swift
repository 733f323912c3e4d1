import ArgumentParser
import Basics
import Runner

/// How a command prints what there is to read.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
}

struct FormatOption: ParsableArguments {
    @Option(help: "table, json or csv.")
    var format = OutputFormat.table

    /// Prints a table in the format asked for; JSON is an array of objects with the columns' titles as keys.
    func show(_ table: Table) throws {
        switch format {
        case .table: Terminal.print(table.text)
        case .csv: Terminal.print(table.csv)
        case .json:
            let objects = table.rows.map { row in
                Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.title), row))
            }
            Terminal.print(try JSONText.encode(objects))
        }
    }
}
