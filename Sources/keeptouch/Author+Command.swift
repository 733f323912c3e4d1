import Runner
import Storage

extension Author {
    /// Somebody at the command line.
    static var command: Author { Author(from: .command, at: Clocks.system.processNow()) }
}
