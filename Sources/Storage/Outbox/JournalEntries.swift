import Decisions
import Playbooks

/// The entries of one row of the journal, as bytes: numbers of seven bits a byte, texts behind their length.
struct JournalEntries {
    /// Another one for each form; a program that meets one it does not know changes nothing.
    static let version: Int64 = 1

    enum Entry: Equatable {
        case intent(SendIntent)
        case result(Sent)
    }

    /// A result without its intent, which stands before it.
    struct Sent: Equatable {
        var id: Int64
        var at: Instant
        var endedAt: Instant
        var isAmbiguous: Bool
        var providerID: String?
        var detail: String?

        func result(of intent: SendIntent) -> SendIntent.Result {
            SendIntent.Result(
                of: intent,
                Outbox.Settlement(
                    id: id, fence: intent.fence, enrollmentID: intent.enrollmentID, attempt: intent.attempt,
                    state: .sent,
                    isAmbiguous: isAmbiguous, providerID: providerID, detail: detail), at: at, endedAt: endedAt)
        }
    }

    private enum Kind: Int64 {
        case intent = 1
        case result = 2
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { place == bytes.count }

    // MARK: - Reading

    /// Nil where the bytes are none of ours.
    mutating func next() -> Entry? {
        guard let kind = number().flatMap(Kind.init), let id = number() else { return nil }
        switch kind {
        case .intent:
            guard let fence = number(), let enrollment = number(), let account = number(), let attempt = number(),
                let claimedAt = number(), let beganAt = number(), let body = text(), let message = text(),
                let endpoint = text()
            else { return nil }
            return .intent(
                SendIntent(
                    id: id, fence: fence, enrollmentID: enrollment, accountID: account, attempt: Int(attempt),
                    claimedAt: Instant(milliseconds: claimedAt), beganAt: Instant(milliseconds: beganAt),
                    bodyHash: body ?? "", messageHash: message ?? "", endpoint: endpoint))
        case .result:
            guard let at = number(), let endedAt = number(), let isAmbiguous = number(), let provider = text(),
                let detail = text()
            else { return nil }
            return .result(
                Sent(
                    id: id, at: Instant(milliseconds: at), endedAt: Instant(milliseconds: endedAt),
                    isAmbiguous: isAmbiguous == 1, providerID: provider, detail: detail))
        }
    }

    private mutating func number() -> Int64? {
        var bits: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            bits |= UInt64(byte & 0x7f) << shift
            // The lowest bit is the sign, so that small numbers of either are short.
            if byte < 0x80 { return Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1) }
        }
        return nil
    }

    /// `.some(nil)` for a text that there is none of.
    private mutating func text() -> String?? {
        guard let length = number() else { return nil }
        guard length >= 0 else { return .some(nil) }
        guard length <= bytes.count - place else { return nil }
        defer { place += Int(length) }
        return String(decoding: bytes[place..<place + Int(length)], as: UTF8.self)
    }

    // MARK: - Writing

    static func bytes(of intents: [SendIntent], _ results: [SendIntent.Result]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(224 * intents.count + 64 * results.count)
        for intent in intents {
            for number in [
                Kind.intent.rawValue, intent.id, intent.fence, intent.enrollmentID, intent.accountID,
                Int64(intent.attempt), intent.claimedAt.milliseconds, intent.beganAt.milliseconds,
            ] {
                append(number, to: &bytes)
            }
            append(intent.bodyHash, to: &bytes)
            append(intent.messageHash, to: &bytes)
            append(intent.endpoint, to: &bytes)
        }
        for result in results {
            let settlement = result.settlement
            for number in [
                Kind.result.rawValue, settlement.id, result.at.milliseconds, result.endedAt.milliseconds,
                settlement.isAmbiguous ? 1 : 0,
            ] {
                append(number, to: &bytes)
            }
            append(settlement.providerID, to: &bytes)
            append(settlement.detail, to: &bytes)
        }
        return bytes
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        var bits = UInt64(bitPattern: number << 1) ^ UInt64(bitPattern: number >> 63)
        while bits >= 0x80 {
            bytes.append(UInt8(bits & 0x7f) | 0x80)
            bits >>= 7
        }
        bytes.append(UInt8(bits))
    }

    private static func append(_ text: String?, to bytes: inout [UInt8]) {
        guard let text else { return append(-1, to: &bytes) }
        append(Int64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }
}
