import Basics
import Delivery
package import HTTPTypes

/// A webhook as it came in: nothing of it is believed yet.
package struct Webhook: Sendable {
    package var headers: HTTPFields
    /// The raw bytes, over which providers sign.
    package var body: [UInt8]
    /// The part of the path behind the channel's name, which may be the shared secret.
    package var token: String?
    /// The address under which the provider knows this endpoint, without the token and with the query that it came with.
    package var url: String

    package init(headers: HTTPFields = HTTPFields(), body: [UInt8], token: String? = nil, url: String = "") {
        self.headers = headers
        self.body = body
        self.token = token
        self.url = url
    }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    func required(_ name: String) throws(Refusal) -> String {
        guard let value = header(name), !value.isEmpty else { throw Refusal("the header \(name) is missing") }
        return value
    }

    func json() throws(Unreadable) -> JSON {
        guard let json = JSON(parsing: body) else { throw Unreadable("the body is not JSON") }
        return json
    }
}

/// Why a webhook is not believed.
package struct Refusal: Error, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Why a webhook that is believed cannot be understood.
package struct Unreadable: Error, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
