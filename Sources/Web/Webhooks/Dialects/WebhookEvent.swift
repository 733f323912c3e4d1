import Basics
import Crypto
import Delivery
import Foundation
import Playbooks
import Storage

/// One event of a webhook, as each dialect takes it apart; `notice` is what it means.
struct WebhookEvent {
    /// The event as it came.
    let item: JSON
    var kind: Outcome.Kind?
    /// What we gave the provider to give back: `touch_id`, `workspace`.
    var metadata: JSON?
    var providerID: String?
    var address: String?
    var at: Instant?
    /// The provider's own id of the event.
    var id: String?
    var isForAll = true
    /// Whether it is told of an address, and of no message.
    var isOfAddressAlone = false
    /// Why it bounced, where the provider tells apart what is wrong with the address and what is not.
    var cause: BounceCause?
    /// Whether the provider is sure that there is no such address.
    var isAddressBad = false
    /// For people: the reason of a bounce, the link of a click.
    var detail: [String: JSON?] = [:]

    init(_ item: JSON, _ kind: Outcome.Kind?) {
        self.item = item
        self.kind = kind
    }

    /// Nil when the event says nothing that is of use.
    var notice: Notice? {
        guard var kind else { return nil }
        var detail = detail
        if kind == .bounced || kind == .softBounced, !isAddressBad,
            let cause = cause ?? reason.flatMap(BounceCause.init(in:))
        {
            kind = .softBounced
            detail["cause"] = .text(cause.rawValue)
        }
        let body = item.encoded
        var notice = Notice(
            kind, id: id ?? Hexadecimal.text(SHA256.hash(data: body).prefix(16)),
            body: String(decoding: body, as: UTF8.self))
        notice.touch = metadata?["touch_id"]?.first
        notice.workspace = metadata?["workspace"]?.first
        notice.providerID = providerID.map(Self.withoutBrackets)
        notice.address = address
        notice.at = at
        notice.isForAll = isForAll
        notice.isOfAddressAlone = isOfAddressAlone
        notice.isOfAddress = detail["cause"] == nil
        let parts = detail.sorted { $0.key < $1.key }.compactMap { part in
            part.value?.scalarText.map { JSON.Member(part.key, .text(String($0.prefix(500)))) }
        }
        if !parts.isEmpty { notice.detail = String(decoding: JSON.object(parts).encoded, as: UTF8.self) }
        return notice
    }

    private var reason: String? { detail["reason"]??.scalarText }

    /// Message ids are written with and without them.
    private static func withoutBrackets(_ id: String) -> String {
        id.hasPrefix("<") && id.hasSuffix(">") ? String(id.dropFirst().dropLast()) : id
    }
}

extension JSON {
    /// A scalar, or the first of a list of them.
    var first: String? {
        if case .list(let items) = self { return items.first?.scalarText }
        return scalarText
    }

    var items: [JSON] {
        if case .list(let items) = self { return items }
        return [self]
    }

    var isTrue: Bool { self == .boolean(true) }

    /// A moment in seconds since 1970, as a number or as text.
    var seconds: Instant? { asNumber.flatMap { Self.instant($0 * 1_000) } }

    /// A moment in milliseconds since 1970.
    var milliseconds: Instant? { asNumber.flatMap(Self.instant) }

    /// A moment in ISO 8601.
    var time: Instant? {
        guard case .text(let text) = self, case .success(let instant) = Instant.parse(text) else { return nil }
        return instant
    }

    private static func instant(_ milliseconds: Double) -> Instant? {
        Int64(exactly: milliseconds.rounded()).flatMap { abs($0) < 1 << 50 ? Instant(milliseconds: $0) : nil }
    }
}
