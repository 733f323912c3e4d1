/// Why a touch cannot be rendered; it is held, and says so.
package enum RenderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Variables of the message that are missing for this account and are not covered by `{{^x}}…{{/x}}`.
    case missing([String])
    /// A value that cannot stand where it is used.
    case refused(String)

    package var description: String {
        switch self {
        case .missing(let names):
            let list = names.map { "{{\($0)}}" }.joined(separator: ", ")
            return "\(list) \(names.count == 1 ? "is" : "are") missing for this account"
        case .refused(let reason):
            return reason
        }
    }
}
