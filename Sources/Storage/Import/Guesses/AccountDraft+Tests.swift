import Playbooks

/// Accounts that are one's own: tests, demos and those of colleagues.
extension AccountDraft {
    private static let ofTests: Set<String> = [
        "is_test", "test", "test_account", "is_test_account", "is_internal", "internal", "internal_account",
        "is_internal_account", "is_demo", "demo", "demo_account", "is_demo_account", "sandbox", "is_sandbox",
        "is_staff",
        "is_employee", "is_fake", "testkonto", "ist_test", "intern", "compte_test", "cuenta_de_prueba",
    ]

    /// Attributes of yes and no that say so.
    var tests: [String] {
        declaredFlags.filter { Self.ofTests.contains(file.simpleName($0.index)) }.map(\.name).sorted()
    }

    mutating func noteTests() {
        for (index, name) in declaredFlags where Self.ofTests.contains(file.simpleName(index)) {
            let yes = file.guesses[index].words.reduce(0) {
                $0 + (BooleanWord.value(of: $1.key.lowercased()) == true || $1.key == "1" ? $1.value : 0)
            }
            notes.append(
                "\"\(file.header[index])\": \(yes) of \(file.guesses[index].filled) \(yes == 1 ? "says" : "say") yes; the segment tech_touch "
                    + "leaves them out, and every report counts them as customers: leave them out of the export, or ask for "
                    + "\(name) == false in segments of your own")
        }
    }

    private var declaredFlags: [(index: Int, name: String)] {
        attributes.filter { $1.type == .boolean }.map { ($0, $1.name) }.sorted { $0.index < $1.index }
    }
}
