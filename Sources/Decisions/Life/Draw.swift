import Crypto
package import Playbooks

/// The lot behind arms and variants: a number in [0, 1) that is the same for the same two texts everywhere.
package enum Draw {
    package static func number(salt: String, key: String) -> Double {
        number(salt: salt.utf8, key: key.utf8)
    }

    /// The first 52 bits of SHA-256 over salt, a zero byte and key, as a fraction.
    package static func number(salt: some Collection<UInt8>, key: some Collection<UInt8>) -> Double {
        var hash = SHA256()
        hash.update(data: Array(salt))
        hash.update(data: [0])
        hash.update(data: Array(key))
        var bits: UInt64 = 0
        for byte in hash.finalize().prefix(7) { bits = bits << 8 | UInt64(byte) }
        return Double(bits >> 4) / 4_503_599_627_370_496
    }

    /// The variant by cumulative weight; nil without variants.
    package static func variant(of playbook: Playbook, key: String) -> String? {
        guard playbook.variants.count > 1 else { return playbook.variants.first?.name }
        return variant(of: playbook, at: number(salt: playbook.experiment + "/variant", key: key))
    }

    /// The variant at a place in [0, 1).
    static func variant(of playbook: Playbook, at place: Double) -> String? {
        let total = playbook.variants.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        for variant in playbook.variants.dropLast() {
            sum += variant.weight
            if place < sum / total { return variant.name }
        }
        // The last bound is never reached, whatever rounding makes of it.
        return playbook.variants.last?.name
    }
}
