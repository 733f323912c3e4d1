import Basics

extension WorkspaceReader {
    /// How messages and pages look.
    func brand(_ configuration: Configuration, _ layouts: LayoutReader) -> Brand {
        guard let root = root("brand.yaml"), !root.isEmpty else { return Brand() }
        let brand = BrandReader(diagnostics: diagnostics, language: configuration.language).read(root)
        layouts.ofBrand = brand.layout
        if let name = brand.layout { _ = layouts.knows(name, at: root["layout"]?.position ?? root.position) }
        return brand
    }

    /// Whoever reads a message reads the legal text as well.
    func checkLegal(_ workspace: Workspace) {
        let brand = workspace.brand
        guard brand.legal.count > 1 else { return }
        let entry = texts["brand.yaml"].flatMap { YAMLFile.read($0, file: "brand.yaml").root }?.entries?
            .first { $0.key == "legal" }
        let messages = workspace.playbooks.lazy.filter { $0.state == .live }.flatMap(\.messages.values)
        let tags = Set(messages.flatMap(\.locales.keys) + [LanguageTag.normalized(workspace.configuration.language)])
        for tag in tags.sorted() where LanguageTag.lookup(tag, in: { brand.legal[$0] != nil }) == nil {
            diagnostics.warning(
                entry?.position ?? Position(file: "brand.yaml"),
                "\"legal\" has no text in \(LanguageTag.canonical(tag)), in which there are messages; they carry the one in "
                    + (brand.legalLanguage.map(LanguageTag.canonical) ?? "none"))
        }
    }
}
