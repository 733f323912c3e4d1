import ArgumentParser
import Playbooks

extension Day {
    /// The day that an option names.
    ///
    /// - Throws: `ValidationError` with the option, what was typed and what a day looks like.
    static func option(_ name: String, _ text: String) throws -> Day {
        switch parse(text) {
        case .success(let day): return day
        case .failure(let error): throw ValidationError("\(name) \(text): \(error.message)")
        }
    }
}
