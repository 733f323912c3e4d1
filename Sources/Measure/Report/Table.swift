extension Report {
    /// Rows of typed cells under titled columns.
    package struct Table: Sendable, Hashable {
        /// What stands behind a cell.
        package enum Lead: Sendable, Hashable, Codable {
            /// The accounts that a number counts.
            case accounts(AccountQuestion)
            /// The touches that it counts.
            case touches(TouchQuestion)
            /// An account, by its key.
            case account(String)

            package static func customers(_ life: LifeQuestion, in segment: String? = nil) -> Lead {
                .accounts(AccountQuestion(life, segment: segment))
            }
        }

        package enum Alignment: String, Sendable, Hashable, Codable {
            case left, right
        }

        package struct Column: Sendable, Hashable, Codable {
            /// Unique in its table; with the unit where the cells do not tell it: `effect, points`.
            package var title: String
            package var alignment: Alignment
            /// What programs call it where the title is empty, or another one every day.
            private var name: String?

            package init(_ title: String, _ alignment: Alignment = .right, key: String? = nil) {
                self.title = title
                self.alignment = alignment
                name = key
            }

            /// The title as a key of JSON: `effect_points`.
            package var key: String {
                if let name { return name }
                var key = ""
                for character in title.lowercased() {
                    if character.isLetter || character.isNumber {
                        key.append(character)
                    } else if character == "%" {
                        key += key.isEmpty || key.hasSuffix("_") ? "percent" : "_percent"
                    } else if !key.isEmpty, !key.hasSuffix("_") {
                        key.append("_")
                    }
                }
                return key.hasSuffix("_") ? String(key.dropLast()) : key
            }
        }

        /// What the rows are, for a caption and for CSV: `Arms`.
        package var title: String
        package var columns: [Column]
        /// The title as a word that programs find the table by.
        package var id: String { Report.id(of: title) }
        package private(set) var rows: [[Cell]] = []
        /// For each cell what stands behind it, where there is a page of that.
        package private(set) var leads: [[Lead?]] = []

        package init(_ title: String, _ columns: [Column]) {
            self.title = title
            self.columns = columns
        }

        /// Appends a row; what it lacks is empty, what it has too much is left out.
        ///
        /// - Parameter leads: by column, what a cell counts or names.
        package mutating func add(_ row: [Cell], leads: [Lead?] = []) {
            let nobody: [Lead?] = Array(repeating: nil, count: max(0, columns.count - leads.count))
            self.leads.append(Array(leads.prefix(columns.count)) + nobody)
            let padding = Array(repeating: Cell.text(""), count: max(0, columns.count - row.count))
            rows.append(Array(row.prefix(columns.count)) + padding)
        }
    }
}
