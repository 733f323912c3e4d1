package import Playbooks
package struct EvaluationContext { 
  package let dataMap: DataMap
  package init(_ c: Connection, dataMap: DataMap, configuration: Playbooks.Configuration, now: Instant) throws {self.dataMap=dataMap}
  package var freshness: [String] { [] }
  package func staleness(of: [Term]) -> String? { nil }
}
package struct ConditionSQL {
  package enum Population { case accounts, table(String) }
  package struct Query { package var from = "account AS a"; package var expressions: [String] = []; package var arguments: [String: SQLValue] = [:]; package func prepare(_ c: Connection) throws {} }
  package let dataMap: DataMap
  package init(_ c: EvaluationContext) {dataMap = c.dataMap}
  package func compile(_ t: [Term], over: Population) throws -> Query { Query() }
  package static func contactColumn(_ a: Attribute) -> String { a.name }
}
package enum EmailAddress { package static func normalized(_ t: String) -> String? { t } }
