import Foundation
import Playbooks
import Testing

struct JSONSchemaTests {
    private func object(_ schema: JSONSchema) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(schema.text.utf8)) as? [String: Any])
    }

    @Test(arguments: JSONSchema.allCases) func aSchemaHasTheKeysOfTheReader(schema: JSONSchema) throws {
        let object = try object(schema)
        let properties = try #require(object["properties"] as? [String: [String: Any]])
        #expect(Set(properties.keys) == Set(schema.table.names))
        #expect(properties.values.allSatisfy { ($0["description"] as? String)?.hasSuffix(".") == true })
        #expect(object["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(object["additionalProperties"] as? Bool == false)
        #expect(
            Set(object["required"] as? [String] ?? []) == Set(schema.table.keys.filter(\.isRequired).map(\.name)))
    }

    @Test func theReaderKnowsEveryKeyOfTheSchemas() {
        let files: [(JSONSchema, String)] = [
            (.configuration, "keeptouch.yaml"), (.dataMap, "data.yaml"), (.playbook, playbookFile),
            (.channel, "channels/sendgrid.yaml"), (.journey, "journeys/tech-touch.yaml"),
        ]
        for (schema, file) in files {
            let text = schema.table.names.map { "\($0): x\n" }.joined()
            let complaints = SampleWorkspace.complaints(file, text)
            #expect(!complaints.contains { $0.contains("unknown key") })
            let near = SampleWorkspace.complaints(file, text + "zzzzzz: x\n")
            #expect(near.contains { $0.contains("unknown key \"zzzzzz\"") })
        }
    }

    @Test func everyKeyOfTheSampleIsInItsSchema() throws {
        let names = JSONSchema.playbook.table.names
        let used = YAMLFile.read(SampleWorkspace.playbook, file: "p").root?.entries?.map(\.key) ?? []
        #expect(used.count > 20)
        #expect(Set(used).isSubset(of: names))
    }
}
