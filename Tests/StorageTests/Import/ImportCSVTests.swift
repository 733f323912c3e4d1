import Foundation
import Playbooks
import Storage
import Testing

struct ImportCSVTests {
    @Test func quotedFieldsHoldDelimitersQuotesAndLineEnds() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,name\r\na,\"Ada, Inc. \"\"West\"\"\"\r\nb,\"two\nlines\"\r\nc,plain\r\n")
        #expect(report.inserted == 3)
        #expect(
            try world.rows("SELECT key, name FROM account ORDER BY id") == [
                "a|Ada, Inc. \"West\"", "b|two\nlines", "c|plain",
            ])
    }

    @Test(arguments: [",", ";", "\t"]) func theDelimiterIsFoundInTheHeader(delimiter: String) throws {
        let world = try ImportWorld()
        try world.load(
            .accounts, "key,name,seats\na,x;y,5\n".replacing(",", with: delimiter).replacing("x;y", with: "xy"))
        #expect(try world.rows("SELECT key, name, a_seats FROM account") == ["a|xy|5.0"])
    }

    @Test func aByteOrderMarkIsNoPartOfTheFirstName() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, "\u{feff}key,name\na,x\n").inserted == 1)
    }

    @Test func aLastLineWithoutAnEndIsARow() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, "key,name\na,x\n\nb,\"y\"").inserted == 2)
    }

    @Test func anEmptyFileIsAnErrorThatSaysSo() throws {
        let world = try ImportWorld()
        for text in ["", "\n\r\n"] {
            let error = #expect(throws: ImportError.self) { try world.load(.accounts, text) }
            #expect(error?.description.contains("is empty") == true)
        }
    }

    @Test func aMissingColumnIsAnErrorWithTheNearestName() throws {
        let world = try ImportWorld()
        let error = #expect(throws: ImportError.self) { try world.load(.accounts, "Kee,name\na,x\n") }
        #expect(error?.description.contains("there is no column \"key\" among \"Kee\", \"name\"") == true)
        #expect(try world.rows("SELECT count(*) FROM account") == ["0"])
    }

    @Test func unknownColumnsAreOneWarningWithTheNearestName() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,helth,Internal Notes\na,1,x\n")
        #expect(report.warnings.count == 1)
        #expect(report.warnings.first?.contains("\"helth\" (did you mean \"health\"?), \"Internal Notes\"") == true)
        #expect(report.inserted == 1)
    }

    @Test func aQuoteThatIsNeverClosedCostsOneRow() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name\na,x\nb,\"open\nc,y\nd,z\n")
        #expect(try world.rows("SELECT key FROM account ORDER BY id") == ["a", "c", "d"])
        #expect(report.firstRejected.map(\.row) == [3])
        #expect(report.firstRejected[0].reason.contains("the quote that opens in field 2 is never closed"))
    }

    @Test func aQuoteThatClosesInALaterRowCostsOneRow() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name\na,\"open\nb,\"quoted\"\nc,y\n")
        #expect(try world.rows("SELECT key FROM account ORDER BY id") == ["b", "c"])
        #expect(report.firstRejected.map(\.row) == [2])
    }

    @Test func aRowWithTooFewOrTooManyFieldsIsRejectedWithItsNumbers() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name\na\nb,x,y\nc,z\n")
        #expect(report.inserted == 1)
        #expect(
            report.firstRejected.map(\.reason) == [
                "the row has 1 fields, the header has 2", "the row has 3 fields, the header has 2",
            ])
    }

    @Test func aNulByteRejectsItsRow() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,name\na,x\u{0}y\nb,z\n")
        #expect(report.firstRejected.map(\.row) == [2])
        #expect(report.firstRejected.map(\.reason) == ["the row holds a NUL byte"])
        #expect(report.inserted == 1)
    }

    @Test func windowsLettersAreReadAndSaid() throws {
        let world = try ImportWorld()
        let path = try world.file(Data("key,name\na,caf".utf8) + Data([0xe9]) + Data("\nb,ok\n".utf8))
        let report = try world.importer.run(.accounts, from: .file(path), now: world.now)
        #expect(report.inserted == 2)
        #expect(try world.rows("SELECT name FROM account ORDER BY key") == ["café", "ok"])
        #expect(report.warnings.contains { $0.hasPrefix("1 row is not UTF-8 and was read as Windows-1252") })
    }

    @Test func utf16IsReadAndWithoutItsMarkRefused() throws {
        for order in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            let world = try ImportWorld()
            let long = String(repeating: "é𝄞x", count: 8_000)
            let text =
                "\u{feff}key\tname\r\na\tMüller & Söhne 𝄞\r\nb\t\"two\r\nlines\"\r\n"
                + (0..<40).map { "c\($0)\t\(long)\r\n" }.joined()
            let path = try world.file(try #require(text.data(using: order)))
            let report = try world.importer.run(.accounts, from: .file(path), now: world.now)
            #expect((report.inserted, report.rejected) == (42, 0), "\(report.firstRejected)")
            #expect(
                try world.rows("SELECT name FROM account ORDER BY id LIMIT 2") == ["Müller & Söhne 𝄞", "two\r\nlines"])
            #expect(try world.rows("SELECT count(*) FROM account WHERE name = '\(long)'") == ["40"])
        }
        let world = try ImportWorld()
        let path = try world.file(try #require("key,name\na,x\n".data(using: .utf16LittleEndian)))
        let error = #expect(throws: ImportError.self) {
            try world.importer.run(.accounts, from: .file(path), now: world.now)
        }
        #expect(error?.description.contains("iconv -f UTF-16LE -t UTF-8") == true)
    }

    @Test func halfACharacterOfUTF16CostsNoMoreThanItself() throws {
        let world = try ImportWorld()
        let units: [UInt16] = Array("key,name\na,x".utf16) + [0xd834] + Array("y\nb,".utf16) + [0xdd1e, 0x0a]
        let path = try world.file(
            Data([0xff, 0xfe]) + Data(units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }) + Data([0x41]))
        let report = try world.importer.run(.accounts, from: .file(path), now: world.now)
        #expect(report.inserted == 2)
        #expect(try world.rows("SELECT name FROM account ORDER BY key") == ["x\u{fffd}y", "\u{fffd}"])
    }

    @Test(arguments: [false, true]) func aFieldOfAMegabyteRejectsItsRow(isQuoted: Bool) throws {
        let world = try ImportWorld()
        let quote = isQuoted ? "\"" : ""
        for size in [70_000, 1_000_000, 3_000_000] {
            let long = String(repeating: "x", count: size)
            let report = try world.load(.accounts, "key,name\na,x\nb,\(quote)\(long)\(quote)\nc,y\n")
            #expect(report.firstRejected.map(\.row) == [3])
            #expect(report.read == 3)
        }
        #expect(try world.rows("SELECT key FROM account ORDER BY id") == ["a", "c"])
    }

    @Test func otherFormatsAreNamed() throws {
        let world = try ImportWorld()
        for (head, name) in [
            ([0x1f, 0x8b, 8, 1], "compressed"), (Array("PK\u{3}\u{4}".utf8), "spreadsheet"),
            (Array("SQLite format 3\u{0}".utf8), "--sqlite"),
        ] as [([UInt8], String)] {
            let path = try world.file(Data(head) + Data("more text to be read".utf8))
            let error = #expect(throws: ImportError.self) {
                try world.importer.run(.accounts, from: .file(path), now: world.now)
            }
            #expect(error?.description.contains(name) == true)
        }
    }

    @Test func aFileThatIsNotThereOrAFolderIsAnError() throws {
        let world = try ImportWorld()
        for path in [world.scratch.path("nothing.csv"), world.scratch.folder.path] {
            #expect(throws: ImportError.self) { try world.importer.run(.accounts, from: .file(path), now: world.now) }
        }
    }
}
