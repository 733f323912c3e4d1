/// Where a digest stands.
package enum DigestState: String, Sendable, CaseIterable {
    case pending, sending, sent, rejected, unknown, expired
}
