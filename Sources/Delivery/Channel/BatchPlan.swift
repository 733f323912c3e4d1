import Basics
import Crypto
import Playbooks

/// How the touches of one request come together: each body is taken apart into its parts and what all must share.
package struct BatchPlan: Sendable {
    package let most: Int
    let body: RequestBuilder.Body
    private let url: Channel.Text?
    private let items: [String]
    private let byAddress: String?

    /// What one touch brings into a request of several.
    package struct Part: Sendable {
        /// The request that carries this touch alone.
        package let alone: Request
        /// Touches of one request have the same shell.
        package let shell: Shell
        /// As they stand at `items`, and then at `byAddress`.
        fileprivate let parts: [JSON]
        /// Where it goes; only one touch of a request may go there when parts are told apart by it.
        package let address: String?
    }

    /// A request without what differs between its touches.
    package struct Shell: Sendable, Hashable {
        fileprivate var url: String
        fileprivate var headers: [Request.Header]
        fileprivate var rest: JSON
    }

    init(_ batch: Channel.Batch, of channel: Channel) throws(TextComplaint) {
        most = batch.most
        url = try batch.url.map { text throws(TextComplaint) in try Channel.Text(text, vars: channel.vars) }
        body = try RequestBuilder.Body(batch.body ?? channel.body, vars: channel.vars)
        items = batch.items
        byAddress = batch.byAddress
    }

    /// Takes a touch's request apart; nil when it can only go alone.
    package func part(of envelope: Envelope, alone: Request) -> Part? {
        var rest: JSON
        switch body {
        case .none: return nil
        case .json(let plan): rest = plan.value(in: envelope) ?? .object([])
        case .form(let plan): rest = .object(plan.members(in: envelope))
        }
        var parts: [JSON] = []
        if items.isEmpty {
            (parts, rest) = ([rest], .null)
        }
        for place in items + [byAddress].compactMap({ $0 }) {
            guard let part = rest[pointer: place] else { return nil }
            parts.append(part)
            rest = rest.replacing(place, by: .null)
        }
        let address = byAddress == nil ? nil : envelope.to?.email
        if byAddress != nil, address == nil { return nil }
        let headers = alone.headers.map { header in
            header.value == alone.idempotencyKey ? Request.Header(header.name, "") : header
        }
        guard let url = url.map({ $0.url(in: envelope) }) ?? alone.url else { return nil }
        let shell = Shell(url: url, headers: headers, rest: rest)
        return Part(alone: alone, shell: shell, parts: parts, address: address)
    }

    /// The request of several touches: a pure function of them and their order.
    ///
    /// - Parameter touches: of one shell, at least one.
    package func request(of touches: [Part]) -> Request? {
        guard var request = touches.first?.alone, let shell = touches.first?.shell else { return nil }
        let keys = touches.map(\.alone.idempotencyKey).joined(separator: " ")
        let key = "b\(Hexadecimal.text(SHA256.hash(data: Array(keys.utf8))).prefix(40))"
        request.headers = zip(request.headers, shell.headers).map { own, shared in
            own.value == request.idempotencyKey && shared.value.isEmpty ? Request.Header(own.name, key) : own
        }
        request.idempotencyKey = key
        request.url = shell.url
        let json = json(of: touches, shell)
        if case .form = body, case .object(let members) = json {
            request.body = FormPlan.encoded(members)
        } else {
            request.body = json.encoded
        }
        request.bodyHash = Hexadecimal.text(SHA256.hash(data: request.body))
        return request
    }

    private func json(of touches: [Part], _ shell: Shell) -> JSON {
        func joined(_ index: Int) -> JSON {
            .list(
                touches.flatMap { touch -> [JSON] in
                    guard touch.parts.indices.contains(index) else { return [] }
                    if case .list(let items) = touch.parts[index] { return items }
                    return [touch.parts[index]]
                })
        }
        guard !items.isEmpty else { return joined(0) }
        var json = shell.rest
        for (index, place) in items.enumerated() { json = json.replacing(place, by: joined(index)) }
        if let byAddress {
            let members = touches.compactMap { touch in
                touch.address.flatMap { address in touch.parts.last.map { JSON.Member(address, $0) } }
            }
            json = json.replacing(byAddress, by: .object(members))
        }
        return json
    }
}

extension JSON {
    /// The value with another one at the JSON pointer, where something stands.
    func replacing(_ pointer: String, by value: JSON) -> JSON {
        replacing(pointer.split(separator: "/")[...], by: value)
    }

    private func replacing(_ path: ArraySlice<Substring>, by value: JSON) -> JSON {
        guard let key = path.first else { return value }
        guard case .object(var members) = self, let index = members.lastIndex(where: { $0.key == key }) else {
            return self
        }
        members[index].value = members[index].value.replacing(path.dropFirst(), by: value)
        return .object(members)
    }
}
