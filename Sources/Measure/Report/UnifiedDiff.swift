/// The difference of two texts, line by line, as `diff -u` writes it.
package struct UnifiedDiff {
    fileprivate enum Line {
        case same(String), removed(String), added(String)

        var isSame: Bool { if case .same = self { true } else { false } }
        var text: String {
            switch self {
            case .same(let text): " \(text)"
            case .removed(let text): "-\(text)"
            case .added(let text): "+\(text)"
            }
        }
    }

    private static let context = 3
    private let lines: [Line]

    package init(from old: String, to new: String) {
        let (old, new) = (Self.lines(of: old), Self.lines(of: new))
        let difference = new.difference(from: old)
        var removed = Set<Int>()
        var added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append(.removed(old[left]))
                left += 1
            } else if right < new.count, added.contains(right) {
                lines.append(.added(new[right]))
                right += 1
            } else if left < old.count {
                lines.append(.same(old[left]))
                (left, right) = (left + 1, right + 1)
            } else {
                break
            }
        }
        self.lines = lines
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Without a header; nil when the texts are the same.
    var hunks: String? {
        let changed = lines.indices.filter { !lines[$0].isSame }
        guard !changed.isEmpty else { return nil }
        var text = ""
        var rest = changed[...]
        while let first = rest.first {
            var last = first
            while let next = rest.first, next - last <= 2 * Self.context + 1 {
                last = next
                rest.removeFirst()
            }
            let range = max(0, first - Self.context)..<min(lines.count, last + Self.context + 1)
            let (old, new) = (numbers(of: range, skipping: \.isAdded), numbers(of: range, skipping: \.isRemoved))
            text += "@@ -\(old.start),\(old.count) +\(new.start),\(new.count) @@\n"
            for line in lines[range] { text += line.text + "\n" }
        }
        return text
    }

    /// With the names of the file before and after, so that `git apply` takes it.
    package func text(path: String) -> String? { hunks.map { "--- a/\(path)\n+++ b/\(path)\n\($0)" } }

    private func numbers(of range: Range<Int>, skipping: (Line) -> Bool) -> (start: Int, count: Int) {
        let before = lines[..<range.lowerBound].filter { !skipping($0) }.count
        let count = lines[range].filter { !skipping($0) }.count
        return (count == 0 ? before : before + 1, count)
    }
}

extension UnifiedDiff.Line {
    fileprivate var isAdded: Bool { if case .added = self { true } else { false } }
    fileprivate var isRemoved: Bool { if case .removed = self { true } else { false } }
}
