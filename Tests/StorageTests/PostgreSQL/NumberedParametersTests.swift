import Testing

@testable import Storage

@Suite struct NumberedParametersTests {
    @Test(
        arguments: [
            ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ["a", "b"]),
            ("VALUES (?, ?)", "VALUES ($1, $2)", [nil, nil]),
            ("SELECT ':a', \":b\", 'it''s :c' -- :d\n, :e", "SELECT ':a', \":b\", 'it''s :c' -- :d\n, $1", ["e"]),
            ("SELECT a::text /* :b */ = :c", "SELECT a::text /* :b */ = $1", ["c"]),
            ("SELECT 'open :a", "SELECT 'open :a", []), ("SELECT :ab:a", "SELECT $1$2", ["ab", "a"]),
        ] as [(String, String, [String?])])
    func parametersAreNumberedWhereTheyAre(sql: String, text: String, names: [String?]) {
        let numbered = NumberedParameters(sql)
        #expect(numbered.text == text)
        #expect(numbered.names == names)
    }
}
