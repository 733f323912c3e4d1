import Delivery
import Foundation
import Playbooks
import Storage

/// Where a database is, as `database:` in keeptouch.yaml says it: a file, a URL of PostgreSQL, `env:NAME` or `file:PATH`.
struct DatabasePlace {
    let text: String
    /// The workspace's, to which paths are relative.
    let directory: URL

    init(_ text: String, in directory: URL) {
        (self.text, self.directory) = (text, directory)
    }

    /// Whether it is a URL, or names where one is.
    var isOnServer: Bool { PostgreSQLAddress.isURL(text) || Secret.Reference(text) != nil }

    /// The file; of a server's database, what the files beside the workspace's are called.
    var path: String {
        URL(fileURLWithPath: isOnServer ? "postgresql" : text, relativeTo: directory).standardizedFileURL.path
    }

    func open(_ mode: Store.Mode) throws -> Store {
        isOnServer ? try Store(address(), filesAt: path, mode: mode) : try Store(path: path, mode: mode)
    }

    private func address() throws -> PostgreSQLAddress {
        guard let reference = Secret.Reference(text) else {
            let address = try PostgreSQLAddress(text)
            guard !address.hasPassword else { throw CommandError(Configuration.passwordInDatabase) }
            return address
        }
        do {
            return try PostgreSQLAddress(
                Secret(reference).value(
                    at: Position(file: "keeptouch.yaml"), environment: ProcessInfo.processInfo.environment,
                    directory: directory.path))
        } catch let diagnostic as Diagnostic {
            throw CommandError("database: \(text): \(diagnostic.message)")
        }
    }
}
