extension KeyTable {
    /// `channels/*.yaml`
    package static let channel = KeyTable([
        Key(
            "channel", .text, required: true, "Its name, which is also the file's; that of a preset fills in the rest."),
        Key(
            "preset", .choice(ChannelPreset.names), "The preset that fills in the rest, for a channel of another name."),
        Key(
            "kind", .choice(Channel.Kind.allCases.map(\.rawValue)),
            "What it carries; needed without a preset. A file that says it stands on its own, unless it says preset."),
        Key("needs", .mapping(.text), "Variables that must be given under vars, with what they are."),
        Key("vars", .mapping(.text), "Values for `{{ vars.NAME }}`; an empty one drops its key."),
        Key("request", .table(.request), "The HTTP request; needed without a preset."),
        Key("auth", .table(.auth), "How requests prove who they are from."),
        Key("body", .either([.choice(["none"]), .table(.body)]), "The body of the request."),
        Key("response", .table(.response), "How answers are understood."),
        Key("limits", .table(.limits), "How fast it may go."),
        Key("batch", .table(.batch), "How several touches travel in one request; with limits.batch."),
        Key("idempotency", .either([.choice(["none"]), .table(.idempotency)]), "Whether repeats are recognized."),
        Key(
            "on_unknown", .choice(Channel.OnUnknown.allCases.map(\.rawValue)),
            "What becomes of a touch that may or may not have been sent; hold by default."),
        Key("track", .table(.track), "What is led over base_url so that it is seen; nothing by default."),
        Key(
            "events", .either([.choice(Channel.Dialect.allCases.map(\.rawValue)), .table(.events)]),
            "The webhooks that report back: their dialect, or that and the key."),
        Key("allow_private", .boolean, "Whether it may use http and private addresses."),
    ])

    static let track = KeyTable([
        Key("links", .boolean, "Whether clicks on links are seen."),
        Key("opens", .boolean, "With kind: email, whether a picture tells that a message was opened."),
    ])

    static let request = KeyTable([
        Key("method", .choice(["POST", "PUT", "PATCH"]), "POST by default."),
        Key("url", .text, required: true, "Where it goes; an env: reference where the URL is the secret."),
        Key("query", .mapping(.text), "Parameters that are added to the URL."),
        Key("timeout", .table(.timeout), "How long it may take."),
        Key("headers", .mapping(.text), "More headers."),
    ])

    static let timeout = KeyTable([
        Key("connect", .duration, "Until connected; 5s by default."),
        Key("total", .duration, "Until answered; 30s by default."),
    ])

    static let auth = KeyTable([
        Key("kind", .choice(AuthReader.kinds), required: true, "The way."),
        Key("token", .secret, "For bearer."),
        Key("user", .text, "For basic."),
        Key("password", .secret, "For basic."),
        Key("name", .text, "For header and query: its name."),
        Key("scheme", .text, "For header: a word before the value."),
        Key("value", .secret, "For header, query and body, where it is `{{ secret }}`."),
        Key("service", .text, "For sigv4: the AWS service."),
        Key("region", .text, "For sigv4: the AWS region."),
        Key("access_key", .secret, "For sigv4."),
        Key("secret_key", .secret, "For sigv4."),
        Key("session_token", .secret, "For sigv4: used when it is set."),
        Key("key", .secret, "For hmac; behind whsec_ in base64."),
        Key("payload", .text, "For hmac: what is signed, with `{{ timestamp }}` and `{{ body }}`."),
        Key("encoding", .choice(Channel.Auth.HMAC.Encoding.allCases.map(\.rawValue)), "For hmac; base64 by default."),
        Key("headers", .mapping(.text), "For hmac: the headers, with `{{ signature }}`."),
    ])

    static let body = KeyTable([
        Key("kind", .choice(["json", "form", "none"]), required: true, "The encoding."),
        Key("template", .anything, "For json: the body; `{{ }}` keeps types, a missing value drops its key."),
        Key("fields", .mapping(.anything), "For form: the fields; a list repeats its field."),
    ])

    static let response = KeyTable([
        Key("id", placeShape, "Where the provider's id of the message stands."),
        Key("error", .table(.responseError), "Where an error is explained."),
        Key("rules", .list(.table(.rule)), "The first that fits decides."),
    ])

    static let placeShape = Shape.either([.form("^(none|/.*)$", examples: ["/id", "none"]), .table(.place)])

    static let place = KeyTable([
        Key("header", .text, "A header."),
        Key("pointer", .form("^/", examples: ["/id"]), "A JSON pointer into the body."),
    ])

    static let responseError = KeyTable([
        Key("message", placeShape, "The sentence."),
        Key("code", placeShape, "The code."),
    ])

    static let rule = KeyTable([
        Key(
            "status",
            .oneOrMore(.either([.integer(100...599), .form(#"^\d{3}-\d{3}$"#, examples: ["400-499"])])),
            "A status, a range or a list of them."),
        Key("header", .mapping(.text), "Headers with their value, or ~(a|b) for one that it contains."),
        Key("body", .mapping(.anything), "JSON pointers with a value, a list, ~(a|b) or >n."),
        Key("text", .text, "The whole body, or ~(a|b) for one that it contains."),
        Key("then", .choice(Channel.ResponseClass.allCases.map(\.rawValue)), required: true, "What it means."),
        Key("after", .oneOrMore(.table(.retryAfter)), "With retry: where the answer says when; the first present one."),
        Key("max_attempts", .integer(1...100), "With retry: how often at most."),
        Key("reason", placeShape, "Where the answer gives the reason."),
    ])

    static let retryAfter = KeyTable([
        Key("header", .text, "A header."),
        Key("pointer", .form("^/", examples: ["/retry_after"]), "A JSON pointer into the body."),
        Key("as", .choice(["seconds", "epoch", "epoch_ms"]), "The unit; seconds (or an HTTP date) by default."),
    ])

    static let limits = KeyTable([
        Key("per_second", .number(0.001...100_000), "Requests a second; no limit by default."),
        Key("in_flight", .integer(1...1_000), "Requests under way at once; 8 by default."),
        Key("batch", .integer(1...1_000), "Touches in one request, where the channel has batch; 1 turns it off."),
    ])

    static let batch = KeyTable([
        Key("url", .text, "Where it goes; the URL of request by default."),
        Key("body", .table(.body), "The body of one touch in such a request; that of the channel by default."),
        Key(
            "items", .oneOrMore(.form("^/.+", examples: ["/personalizations"])),
            "Where the bodies differ: what the touches have there becomes one list; by default the whole bodies do."),
        Key(
            "by_address", .form("^/.+", examples: ["/recipient-variables"]),
            "Where what the touches have becomes an object, under their addresses."),
        Key(
            "results", .form("^(whole|/.+)$", examples: ["/data", "whole"]),
            "Where the answer has one result for each touch, in order; by default the answer counts for all."),
    ])

    static let idempotency = KeyTable([
        Key("header", .text, "The header that carries the key."),
        Key("body", .form("^/", examples: ["/idempotency_key"]), "The JSON pointer where the key is put."),
        Key("lifetime", .duration, required: true, "How long the provider remembers keys."),
    ])
}
