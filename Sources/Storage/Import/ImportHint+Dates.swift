import Playbooks

extension ImportHint {
    /// The lines for the other columns of accounts whose dates are declared in the order that these values prove wrong.
    static func linesBeside(
        _ attribute: Attribute, among attributes: [Attribute], _ values: [String], _ context: ImportContext
    ) -> [String] {
        guard attribute.type == .date || attribute.type == .instant else { return [] }
        var guess = ColumnGuess(zone: context.zone)
        for value in values { guess.look(at: value) }
        let declared = context.form(of: attribute.name, attribute.form).formats
        guard let right = guess.dateFormats?.first,
            let wrong = declared.first(where: { DateFormat.areMixed($0, right) })
        else { return [] }
        return attributes.compactMap { other in
            var fixed = other
            fixed.form = context.form(of: other.name, other.form)
            guard other.name != attribute.name, let place = fixed.form.formats.firstIndex(of: wrong) else { return nil }
            fixed.form.formats[place] = right
            let isBuiltIn = Attribute.builtIn.contains { $0.name == other.name }
            return Section.attributes.line("\(scalar(other.name)): \(declaration(of: fixed, isBuiltIn: isBuiltIn))")
        }
    }
}
