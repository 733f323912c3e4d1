import Playbooks

extension Statement {
    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalInstant(_ column: Int) -> Instant? { optionalInteger(column).map { Instant(milliseconds: $0) } }
    func instant(_ column: Int) -> Instant { Instant(milliseconds: integer(column)) }
}
