/// Whether the day stands before the month in a file, and which column shows it.
struct DayOrder {
    var isDayFirst: Bool
    var column: String
    /// Another file that shows it; nil for the file's own column.
    var file: String?

    var sentence: String {
        "those of \"\(column)\"\(file.map { " of \($0)" } ?? "") only \(isDayFirst ? "with the day" : "with the month") first; "
    }
}

extension [FileGuess] {
    /// Lets files whose dates can all be read both ways be read as the others are, where these agree.
    mutating func shareDayOrder() {
        let known = compactMap { file in file.dayOrder.map { (order: $0, file: file.name) } }
        guard let first = known.first, known.allSatisfy({ $0.order.isDayFirst == first.order.isDayFirst }) else {
            return
        }
        for index in indices where self[index].dayOrder == nil {
            self[index].take(DayOrder(isDayFirst: first.order.isDayFirst, column: first.order.column, file: first.file))
        }
    }
}
