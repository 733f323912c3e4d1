import Statistics
import Testing

@Test func correctionsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "8_multiple_testing") {
        let values = try item.inputs.p_values.doubles
        for (correction, name) in [(Correction.holm, "holm"), (.benjaminiHochberg, "fdr_bh")] {
            let adjusted = correction.adjusted(values)
            let expected = item.outputs[name]
            for (index, value) in adjusted.enumerated() {
                item.expect(value, expected.adjusted[index], name)
                #expect((value <= 0.05) == expected.reject[index].flag)
            }
        }
    }
}

@Test func nothingIsCorrectedToNothing() {
    #expect(Correction.holm.adjusted([]) == [])
    #expect(Correction.benjaminiHochberg.adjusted([0.3]) == [0.3])
}
