import Foundation
import HTTPTypes
import NIOCore

/// Who a request comes from, as far as budgets tell clients apart: an address of IPv4, or a network of IPv6, of which one
/// client has 2^64 addresses.
package struct ClientAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    /// Nil when the text is no address.
    package init?(_ text: some StringProtocol) {
        // An IPv6 address may name its interface.
        let text = String(text.prefix { $0 != "%" })
        var four = [UInt8](repeating: 0, count: 4)
        var six = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = four
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            // ::ffff:192.0.2.1 is an address of IPv4.
            let isMapped = six.prefix(10).allSatisfy { $0 == 0 } && six[10] == 0xff && six[11] == 0xff
            bytes = Array(isMapped ? six.suffix(4) : six.prefix(8))
        } else {
            return nil
        }
    }

    private init() { bytes = [] }

    /// Where a request comes from: the last address that no trusted proxy has.
    ///
    /// What others wrote into `X-Forwarded-For` is not believed.
    static func of(_ headers: HTTPFields, peer: SocketAddress?, proxies: Set<ClientAddress>) -> ClientAddress {
        var client = peer?.ipAddress.flatMap { ClientAddress($0) } ?? ClientAddress()
        guard !proxies.isEmpty, let name = HTTPField.Name("X-Forwarded-For") else { return client }
        let hops = headers[values: name].flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() {
            let text = hop.filter { !$0.isWhitespace && $0 != "[" && $0 != "]" }
            guard proxies.contains(client), let next = ClientAddress(text) else { break }
            client = next
        }
        return client
    }
}
