import Foundation
import Statistics
import Testing

/// One case of a vector file, whose fields are read by name.
struct VectorCase: Decodable, CustomTestStringConvertible {
    var section: String
    var `case`: String
    var inputs: VectorValue
    var outputs: VectorValue

    var testDescription: String { "\(section) \(`case`)" }

    /// The cases of a section; the test that asks for them fails when there are none.
    static func read(_ file: String, _ section: String) throws -> [VectorCase] {
        struct File: Decodable { var cases: [VectorCase] }
        let cases = try Vectors.read(file, as: File.self).cases.filter { $0.section == section }
        try #require(!cases.isEmpty, "no section \(section) in \(file)")
        return cases
    }

    /// The counts of an arm: `control_conversions` of `control_n`.
    func proportion(_ arm: String, of what: String = "conversions") throws -> Proportion {
        Proportion(
            successes: try inputs["\(arm)_\(what)"].integer, total: try inputs["\(arm)_n"].integer)
    }

    func comparison(of what: String = "conversions") throws -> ProportionComparison {
        ProportionComparison(
            control: try proportion("control", of: what), treatment: try proportion("treatment", of: what))
    }

    /// Expects a number as the file has it, where `null` is nil; near zero, `floor` is how far off it may be.
    func expect(
        _ value: Double?, _ expected: VectorValue, to share: Double = 1e-9, floor: Double = 0,
        _ what: String = "", at location: SourceLocation = #_sourceLocation
    ) {
        switch (value, expected) {
        case (nil, .null): break
        case (let value?, .number(let number)):
            let isClose = value == number || abs(value - number) <= max(share * abs(number), floor)
            #expect(isClose, "\(testDescription) \(what): \(value) for \(number)", sourceLocation: location)
        default:
            Issue.record(
                "\(testDescription) \(what): \(value.map { "\($0)" } ?? "nil") for \(expected)",
                sourceLocation: location)
        }
    }

    func expect(
        _ interval: Interval?, _ expected: VectorValue, to share: Double = 1e-9, floor: Double = 0,
        _ what: String = "", at location: SourceLocation = #_sourceLocation
    ) {
        if interval == nil, case .null = expected { return }
        expect(interval?.lower, expected[0], to: share, floor: floor, what + " lower", at: location)
        expect(interval?.upper, expected[1], to: share, floor: floor, what + " upper", at: location)
    }
}

/// What stands in a vector file; `"Infinity"` and `"NaN"` are read as numbers.
@dynamicMemberLookup
enum VectorValue: Decodable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([VectorValue])
    case object([String: VectorValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self =
                switch text {
                case "Infinity": .number(.infinity)
                case "-Infinity": .number(-.infinity)
                case "NaN": .number(.nan)
                default: .text(text)
                }
        } else if let list = try? container.decode([VectorValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: VectorValue].self))
        }
    }

    subscript(dynamicMember name: String) -> VectorValue { self[name] }

    subscript(name: String) -> VectorValue {
        if case .object(let fields) = self { fields[name] ?? .null } else { .null }
    }

    subscript(index: Int) -> VectorValue {
        if case .list(let items) = self, items.indices.contains(index) { items[index] } else { .null }
    }

    var isNull: Bool { if case .null = self { true } else { false } }
    var items: [VectorValue] { if case .list(let items) = self { items } else { [] } }
    var fields: [String: VectorValue] { if case .object(let fields) = self { fields } else { [:] } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }

    var double: Double {
        get throws {
            guard case .number(let number) = self else { throw NotANumber(value: "\(self)") }
            return number
        }
    }

    var integer: Int { get throws { Int(try double) } }
    var doubles: [Double] { get throws { try items.map { try $0.double } } }
    var integers: [Int] { get throws { try items.map { try $0.integer } } }

    struct NotANumber: Error { var value: String }
}
