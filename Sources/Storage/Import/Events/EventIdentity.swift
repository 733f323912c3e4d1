import Basics
import Crypto

/// What an event is known by within its kind and its account: the text of `event.dedup`.
///
/// - With a sender's id: the id; two accounts may number their events alike.
/// - Without one: its moment, and a digest of account, kind, contact, moment and all properties as they were sent. What
///   `data.yaml` makes of them has no part in the digest, so that an edit of it makes no old event new.
struct EventIdentity {
    private(set) var text: [UInt8] = []
    private var bytes: [UInt8] = []

    /// - Parameters:
    ///   - written: the moment as it was sent.
    ///   - contact: the key or the address that the event names; empty for none.
    ///   - sent: in the order of names, which count without case, blanks and signs.
    mutating func take(
        account: Cell, kind: String, at: Int64, written: Cell, contact: Cell, sent: [EventProperties.Sent]
    ) {
        begin([account, contact, written], kind)
        for property in sent {
            add(property.plainName)
            add(property.value)
        }
        finish(at, mark: UInt8(ascii: "."))
    }

    /// The digest that programs made before: of the declared properties, as they are stored.
    mutating func takeEarlier(_ names: [Cell], _ kind: String, _ at: Int64, properties: [UInt8]) {
        begin(names, kind)
        withUnsafeBytes(of: at.littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: properties)
        finish(at, mark: UInt8(ascii: "-"))
    }

    private mutating func begin(_ names: [Cell], _ kind: String) {
        bytes.removeAll(keepingCapacity: true)
        for name in names { add(name) }
        bytes.append(contentsOf: kind.utf8)
    }

    private mutating func add(_ text: Cell) {
        bytes.append(contentsOf: text)
        bytes.append(0)
    }

    /// The moment in hexadecimal, so that new entries of the index lie side by side, and 80 bits of SHA-256.
    private mutating func finish(_ at: Int64, mark: UInt8) {
        text.removeAll(keepingCapacity: true)
        let time = UInt64(bitPattern: at &+ 1 << 44)
        for shift in stride(from: 44, through: 0, by: -4) {
            text.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: time >> UInt64(shift)) & 15))
        }
        text.append(mark)
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        for byte in hash.finalize().prefix(10) { Hexadecimal.append(byte, to: &text) }
    }
}

/// A name without case, blanks and signs: `Invoice ID`, `invoice_id` and `invoiceId` are one.
enum PlainName {
    static func bytes(_ name: some Sequence<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        for byte in name {
            switch byte {
            case 0x30...0x39, 0x61...0x7a, 0x80...: plain.append(byte)
            case 0x41...0x5a: plain.append(byte | 0x20)
            default: continue
            }
        }
        return plain
    }
}
