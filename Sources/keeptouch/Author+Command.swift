import Foundation
import Runner
import Storage

extension Author {
    /// Somebody at the command line, by the name that the system has for them, also behind `sudo`.
    static var command: Author {
        let environment = ProcessInfo.processInfo.environment
        let name = [environment["SUDO_USER"], NSUserName()].compactMap(\.self).first { !$0.isEmpty } ?? ""
        return Author(name, from: .command, at: Clocks.system.processNow())
    }
}
