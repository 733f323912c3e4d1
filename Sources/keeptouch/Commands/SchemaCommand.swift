import ArgumentParser
import Foundation
import Playbooks

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "The JSON Schemas of the files, for editors.")

    @Argument(help: "Only this one: \(JSONSchema.allCases.map(\.rawValue).joined(separator: ", ")).")
    var name: String?

    @Option(help: "Write all of them into this folder.", completion: .directory)
    var to: String?

    func run() throws {
        if let name {
            guard let schema = JSONSchema(rawValue: name) else {
                let names = JSONSchema.allCases.map(\.rawValue)
                throw ValidationError("there is no schema \"\(name)\"\(suggestion(for: name, in: names))")
            }
            return Terminal.print(schema.text)
        }
        guard let to else {
            for schema in JSONSchema.allCases { Terminal.print("\(schema.rawValue)\t\(schema.fileName)") }
            return Terminal.hint("print one with: keeptouch schema NAME; write all with: keeptouch schema --to DIR")
        }
        let folder = URL(fileURLWithPath: to, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for schema in JSONSchema.allCases {
            try Data(schema.text.utf8).write(to: folder.appendingPathComponent(schema.fileName))
            Terminal.print(folder.appendingPathComponent(schema.fileName).path)
        }
    }
}
