package import Playbooks

/// Reading the columns of a row by their names.
extension Statement {
    package func isNull(_ name: StaticString) -> Bool { isNull(place(of: name)) }
    package func integer(_ name: StaticString) -> Int64 { integer(place(of: name)) }
    /// Whether it is 1.
    package func flag(_ name: StaticString) -> Bool { integer(name) == 1 }
    package func instant(_ name: StaticString) -> Instant { instant(place(of: name)) }
    package func text(_ name: StaticString) -> String? { text(place(of: name)) }
    package func word<Word: RawRepresentable<String>>(_ name: StaticString) throws -> Word {
        try word(place(of: name))
    }

    package func optionalInteger(_ name: StaticString) -> Int64? { optionalInteger(place(of: name)) }
    package func optionalInstant(_ name: StaticString) -> Instant? { optionalInstant(place(of: name)) }
    package func optionalText(_ name: StaticString) -> String? { optionalText(place(of: name)) }
}
