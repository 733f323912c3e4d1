import CCurl
import Foundation
package import Playbooks

/// Fetches a large answer into a file; blocks its thread until all of it is there.
///
/// Redirects and proxies are off, and private addresses are refused where they are not meant, as for every request.
package struct Download: Sendable {
    package var url: String
    package var token: String?
    package var allowsPrivate: Bool
    /// How long the server may take to begin, or say nothing in between.
    package var patience: TimeSpan

    /// Why there is no file; holds no secret.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// In bytes, after decompression.
    private static let largest = 4 << 30
    /// How long the whole may take, as a multiple of `patience`.
    private static let mostPatience = 6

    package init(url: String, token: String? = nil, allowsPrivate: Bool, patience: TimeSpan) {
        self.url = url
        self.token = token
        self.allowsPrivate = allowsPrivate
        self.patience = patience
    }

    /// A name for messages: the host and the path, for the rest may be secret.
    package static func place(of url: String) -> String {
        guard let components = URLComponents(string: url), let host = components.host else { return "the url" }
        return "\(components.scheme ?? "https")://\(host)\(components.port.map { ":\($0)" } ?? "")\(components.path)"
    }

    private final class Transfer {
        let file: Int32
        let allowsPrivate: Bool
        let isStopped: () -> Bool
        var refusal: String?
        private var taken = 0

        init(_ file: Int32, allowsPrivate: Bool, isStopped: @escaping () -> Bool) {
            self.file = file
            self.allowsPrivate = allowsPrivate
            self.isStopped = isStopped
        }

        func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
            guard let bytes, !isStopped() else { return 0 }
            taken += count
            guard taken <= Download.largest else {
                refusal = "the answer is larger than \(Download.largest >> 30) GiB; ask for a part of it with `since`"
                return 0
            }
            var done = 0
            while done < count {
                let written = write(file, bytes + done, count - done)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    refusal = "what came cannot be kept: \(String(cString: strerror(errno)))"
                    return 0
                }
                done += written
            }
            return count
        }

        func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
            guard !isStopped() else { return -1 }
            guard let socket = AddressRule.socket(to: address, allowsPrivate: allowsPrivate) else {
                refusal = AddressRule.refusal
                return -1
            }
            return socket
        }

        static func from(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
            pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    /// Writes the answer into an open file.
    package func fetch(into file: Int32, isStopped: @escaping () -> Bool = { false }) throws {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        guard let easy = curl_easy_init() else { throw Failure(description: "there is no memory for a request") }
        defer { curl_easy_cleanup(easy) }
        let transfer = Transfer(file, allowsPrivate: allowsPrivate, isStopped: isStopped)
        var headers = curl_slist_append(nil, "Accept: text/csv, application/x-ndjson, */*")
        if let token { headers = curl_slist_append(headers, "Authorization: Bearer \(token)") }
        defer { curl_slist_free_all(headers) }
        let own = Unmanaged.passUnretained(transfer).toOpaque()
        let seconds = Int(max(1, patience.milliseconds / 1_000))
        kt_set_string(easy, CURLOPT_URL, url)
        kt_set_string(easy, CURLOPT_PROTOCOLS_STR, allowsPrivate ? "http,https" : "https")
        kt_set_string(easy, CURLOPT_USERAGENT, Transport.userAgent)
        kt_set_string(easy, CURLOPT_PROXY, "")
        kt_set_string(easy, CURLOPT_ACCEPT_ENCODING, "")
        kt_set_list(easy, CURLOPT_HTTPHEADER, headers)
        kt_set_long(easy, CURLOPT_NOSIGNAL, 1)
        kt_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        kt_set_long(easy, CURLOPT_FAILONERROR, 1)
        kt_set_long(easy, CURLOPT_CONNECTTIMEOUT, 15)
        kt_set_long(easy, CURLOPT_TIMEOUT, seconds * Self.mostPatience)
        kt_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
        kt_set_long(easy, CURLOPT_LOW_SPEED_TIME, seconds)
        kt_set_transfer(easy, CURLOPT_WRITEFUNCTION) { Transfer.from($3)?.take($0, $1 * $2) ?? 0 }
        kt_set_pointer(easy, CURLOPT_WRITEDATA, own)
        kt_set_open_socket(easy) { Transfer.from($0)?.open($2) ?? -1 }
        kt_set_pointer(easy, CURLOPT_OPENSOCKETDATA, own)
        kt_set_progress(easy) { own, _, _, _, _ in Transfer.from(own)?.isStopped() == true ? 1 : 0 }
        kt_set_pointer(easy, CURLOPT_XFERINFODATA, own)
        kt_set_long(easy, CURLOPT_NOPROGRESS, 0)
        let code = withExtendedLifetime(transfer) { curl_easy_perform(easy) }
        var status = 0
        kt_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        if let refusal = transfer.refusal { throw Failure(description: refusal) }
        if isStopped() { throw Failure(description: "stopped before all of it was there") }
        if code == CURLE_HTTP_RETURNED_ERROR || code == CURLE_OK && !(200..<300).contains(status) {
            let advice =
                (300..<400).contains(status) ? "; redirects are not followed: write the address that it leads to" : ""
            throw Failure(description: "the server answered \(status)\(advice)")
        }
        guard code == CURLE_OK else { throw Failure(description: String(cString: curl_easy_strerror(code))) }
    }
}
