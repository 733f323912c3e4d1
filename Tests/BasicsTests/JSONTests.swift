import Basics
import Testing

@Suite struct JSONTests {
    @Test func whatIsReadIsWrittenAgain() {
        for text in [
            #"{"b":1,"a":[true,false,null,-1.5,"x"],"":{}}"#, #""é😀\n\"\\""#, "[]", "12345678901234", "0.1", "-7",
            #"{"a":1,"a":2}"#,
        ] {
            #expect(JSON(parsing: text).map { String(decoding: $0.encoded, as: UTF8.self) } == text)
        }
        #expect(JSON(parsing: #" "\u0041\ud83d\ude00\/" "#) == .text("A😀/"))
        #expect(JSON(parsing: "1e3") == .number(1_000))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "\"\n\"", "\"\\x\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "1 2", "1e999", "'a'", "NaN", "\"abc", "[1 2]", "\"\\u12\"", "\u{feff}1", "-", "{1:2}",
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(JSON(parsing: text) == nil)
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(JSON(parsing: deep) == nil)
        #expect(JSON(parsing: String(repeating: "[", count: 60) + String(repeating: "]", count: 60)) != nil)
    }

    @Test func pointersFindValues() {
        let json = JSON(parsing: #"{"a":[{"b":1}],"x/y":2,"~":3,"":4}"#)
        #expect(json?[pointer: "/a/0/b"] == .integer(1))
        #expect(json?[pointer: "/x~1y"] == .integer(2))
        #expect(json?[pointer: "/~0"] == .integer(3))
        #expect(json?[pointer: "/"] == .integer(4))
        #expect(json?[pointer: ""] == json)
        for missing in ["/a/1", "/a/-1", "/a/b", "/z", "/a/0/b/c", "/a/99999999999999999999"] {
            #expect(json?[pointer: missing] == nil)
        }
    }
}
