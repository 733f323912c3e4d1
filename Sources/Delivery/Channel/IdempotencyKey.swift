import Basics
import Crypto

/// The key by which a provider recognizes a touch that it already took.
enum IdempotencyKey {
    /// A version 8 UUID (RFC 9562) from the SHA-256 of the key, for providers that want one.
    static func uuid(of key: String) -> String {
        var bytes = Array(SHA256.hash(data: Array(key.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        var result = ""
        for (index, digit) in Hexadecimal.text(bytes).enumerated() {
            if [8, 12, 16, 20].contains(index) { result.append("-") }
            result.append(digit)
        }
        return result
    }
}

extension JSON {
    /// The value with a text at the JSON pointer, where nothing stands yet; missing objects on the way are made.
    func adding(_ text: String, at pointer: String) -> JSON {
        guard self[pointer: pointer] == nil else { return self }
        return adding(text, at: pointer.split(separator: "/")[...])
    }

    private func adding(_ text: String, at path: ArraySlice<Substring>) -> JSON {
        guard let key = path.first else { return .text(text) }
        guard case .object(var members) = self else { return self }
        let rest = path.dropFirst()
        if let index = members.firstIndex(where: { $0.key == key }) {
            members[index].value = members[index].value.adding(text, at: rest)
        } else {
            members.append(Member(String(key), JSON.object([]).adding(text, at: rest)))
        }
        return .object(members)
    }
}
