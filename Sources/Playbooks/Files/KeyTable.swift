/// The keys that a mapping of a workspace file may have; the reader and the JSON Schemas both follow it.
package struct KeyTable: Sendable {
    package struct Key: Sendable {
        package let name: String
        package let shape: Shape
        package let isRequired: Bool
        /// A sentence for the person in the editor.
        package let about: String

        init(_ name: String, _ shape: Shape, required: Bool = false, _ about: String) {
            self.name = name
            self.shape = shape
            self.isRequired = required
            self.about = about
        }
    }

    /// What a value looks like, as far as a JSON Schema can say it.
    package indirect enum Shape: Sendable {
        case text
        /// Text of one form: a regular expression and examples.
        case form(String, examples: [String])
        case number(ClosedRange<Double>?)
        case integer(ClosedRange<Int>?)
        case boolean
        case choice([String])
        case list(Shape)
        case mapping(Shape)
        case table(KeyTable)
        /// A list of steps, which may hold lists of steps.
        case steps
        case either([Shape])
        /// The shape, or nothing after the colon.
        case optional(Shape)
        case anything

        static let share = Shape.either([
            .form(#"^\d+(\.\d+)?%$"#, examples: ["5%"]), .number(0...1),
        ])
        static let duration = Shape.form(#"^\d+[smhdw]$"#, examples: ["36h", "14d", "2w"])
        static let condition = Shape.text
        static let schedule = Shape.form(".+", examples: ["daily at 06:00", "weekly on tue at 10:00", "0 6 * * *"])
        static let secret = Shape.form(".+", examples: ["env:SENDGRID_API_KEY", "file:/run/secrets/key"])
        static let cap = Shape.form(#"^\d+ per .+$"#, examples: ["1 per 1d"])
        static let window = Shape.either([.choice(["always"]), .table(.sendWindow)])

        static func oneOrMore(_ shape: Shape) -> Shape { .either([shape, .list(shape)]) }
    }

    package let keys: [Key]
    /// Whether there may be keys of the writer's own beside them.
    package let takesOthers: Bool

    init(_ keys: [Key], takesOthers: Bool = false) {
        self.keys = keys
        self.takesOthers = takesOthers
    }

    package var names: [String] { keys.map(\.name) }
}
