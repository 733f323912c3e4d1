import HTTPTypes
import Playbooks

/// A request for a tracked link or picture, as far as it tells whether a person or a program made it.
///
/// Mail scanners follow links and load pictures before anybody reads a message. The rules are told in docs/pages.md; what
/// they take for a machine's is recorded as `machine_clicked` or `machine_opened`, which no condition reads.
struct Visit {
    var method: HTTPRequest.Method
    var userAgent: String
    /// Whether the client says that it only looks ahead.
    var isPrefetch: Bool
    var at: Instant
    /// When the message was handed over; nil when that is not known.
    var sentAt: Instant?

    /// Nobody reads and clicks as fast as this.
    static let haste = TimeSpan(milliseconds: 2_000)

    /// What programs that read mail call themselves, in small letters.
    private static let programs = [
        "bot", "crawl", "spider", "preview", "scan", "proofpoint", "mimecast", "barracuda", "safelinks", "urldefense",
        "facebookexternalhit", "whatsapp", "headless", "phantomjs", "curl/", "wget/", "python", "java/", "ruby",
        "go-http-client", "okhttp", "libwww", "httpclient", "axios", "node-fetch", "googleimageproxy",
        "yahoomailproxy",
    ]

    var isByMachine: Bool {
        if method == .head || isPrefetch { return true }
        if let sentAt, at - sentAt < Self.haste { return true }
        let agent = userAgent.lowercased()
        // Apple's proxy says no more than this, and loads every picture of every mail.
        return agent.isEmpty || agent == "mozilla/5.0" || Self.programs.contains { agent.contains($0) }
    }

    init(method: HTTPRequest.Method, headers: HTTPFields, at: Instant, sentAt: Instant?) {
        self.method = method
        self.at = at
        self.sentAt = sentAt
        userAgent = headers[.userAgent] ?? ""
        isPrefetch = ["Purpose", "Sec-Purpose", "X-Purpose", "X-Moz"].contains { name in
            let value = HTTPField.Name(name).flatMap { headers[$0] }?.lowercased() ?? ""
            return value.contains("prefetch") || value.contains("preview")
        }
    }
}
