import Playbooks

/// The edit of `playbook.yaml` that makes a winner the default, as a unified diff; nothing is ever written.
struct WinnerDiff {
    let playbook: Playbook

    /// All weight to one variant; nil when the text of the weights is not found.
    func giving(allTo winner: String) -> String? {
        without(playbook.variants.map(\.name).filter { $0 != winner })
    }

    /// No weight to some variants; nil when the text of the weights is not found.
    func without(_ losers: [String]) -> String? {
        var lines = playbook.source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("variants:") }) else { return nil }
        let end =
            lines.indices.dropFirst(start + 1).first { index in
                guard let first = lines[index].first else { return false }
                return !first.isWhitespace && first != "#" && first != "}"
            } ?? lines.count
        for loser in losers {
            guard Self.clearWeight(of: loser, in: &lines, start..<end) else { return nil }
        }
        return diff(lines)
    }

    /// Nobody is held out any more.
    func withoutHoldout() -> String? {
        var lines = playbook.source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let index = lines.firstIndex(where: { $0.hasPrefix("holdout:") }) {
            lines[index] = "holdout: 0%"
        } else if let index = lines.firstIndex(where: { $0.hasPrefix("category:") }) {
            lines.insert("holdout: 0%", at: index + 1)
        } else {
            return nil
        }
        return diff(lines)
    }

    /// `name: 50`, `name: { weight: 50, ...}`, or a line `weight: 50` in the block below `name:`.
    private static func clearWeight(of name: String, in lines: inout [String], _ range: Range<Int>) -> Bool {
        for index in range {
            guard let place = key(name, in: lines[index]) else { continue }
            if clearNumber(in: &lines[index], from: place) { return true }
            let indent = lines[index].prefix { $0 == " " }.count
            for below in range.dropFirst(index - range.lowerBound + 1) {
                let line = lines[below]
                guard line.contains(where: { !$0.isWhitespace }) else { continue }
                guard line.prefix(while: { $0 == " " }).count > indent else { break }
                if let place = key("weight", in: line), clearNumber(in: &lines[below], from: place) { return true }
            }
            return false
        }
        return false
    }

    /// Behind the colon of a key.
    private static func key(_ name: String, in line: String) -> String.Index? {
        let spellings = [name, "\"\(name)\"", "'\(name)'"]
        for spelling in spellings {
            for range in line.ranges(of: spelling + ":") {
                let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
                if before == " " || before == "{" || before == "," { return range.upperBound }
            }
        }
        return nil
    }

    /// The number of `50` or of `{ weight: 50`, made 0.
    private static func clearNumber(in line: inout String, from place: String.Index) -> Bool {
        var start = place
        func skipSpace() {
            while start < line.endIndex, line[start] == " " { start = line.index(after: start) }
        }
        skipSpace()
        if start < line.endIndex, line[start] == "{" {
            guard let weight = line[start...].firstRange(of: "weight:") else { return false }
            start = weight.upperBound
            skipSpace()
        }
        let number = line[start...].prefix { $0.isNumber || $0 == "." || $0 == "%" }
        guard !number.isEmpty else { return false }
        line.replaceSubrange(number.startIndex..<number.endIndex, with: "0")
        return true
    }

    private func diff(_ lines: [String]) -> String? {
        UnifiedDiff(from: playbook.source, to: lines.joined(separator: "\n")).text(path: playbook.path)
    }
}
