package import Playbooks

/// What became of one attempt to send a touch.
package enum SendResult: Sendable, Equatable {
    /// The endpoint took it; the id is the provider's, where it gives one.
    case sent(id: String?)
    /// The endpoint says that an earlier attempt had arrived.
    case duplicate
    /// It may be sent again with the same bytes: after the time the endpoint asked for, else by `Backoff`; and never
    /// later than `before` (process time), when the endpoint may forget the key of an attempt that perhaps arrived.
    case retry(after: TimeSpan?, before: Instant?, reason: String)
    /// The endpoint will not take this message.
    case rejected(reason: String)
    /// The endpoint will not take any message for this recipient.
    case suppress(reason: String)
    /// It may have arrived, and nobody can tell; the channel's `on_unknown` decides.
    case unknown(reason: String)
    /// This message was not taken, and no other will be: stop the channel and keep the touch.
    case halt(reason: String)
}
