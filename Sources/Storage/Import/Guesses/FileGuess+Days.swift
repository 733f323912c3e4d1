import Playbooks

extension FileGuess {
    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]

    /// The weekday on which all dates of a column fall; nil where there are several, or too few dates to tell.
    func onlyWeekday(of index: Int) -> String? {
        let guess = guesses[index]
        let time = WrittenTime(formats: guess.declaredFormats, zone: .utc)
        let days = Set(
            guess.words.keys.compactMap { word in
                let bytes = ByteArena(capacity: word.utf8.count + 1)
                return time.day(bytes.append(word.utf8))
            })
        guard days.count >= 3, let first = days.first else { return nil }
        guard days.allSatisfy({ ($0 - first) % 7 == 0 }) else { return nil }
        return Self.weekdays[((first % 7) + 7) % 7]
    }

    /// Whether all dates of a column are the first of a month, and there are several.
    func areFirstsOfMonths(_ index: Int) -> Bool {
        let guess = guesses[index]
        let time = WrittenTime(formats: guess.declaredFormats, zone: .utc)
        let days = Set(
            guess.words.keys.compactMap { word in
                let bytes = ByteArena(capacity: word.utf8.count + 1)
                return time.day(bytes.append(word.utf8))
            })
        return days.count >= 2 && days.allSatisfy(PeriodText.isFirstOfMonth)
    }

    /// Whether a file has one row an account, as of a day that is its own: its last login is no day of usage.
    func isAsOfLast(_ moment: Int, account: Int) -> Bool {
        guesses[account].repeats == 0
            && ["last", "latest", "letzte", "letzter", "dernier", "dernière", "último", "última"].contains { word in
                simpleName(moment).split(separator: "_").contains { $0 == word }
            }
    }
}
