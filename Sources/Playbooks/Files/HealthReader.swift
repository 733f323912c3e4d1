/// A part of the health score, as written.
package struct HealthPart: Sendable, Equatable {
    package var name: String
    package var weight: Double
    /// The points with the condition that gives them; nil for `else`.
    package var bands: [(points: Double, condition: SourceText?)]
    package var position: Position

    package static func == (left: HealthPart, right: HealthPart) -> Bool {
        left.name == right.name && left.weight == right.weight && left.position == right.position
            && left.bands.elementsEqual(right.bands) { $0.points == $1.points && $0.condition == $1.condition }
    }
}

/// Reads `health:` of data.yaml, except that conditions stay text.
struct HealthReader {
    let diagnostics: Diagnostics

    func read(_ entry: YAMLNode.Entry) -> HealthPart? {
        diagnostics.checkName(entry.key, "a part of the health score", at: entry.position)
        guard let fields = Fields(entry.value, .healthPart, diagnostics, of: "the part \"\(entry.key)\""),
            let node = fields["weight"], let weight = diagnostics.number(node, "weight", in: 0...1_000_000)
        else { return nil }
        if weight == 0 { diagnostics.error(node.position, "a part of the weight 0 changes nothing; leave it out") }
        var part = HealthPart(name: entry.key, weight: weight, bands: [], position: entry.position)
        for (band, source) in fields.sources("bands") {
            guard let points = Double(band.key), (0...100).contains(points) else {
                diagnostics.error(band.position, "expected points from 0 to 100 before the colon, got \"\(band.key)\"")
                continue
            }
            guard let source else { continue }
            if part.bands.contains(where: { $0.condition == nil }) {
                diagnostics.error(band.position, "\"else\" is the last band; those after it never count")
            }
            part.bands.append((points, source.text == "else" ? nil : source))
        }
        return part
    }
}

extension Terms {
    /// The segments, and the health score among them, since either may use the other.
    mutating func segments(of map: DataMap) -> ([NamedTerm], health: NamedTerm?) {
        guard let first = map.health.first else {
            return (named(map.segments, in: \.segments) { $0.condition($1) }, nil)
        }
        // All its conditions as one text, for the names that it uses.
        let words = map.health.flatMap(\.bands).compactMap { $0.condition?.text }.joined(separator: " or ")
        let score = SourceText(name: HealthScore.name, text: words, position: first.position)
        var all = named(map.segments + [score], in: \.segments) { terms, source in
            source.name == HealthScore.name ? terms.health(map.health) : terms.condition(source)
        }
        guard let index = all.firstIndex(where: { $0.name == HealthScore.name }) else {
            return (all, nil)
        }
        let health = all.remove(at: index)
        scope.segments.removeAll { $0.name == HealthScore.name }
        scope.health = health
        return (all, health)
    }

    private func health(_ parts: [HealthPart]) -> Term? {
        var isGood = true
        let read = parts.map { part in
            HealthScore.Part(
                part.name, weight: part.weight,
                bands: part.bands.compactMap { band in
                    guard let source = band.condition else {
                        return HealthScore.Band(points: band.points, condition: nil)
                    }
                    guard let term = condition(source) else {
                        isGood = false
                        return nil
                    }
                    return HealthScore.Band(points: band.points, condition: term)
                })
        }
        let score = HealthScore(parts: read)
        return isGood ? Term(.health(score, nil), .number, text: score.text) : nil
    }
}
