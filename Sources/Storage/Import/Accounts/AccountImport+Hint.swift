import Playbooks

/// The line of data.yaml that lets a value be understood.
extension AccountImport {
    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String? {
        guard let attribute = attributes.first(where: { $0.name == rejection.column }) else { return nil }
        if attribute.name == "key" {
            return spelling.digits.map { ImportHint.keyLine(context, digits: $0) }
        }
        guard let line = ImportHint.line(for: attribute, in: .attributes, values, ofMost: ofMost, context) else {
            return nil
        }
        return ([line] + ImportHint.linesBeside(attribute, among: attributes, values, context)).joined(separator: "\n")
    }
}
