import Foundation

/// Which network addresses a channel may connect to when it does not say `allow_private: true`: public ones only.
///
/// Loopback, private, link-local, shared, reserved and multicast ranges are refused, and so are IPv6 addresses that
/// carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo), because they lead to the same places.
package enum AddressRule {
    /// An address in text, as libcurl reports it; text that is no address is refused.
    package static func isPublic(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return withUnsafeBytes(of: &four) { isPublic(four: Array($0)) }
        }
        // A zone (`fe80::1%eth0`) belongs to link-local addresses only.
        if inet_pton(AF_INET6, text, &six) == 1 {
            return withUnsafeBytes(of: &six) { isPublic(six: Array($0)) }
        }
        return false
    }

    /// A `sockaddr` of the given family.
    static func isPublic(family: Int32, address: UnsafeRawPointer) -> Bool {
        switch family {
        case AF_INET:
            let four = address.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: four) { isPublic(four: Array($0)) }
        case AF_INET6:
            let six = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: six) { isPublic(six: Array($0)) }
        default:
            return false
        }
    }

    private static func isPublic(four b: [UInt8]) -> Bool {
        guard b.count == 4 else { return false }
        switch (b[0], b[1], b[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): return false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): return false
        default: return true
        }
    }

    private static func isPublic(six b: [UInt8]) -> Bool {
        // Global unicast is 2000::/3, without Teredo and other protocol assignments (2001::/23), documentation
        // (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16).
        guard b.count == 16, b[0] & 0xe0 == 0x20 else { return false }
        switch (b[0], b[1], b[2], b[3]) {
        case (0x20, 0x01, 0...1, _), (0x20, 0x01, 0x0d, 0xb8), (0x20, 0x02, _, _): return false
        case (0x3f, 0xff, 0...0x0f, _): return false
        default: return true
        }
    }
}
