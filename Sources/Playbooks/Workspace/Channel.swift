/// A declared HTTP endpoint that carries touches (`channels/*.yaml`, or a preset).
package struct Channel: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Hashable {
        case email, inApp = "in_app", push, sms, webhook

        /// Whether caps and send windows act on it.
        package var isCapped: Bool { self == .email || self == .push || self == .sms }
    }

    package enum Auth: Sendable, Hashable {
        case none
        case bearer(token: Secret)
        /// The user may be an `env:` or `file:` reference too.
        case basic(user: String, password: Secret)
        /// The scheme is a word before the value: `Key ...`.
        case header(name: String, value: Secret, scheme: String? = nil)
        /// A parameter of the URL.
        case query(name: String, value: Secret)
        /// `{{ secret }}` in the body.
        case body(value: Secret)
        case sigv4(SigV4)
        case hmac(HMAC)

        /// AWS Signature Version 4.
        package struct SigV4: Sendable, Hashable {
            package var service: String
            /// May hold `{{ vars.NAME }}`.
            package var region: String
            package var accessKey: Secret
            package var secretKey: Secret
            /// Used when it is set.
            package var sessionToken: Secret?
        }

        /// A signature over texts that may hold `{{ timestamp }}`, in seconds since 1970, and `{{ body }}`.
        package struct HMAC: Sendable, Hashable {
            package enum Encoding: String, Sendable, CaseIterable {
                case base64, hex
            }

            package var key: Secret
            package var payload: String
            package var encoding = Encoding.base64
            /// May hold `{{ signature }}` too.
            package var headers: [Template.Field] = []
        }
    }

    package enum Body: Sendable, Hashable {
        case json(Template)
        /// Fields in order; a list value repeats the field.
        case form([Template.Field])
        case none
    }

    /// A part of a request body as written in YAML, in the order of the file.
    package indirect enum Template: Sendable, Hashable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        /// May hold `{{ }}`; exactly one of them keeps its value's type.
        case text(String)
        case list([Template])
        /// Keys that start with `$` (`$if`, `$each`, `$merge`, `$spread`) are structural.
        case object([Field])

        package struct Field: Sendable, Hashable {
            package var key: String
            package var value: Template

            package init(_ key: String, _ value: Template) {
                self.key = key
                self.value = value
            }
        }
    }

    /// Where a value stands in a response.
    package enum Place: Sendable, Hashable {
        case header(String)
        /// A JSON pointer into the body, `/errors/0/message`.
        case pointer(String)
    }

    package enum ResponseClass: String, Sendable, CaseIterable {
        case accepted, retry, reject, suppress, duplicate, halt
    }

    /// The first rule whose tests all hold decides; what none matches follows `facts/reliability.md` 2.4.
    package struct Rule: Sendable, Hashable {
        package var status: [ClosedRange<Int>] = []
        /// The header's value equals (or, written `~...`, contains one of `(a|b)`).
        package var headers: [String: String] = [:]
        package var pointers: [String: Test] = [:]
        /// The whole body.
        package var text: String?
        package var then: ResponseClass
        package var after: [RetryAfter] = []
        package var maxAttempts: Int?
        /// Where the answer gives the reason; the channel's place of errors when nil.
        package var reason: Place?

        package init(then: ResponseClass) {
            self.then = then
        }
    }

    package enum Test: Sendable, Hashable {
        case oneOf([Value])
        case contains([String])
        case greater(Double)
    }

    package struct RetryAfter: Sendable, Hashable {
        package enum Unit: String, Sendable, CaseIterable {
            case seconds, epoch, epochMilliseconds = "epoch_ms"
        }

        package var place: Place
        package var unit: Unit

        package init(_ place: Place, as unit: Unit = .seconds) {
            self.place = place
            self.unit = unit
        }
    }

    package enum Idempotency: Sendable, Hashable {
        case none
        case header(name: String, lifetime: TimeSpan)
        case body(pointer: String, lifetime: TimeSpan)

        package var lifetime: TimeSpan? {
            switch self {
            case .none: nil
            case .header(_, let lifetime), .body(_, let lifetime): lifetime
            }
        }
    }

    package enum OnUnknown: String, Sendable, CaseIterable {
        case hold, assumeSent = "assume_sent", resend
    }

    package var name: String
    package var kind: Kind
    package var vars: [String: String] = [:]
    package var method = "POST"
    /// May hold `{{ }}`, or be an `env:` reference where the URL is the secret.
    package var url: String
    /// Parameters that are added to the URL.
    package var query: [Template.Field] = []
    package var headers: [Template.Field] = []
    package var connectTimeout: TimeSpan = .seconds(5)
    package var totalTimeout: TimeSpan = .seconds(30)
    package var allowPrivate = false
    package var auth: Auth = .none
    package var body: Body = .none
    package var id: Place?
    package var errorMessage: Place?
    package var errorCode: Place?
    package var rules: [Rule] = []
    /// Requests per second; no limit when nil.
    package var perSecond: Double?
    package var inFlight = 8
    /// Nil where each touch has a request of its own.
    package var batch: Batch?
    package var idempotency: Idempotency = .none
    package var onUnknown: OnUnknown = .hold
    /// The webhooks that report back.
    package var events: Events?
    /// What of its messages is led over the workspace's own address, so that it is seen.
    package var track = Track()
    package var position: Position

    package init(name: String, kind: Kind, url: String, position: Position) {
        self.name = name
        self.kind = kind
        self.url = url
        self.position = position
    }
}

extension Channel {
    /// The secrets that it refers to, in the order of the file; `isOptional` where it does without.
    package var secrets: [(reference: Secret.Reference, isOptional: Bool)] {
        var found: [(Secret.Reference, Bool)] = Secret.Reference(url).map { [($0, false)] } ?? []
        switch auth {
        case .none: break
        case .bearer(let secret), .header(_, let secret, _), .query(_, let secret), .body(let secret):
            found.append((secret.reference, false))
        case .basic(let user, let password):
            if let user = Secret.Reference(user) { found.append((user, false)) }
            found.append((password.reference, false))
        case .sigv4(let auth):
            found += [(auth.accessKey.reference, false), (auth.secretKey.reference, false)]
            if let token = auth.sessionToken { found.append((token.reference, true)) }
        case .hmac(let auth): found.append((auth.key.reference, false))
        }
        return found
    }
}

/// A reference to a secret, `env:NAME` or `file:PATH`; never stored, never logged, resolved by `Delivery` when needed.
package struct Secret: Sendable, Hashable, CustomStringConvertible {
    package enum Reference: Sendable, Hashable {
        case environment(String)
        case file(String)
        /// A value written in the file itself; `check` warns.
        case literal(String)
    }

    package var reference: Reference

    package init(_ reference: Reference) {
        self.reference = reference
    }

    package var description: String { "***" }
}

extension Secret.Reference {
    /// `env:NAME` or `file:PATH`; nil for other text.
    package init?(_ text: String) {
        if text.hasPrefix("env:") {
            self = .environment(String(text.dropFirst(4)))
        } else if text.hasPrefix("file:") {
            self = .file(String(text.dropFirst(5)))
        } else {
            return nil
        }
    }
}
