import CCurl
import Foundation
import Playbooks

/// One request on its way: a libcurl easy handle and what its callbacks need. Reused for one request after another.
///
/// Belongs to the transport's thread.
final class Transfer {
    private(set) var token: Int64 = 0
    let easy: UnsafeMutableRawPointer
    private var list: UnsafeMutablePointer<curl_slist>?
    private let words: UnsafeMutablePointer<CChar>
    private var request = Request(url: "")
    /// Whether the handle is set up for the last request's endpoint.
    private var isSet = false
    /// Whether libcurl wanted to send the request a second time.
    private var isRepeat = false
    private var headerBlock: [UInt8] = []
    private var body: [UInt8] = []
    private var refusal: String?
    private var isTooLarge = false
    private var mayHaveLeft = false

    /// Nil when libcurl has no memory.
    init?() {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setConstants()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(list)
        words.deallocate()
    }

    private func setConstants() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        kt_set_pointer(easy, CURLOPT_PRIVATE, own)
        kt_set_pointer(easy, CURLOPT_ERRORBUFFER, words)
        kt_set_string(easy, CURLOPT_USERAGENT, Transport.userAgent)
        kt_set_string(easy, CURLOPT_PROXY, "")
        kt_set_long(easy, CURLOPT_NOSIGNAL, 1)
        kt_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        kt_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        kt_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        kt_set_transfer(easy, CURLOPT_HEADERFUNCTION) { Transfer.from($3)?.receiveHeader($0, count: $1 * $2) ?? 0 }
        kt_set_pointer(easy, CURLOPT_HEADERDATA, own)
        kt_set_transfer(easy, CURLOPT_WRITEFUNCTION) { Transfer.from($3)?.receiveBody($0, count: $1 * $2) ?? 0 }
        kt_set_pointer(easy, CURLOPT_WRITEDATA, own)
        kt_set_open_socket(easy) { Transfer.from($0)?.openSocket($2) ?? -1 }
        kt_set_pointer(easy, CURLOPT_OPENSOCKETDATA, own)
        kt_set_before_request(easy) { own, address, _, _, _ in
            Transfer.from(own)?.beforeRequest(to: address) ?? Int32(CURL_PREREQFUNC_ABORT)
        }
        kt_set_pointer(easy, CURLOPT_PREREQDATA, own)
    }

    /// The transfer that libcurl was given; without one a callback refuses, and the request fails.
    private static func from(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
        pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Makes the handle ready; false when libcurl refuses an option.
    func prepare(_ request: Request, token: Int64) -> Bool {
        self.token = token
        isSet = isSet && request.hasEndpoint(of: self.request)
        let hasHeaders =
            list != nil && request.signing == self.request.signing
            && rewriteHeaders(from: self.request.headers, to: request.headers)
        self.request = request
        isRepeat = false
        headerBlock.removeAll(keepingCapacity: true)
        body = []
        refusal = nil
        isTooLarge = false
        mayHaveLeft = false
        words[0] = 0
        // One request of a channel mostly goes where the last one went, with the same headers.
        if !isSet { isSet = setEndpoint(request) }
        return isSet && (!request.hasBody || setBody(request.body)) && (hasHeaders || setHeaders(request.headers))
    }

    /// Writes values that are as long as the last request's into its list, as most keys are; false when a new list is needed.
    private func rewriteHeaders(from last: [Request.Header], to next: [Request.Header]) -> Bool {
        let isAlike =
            last.count == next.count
            && zip(last, next).allSatisfy { old, new in
                old.name == new.name && old.value.utf8.count == new.value.utf8.count
            }
        guard isAlike else { return false }
        // The first line is one of ours where libcurl does not sign.
        var line = request.signing == nil ? list?.pointee.next : list
        for (old, new) in zip(last, next) {
            guard let text = line?.pointee.data else { return false }
            if old.value != new.value {
                var value = new.value
                value.withUTF8 { bytes in
                    let start = UnsafeMutableRawPointer(text) + new.name.utf8.count + 2
                    if let base = bytes.baseAddress { start.copyMemory(from: base, byteCount: bytes.count) }
                }
            }
            line = line?.pointee.next
        }
        return true
    }

    private func setHeaders(_ headers: [Request.Header]) -> Bool {
        curl_slist_free_all(list)
        // libcurl would sign this header and then leave it out.
        list = request.signing == nil ? curl_slist_append(nil, "Expect:") : nil
        for header in headers {
            // libcurl takes "Name:" as an order to leave the header out, "Name;" sends it empty.
            let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
            list = curl_slist_append(list, line)
        }
        guard kt_set_list(easy, CURLOPT_HTTPHEADER, list) == CURLE_OK else {
            curl_slist_free_all(list)
            list = nil
            return false
        }
        return true
    }

    private func setEndpoint(_ request: Request) -> Bool {
        // Without a body there is nothing to rewind: only a connection of its own keeps such a request from being
        // repeated.
        let isOwnConnection = request.body.isEmpty && request.method != "GET" ? 1 : 0
        return kt_set_string(easy, CURLOPT_URL, request.url) == CURLE_OK
            && kt_set_string(easy, CURLOPT_PROTOCOLS_STR, request.allowPlain ? "http,https" : "https") == CURLE_OK
            && kt_set_long(easy, kind(of: request), 1) == CURLE_OK
            && kt_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method) == CURLE_OK
            && kt_set_long(easy, CURLOPT_FRESH_CONNECT, isOwnConnection) == CURLE_OK
            && kt_set_long(easy, CURLOPT_FORBID_REUSE, isOwnConnection) == CURLE_OK
            && kt_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.limit(request.connectTimeout)) == CURLE_OK
            && kt_set_long(easy, CURLOPT_TIMEOUT_MS, Self.limit(request.totalTimeout)) == CURLE_OK
            && setSigning(request.signing)
    }

    /// Of an answer to HEAD no body comes, for which libcurl would wait.
    private func kind(of request: Request) -> CURLoption {
        if request.method == "HEAD" { return CURLOPT_NOBODY }
        return request.hasBody ? CURLOPT_POST : CURLOPT_HTTPGET
    }

    /// Makes libcurl sign, or stop to: the handle may have signed for another channel.
    private func setSigning(_ signing: Request.Signing?) -> Bool {
        kt_set_long(easy, CURLOPT_HTTPAUTH, 1) == CURLE_OK
            && kt_set_string(easy, CURLOPT_AWS_SIGV4, signing?.provider) == CURLE_OK
            && kt_set_string(easy, CURLOPT_USERNAME, signing?.accessKey) == CURLE_OK
            && kt_set_string(easy, CURLOPT_PASSWORD, signing?.secretKey) == CURLE_OK
    }

    /// Gives libcurl a copy, which it sends together with the headers; a read callback's body leaves in a packet of its own.
    private func setBody(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            kt_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)) == CURLE_OK
                && kt_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? .init(words)))
                    == CURLE_OK
        }
    }

    /// Milliseconds from 1 to ten minutes: libcurl takes 0 as "for ever".
    private static func limit(_ span: TimeSpan) -> Int { Int(min(max(span.milliseconds, 1), 600_000)) }

    /// What came of it, once libcurl is done with the handle or the transport ends it.
    func response(_ code: CURLcode?) -> Response {
        var status = 0
        kt_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        var microseconds: curl_off_t = 0
        kt_get_offset(easy, CURLINFO_TOTAL_TIME_T, &microseconds)
        return Response(
            failure: failure(code), status: status, headerBlock: headerBlock, body: body, mayHaveLeft: mayHaveLeft,
            duration: TimeSpan(milliseconds: Int64(microseconds) / 1_000))
    }

    private func failure(_ code: CURLcode?) -> Response.Failure? {
        if let refusal { return .refused(refusal) }
        if isTooLarge { return .tooLarge }
        if isRepeat {
            return .curl(code: Int(CURLE_GOT_NOTHING.rawValue), message: "The connection died before an answer began")
        }
        guard let code else { return .aborted }
        guard code != CURLE_OK else { return nil }
        let text = words[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: words)
        return .curl(code: Int(code.rawValue), message: text)
    }

    // MARK: - What libcurl calls

    private func receiveHeader(_ bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
        guard let bytes else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: count)
        // Each status line begins a new block; the last one is the answer's.
        if line.starts(with: "HTTP/".utf8) { headerBlock.removeAll(keepingCapacity: true) }
        guard headerBlock.count + count <= Transport.responseLimit else {
            isTooLarge = true
            return 0
        }
        headerBlock.append(contentsOf: line)
        return count
    }

    private func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
        guard let bytes, body.count + count <= Transport.responseLimit else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let socket = AddressRule.socket(to: address, allowsPrivate: request.allowPrivate) else {
            refuseAddress()
            return -1
        }
        return socket
    }

    /// Called when the connection stands, new or reused, and the request is about to leave.
    ///
    /// When a reused connection dies before an answer began, libcurl sends the request again by itself, after the server
    /// may have acted on it; the second call puts an end to that.
    private func beforeRequest(to address: UnsafeMutablePointer<CChar>?) -> Int32 {
        guard !mayHaveLeft else {
            isRepeat = true
            return Int32(CURL_PREREQFUNC_ABORT)
        }
        if !request.allowPrivate {
            // Another channel may have opened this connection.
            guard let address, AddressRule.isPublic(String(cString: address)) else {
                refuseAddress()
                return Int32(CURL_PREREQFUNC_ABORT)
            }
        }
        mayHaveLeft = true
        return Int32(CURL_PREREQFUNC_OK)
    }

    private func refuseAddress() {
        refusal = AddressRule.refusal
    }
}
