import Decisions
import Playbooks

/// A column that grows row by row out of stored values.
struct ColumnBuilder {
    let type: ValueType
    private let isText: Bool
    /// How many minor units a unit has; 1 for what is no money.
    private let units: Double
    private var numbers: [Double] = []
    private var texts: [String?] = []

    init(_ type: ValueType, currency: String) {
        self.type = type
        isText = type == .text || type == .reason
        var units = 1.0
        if type == .money { for _ in 0..<Currency.minorDigits(of: currency) { units *= 10 } }
        self.units = units
    }

    var column: Column { isText ? .texts(texts) : .numbers(numbers) }

    mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
    }

    mutating func append(_ row: Statement, _ index: Int) {
        if isText { texts.append(Self.text(row, index)) } else { numbers.append(inUnits(row.number(index))) }
    }

    mutating func appendMissing() {
        if isText { texts.append(nil) } else { numbers.append(.nan) }
    }

    // MARK: The last row

    mutating func setMissing() {
        if isText { texts[texts.count - 1] = nil } else { numbers[numbers.count - 1] = .nan }
    }

    /// A number of JSON, with its text, which a column of texts holds as the database would say it.
    mutating func set(number: Double, isWhole: Bool) {
        if !isText {
            numbers[numbers.count - 1] = inUnits(number)
        } else if isWhole, let whole = Int64(exactly: number) {
            texts[texts.count - 1] = String(whole)
        } else {
            texts[texts.count - 1] = String(number)
        }
    }

    /// A text is missing where a number was declared.
    mutating func set(text: @autoclosure () -> String) {
        if isText { texts[texts.count - 1] = text() }
    }

    mutating func permute(_ order: [Int]) {
        if isText { texts = order.map { texts[$0] } } else { numbers = order.map { numbers[$0] } }
    }

    private func inUnits(_ number: Double) -> Double {
        if type == .boolean { return number.isNaN ? .nan : number == 0 ? 0 : 1 }
        return units == 1 ? number : number / units
    }

    /// A number where a text was declared is its text.
    private static func text(_ row: Statement, _ index: Int) -> String? {
        row.isText(index) ? row.text(index) : Self.text(row.value(index))
    }

    private static func text(_ value: SQLValue) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .null, .blob: nil
        }
    }
}
