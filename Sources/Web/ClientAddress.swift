import Foundation
import HTTPTypes
import NIOCore

/// Who a request comes from: an address of IPv4 or IPv6.
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
            bytes = Array(isMapped ? six.suffix(4) : six[...])
        } else {
            return nil
        }
    }

    private init(bytes: [UInt8] = []) { self.bytes = bytes }

    /// As far as budgets tell clients apart: of IPv6 one client has 2^64 addresses.
    var network: ClientAddress { bytes.count == 16 ? ClientAddress(bytes: Array(bytes.prefix(8))) : self }

    /// `203.0.113.9:4711` and `[2001:db8::1]:4711` name a port.
    private static func withoutPort(_ hop: Substring) -> String {
        let text = hop.filter { !$0.isWhitespace }
        if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
        return text.count(where: { $0 == ":" }) == 1 ? String(text.prefix { $0 != ":" }) : String(text)
    }

    /// Where a request comes from: the last address that no trusted proxy has.
    ///
    /// What others wrote into `X-Forwarded-For` is not believed.
    static func of(_ headers: HTTPFields, peer: SocketAddress?, proxies: Set<ClientAddress>) -> ClientAddress {
        var client = peer?.ipAddress.flatMap { ClientAddress($0) } ?? ClientAddress()
        guard !proxies.isEmpty, let name = HTTPField.Name("X-Forwarded-For") else { return client }
        let hops = headers[values: name].flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() {
            guard proxies.contains(client), let next = ClientAddress(Self.withoutPort(hop)) else { break }
            client = next
        }
        return client
    }
}
