extension Report {
    /// What a chat shows: the first sentences of each section, under its title.
    package var summary: [String] {
        sections.compactMap { section in
            for block in section.blocks {
                guard case .sentence(let text) = block else { continue }
                return section.title.isEmpty ? text : "\(section.title): \(text)"
            }
            return nil
        }
    }
}
