import Basics
import Crypto

/// What an event is known by within its kind and its account: the text of `event.dedup`.
///
/// - With a sender's id: the id; two accounts may number their events alike.
/// - Without one: a digest of account, kind, moment, contact and all properties as they were sent. What `data.yaml` makes
///   of them has no part in it, so that an edit of it makes no old event new.
struct EventIdentity {
    private(set) var text: [UInt8] = []
    private var places: [Int] = []

    /// - Parameters:
    ///   - contact: the key or the address that the event names; empty for none.
    ///   - sent: in any order; names count without case, blanks and signs.
    mutating func take(
        account: Cell, kind: String, at: Int64, contact: Cell, sent: [EventProperties.Sent]
    ) {
        var hash = SHA256()
        Self.add(account, to: &hash)
        Self.add(contact, to: &hash)
        hash.update(data: Array(kind.utf8))
        withUnsafeBytes(of: at.littleEndian) { hash.update(bufferPointer: $0) }
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: sent.indices)
        places.sort { left, right in
            let (first, second) = (sent[left], sent[right])
            return first.plainName.isEqual(to: second.plainName)
                ? first.value.precedes(second.value) : first.plainName.precedes(second.plainName)
        }
        for place in places {
            Self.add(sent[place].plainName, to: &hash)
            Self.add(sent[place].value, to: &hash)
        }
        take(hash, at, mark: UInt8(ascii: "."))
    }

    /// The digest that programs made before: of the declared properties, as they are stored.
    mutating func takeEarlier(_ names: [Cell], _ kind: String, _ at: Int64, properties: [UInt8]) {
        var hash = SHA256()
        for name in names { Self.add(name, to: &hash) }
        hash.update(data: Array(kind.utf8))
        withUnsafeBytes(of: at.littleEndian) { hash.update(bufferPointer: $0) }
        properties.withUnsafeBytes { hash.update(bufferPointer: $0) }
        take(hash, at, mark: UInt8(ascii: "-"))
    }

    private static func add(_ text: Cell, to hash: inout SHA256) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(text))
        hash.update(data: [0])
    }

    /// The moment in hexadecimal, so that new entries of the index lie side by side, and 80 bits of SHA-256.
    private mutating func take(_ hash: SHA256, _ at: Int64, mark: UInt8) {
        text.removeAll(keepingCapacity: true)
        let time = UInt64(bitPattern: at &+ 1 << 44)
        for shift in stride(from: 44, through: 0, by: -4) {
            text.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: time >> UInt64(shift)) & 15))
        }
        text.append(mark)
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
