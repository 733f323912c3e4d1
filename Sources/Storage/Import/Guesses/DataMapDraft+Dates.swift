import Playbooks

/// What is said of dates that are written with the day first and with the month first.
extension DataMapDraft {
    mutating func noteContraryDates(_ file: FileGuess) {
        if let contrary = file.contraryColumns {
            notes.append(
                "\(file.name): \"\(contrary.dayFirst)\" has the day before the month, and \"\(contrary.monthFirst)\" the month before the "
                    + "day; each is read as its own dates show, and columns whose dates show neither with the month first, unless said"
            )
        }
        for index in file.usable {
            guard let contrary = file.guesses[index].contraryDates else { continue }
            notes.append(
                "\(file.name): \"\(file.header[index])\" holds \(contrary.dayFirst) dates that can only have the day first, and "
                    + "\(contrary.monthFirst) that can only have the month first; no order reads both, and it is taken for no date. Write "
                    + "all as y-m-d, and name the file again")
        }
    }
}
