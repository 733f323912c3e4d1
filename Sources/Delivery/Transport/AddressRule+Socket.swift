import CCurl
import Foundation

extension AddressRule {
    static let finding = "the address is loopback, private or reserved"
    /// What the person is told whose address is refused.
    static let refusal = "\(finding); write \"allow_private: true\" if that is meant"

    /// A socket for an address that libcurl is about to connect to; nil when the address is refused.
    static func socket(to address: UnsafeMutablePointer<curl_sockaddr>?, allowsPrivate: Bool) -> curl_socket_t? {
        guard let address else { return nil }
        let (family, kind, way) = (address.pointee.family, address.pointee.socktype, address.pointee.protocol)
        if !allowsPrivate {
            guard let raw = kt_address(address), isPublic(family: family, address: raw) else { return nil }
        }
        return Foundation.socket(family, kind | Int32(SOCK_CLOEXEC.rawValue), way)
    }
}
