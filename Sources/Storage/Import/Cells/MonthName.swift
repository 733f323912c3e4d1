import Foundation

/// What months are called in the languages of the usual exports.
enum MonthName {
    static let english = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// Of each month, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch.
    private static let names: [[String]] = [
        ["january", "januar", "janner", "janvier", "enero", "gennaio", "janeiro", "januari"],
        ["february", "februar", "feber", "fevrier", "febrero", "febbraio", "fevereiro", "februari"],
        ["march", "marz", "maerz", "mrz", "mars", "marzo", "marco", "maart", "mrt"],
        ["april", "avril", "abril", "aprile"],
        ["may", "mai", "mayo", "maggio", "maio", "mei"],
        ["june", "juni", "juin", "junio", "giugno", "junho"],
        ["july", "juli", "juillet", "julio", "luglio", "julho"],
        ["august", "aout", "agosto", "augustus"],
        ["september", "septembre", "septiembre", "setiembre", "settembre", "setembro", "sept"],
        ["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
        ["november", "novembre", "noviembre", "novembro"],
        ["december", "dezember", "decembre", "diciembre", "dicembre", "dezembro"],
    ]

    /// The month that a name, or at least three letters of its beginning, can mean alone; from 1.
    static func number(of text: String) -> Int? {
        let word = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: Locale(identifier: "en"))
            .lowercased()
        guard word.count >= 3 else { return nil }
        let found = names.indices.filter { month in names[month].contains { $0.hasPrefix(word) } }
        return found.count == 1 ? found[0] + 1 : nil
    }
}
