import Foundation
import Playbooks
import Testing

@testable import Storage

struct ReadAheadTests {
    /// What a reader says of a whole file.
    private struct Told: Equatable {
        var rows: [String] = []
        var notes: [String] = []
        var bytesRead: Int64 = 0
    }

    private func told(_ reader: any RowReader, of most: Int = .max) throws -> Told {
        var told = Told()
        var record = Record()
        reading: while told.rows.count < most {
            switch try reader.next(&record) {
            case .end: break reading
            case .row: told.rows.append("\(record.row): \(record.cells.map(\.string))")
            case .bad(let rejection):
                told.rows.append("\(record.row): \(record.cells.map(\.string)) \(rejection.reason)")
            }
        }
        (told.notes, told.bytesRead) = (reader.notes, reader.bytesRead)
        return told
    }

    /// Good rows with rows of every kind that is read otherwise or not at all.
    private func file(_ scratch: Scratch) throws -> String {
        var bytes = Data("A title\nkey,name,note\n".utf8)
        for number in 0..<400 {
            bytes += Data("k\(number),\"Ada, \"\"\(number)\"\"\",plain\n".utf8)
            switch number % 8 {
            case 0: bytes += Data("two,\"lines\nof text\",x\r\n\n".utf8)
            case 1: bytes += Data("too,few\n".utf8)
            case 2: bytes += Data("bad,\"quote\"s,x\n".utf8)
            case 3: bytes += Data([0x7a, 0x2c, 0xe9, 0x2c, 0x78, 0x0a])
            case 4: bytes += Data("nul,\0,x\n".utf8)
            case 5: bytes += Data("long,\(String(repeating: "x", count: 500 + number)),x\n".utf8)
            default: bytes += Data(",,\n".utf8)
            }
        }
        let path = scratch.path("rows.csv")
        try (bytes + Data("last,\"open".utf8)).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test(arguments: [1, 64, 700, 1 << 18]) func rowsAndRejectionsAreThoseOfTheReader(blockBytes: Int) throws {
        let scratch = try Scratch()
        let path = try file(scratch)
        let alone = try told(CSVReader(InputBuffer(path: path)))
        let ahead = try #require(ReadAhead(CSVReader(InputBuffer(path: path)), blockBytes: blockBytes))
        #expect(alone.rows.count > 650 && alone.notes.contains { $0.contains("50 rows are not UTF-8") })
        #expect(try told(ahead) == alone)
    }

    @Test func whoStopsEarlyIsToldNothingOfRowsBehind() throws {
        let scratch = try Scratch()
        let path = try file(scratch)
        let alone = try told(CSVReader(InputBuffer(path: path)), of: 20)
        let ahead = try told(try #require(ReadAhead(CSVReader(InputBuffer(path: path)), blockBytes: 4_096)), of: 20)
        #expect(ahead.rows == alone.rows && ahead.notes == alone.notes)
        #expect(alone.notes.contains { $0.contains("1 row is not UTF-8") })
    }

    @Test func onlyLongFilesAreReadAhead() throws {
        let world = try ImportWorld()
        let short = try CSVReader(InputBuffer(path: world.file("key\na\n")))
        #expect(ReadAhead.reading(short) === short)
        let text = "key,name\n" + (0..<40_000).map { "account-\($0),The name of account \($0)\n" }.joined() + "a,b,c\n"
        let long = try CSVReader(InputBuffer(path: world.file(text)))
        #expect(ReadAhead.reading(long) is ReadAhead)
        let report = try world.load(.accounts, text)
        #expect(report.inserted == 40_000 && report.rejected == 1 && report.firstRejected.first?.row == 40_002)
    }
}
