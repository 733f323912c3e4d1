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
        "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "1 2", "'a'", "\"abc", "[1 2]", "-",
        "{1:2}", "Nan", "\"\\", "\"\\u",
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(JSON(parsing: text) == nil)
    }

    @Test(arguments: [
        (#""\ud83d cut""#, JSON.text("\u{fffd} cut")), (#""\ud800\u0041""#, .text("\u{fffd}A")),
        (#""\udc00""#, .text("\u{fffd}")), (#""\x\u12""#, .text("x\u{fffd}12")), ("\"a\tb\nc\"", .text("a\tb\nc")),
        (#""\u0000""#, .text("\0")), ("1e999", .decimal("1e999")), ("NaN", .decimal("NaN")),
        ("-Infinity", .decimal("-Infinity")), ("12345678901234567890", .decimal("12345678901234567890")),
        ("\u{feff}1", .integer(1)),
    ])
    func aBadValueCostsThatValueAlone(text: String, value: JSON) {
        #expect(JSON(parsing: #"{"a":\#(text.replacing("\u{feff}", with: "")),"b":1}"#)?["a"] == value)
        #expect(JSON(parsing: text) == value)
    }

    @Test func longNumbersAreWrittenAsTheyCame() {
        let text = #"{"id":12345678901234567890123,"x":1e999,"y":NaN}"#
        #expect(JSON(parsing: text)?.encodedText == #"{"id":12345678901234567890123,"x":1e999,"y":null}"#)
        #expect(JSON.decimal("12345678901234567890").asNumber == 12_345_678_901_234_567_168)
        #expect(JSON.decimal("1e999").asNumber == nil)
    }

    @Test func whatLiesTooDeepIsLeftOut() {
        let deep = String(repeating: "[", count: 500) + #""]\"""# + String(repeating: "]", count: 500)
        #expect(JSON(parsing: #"{"a":\#(deep),"b":1}"#)?["b"] == .integer(1))
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
