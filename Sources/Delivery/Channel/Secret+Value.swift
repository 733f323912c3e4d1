package import Playbooks

extension Secret {
    /// Reads what the reference leads to.
    ///
    /// - Parameters:
    ///   - position: where the file names the secret.
    ///   - environment: the process's variables, for `env:NAME`.
    ///   - directory: the workspace, for relative `file:PATH`.
    /// - Throws: a `Diagnostic` as `Credentials` does.
    package func value(
        at position: Position, environment: [String: String], directory: String
    ) throws(Diagnostic) -> String {
        try SecretReader(position: position, environment: environment, directory: directory).read(self)
    }
}
