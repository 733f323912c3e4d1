import Basics
import Crypto
import CryptoExtras
import Delivery
import Foundation
package import Playbooks
import SwiftASN1
import X509

/// RSA over the fields of an Amazon SNS message, under a certificate that the workspace holds as a file.
///
/// The certificate is never fetched: whoever could choose what this program fetches could also choose what it believes.
/// `SigningCertURL` must name the topic's own region and a certificate that is held under the same file name.
package struct TopicSignature: Signature {
    private struct Holder {
        var key: _RSA.Signing.PublicKey
        var from: Instant
        var till: Instant
    }

    private let holders: [String: Holder]
    private let topics: Set<String>

    /// - Parameters:
    ///   - certificates: PEM texts by file name.
    ///   - topics: the ARNs that are believed.
    /// - Throws: a `Refusal` that names the certificate which cannot be read.
    package init(certificates: [String: String], topics: [String]) throws(Refusal) {
        var holders: [String: Holder] = [:]
        for (name, text) in certificates {
            guard let certificate = try? Certificate(pemEncoded: text),
                let key = _RSA.Signing.PublicKey(certificate.publicKey)
            else { throw Refusal("\(name) is no PEM certificate with an RSA key") }
            holders[name] = Holder(
                key: key, from: Instant(certificate.notValidBefore), till: Instant(certificate.notValidAfter))
        }
        self.holders = holders
        self.topics = Set(topics)
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        guard let message = JSON(parsing: webhook.body) else { throw Refusal("its body is not JSON") }
        func field(_ name: String) throws(Refusal) -> String {
            guard case .text(let text)? = message[name] else { throw Refusal("the field \(name) is missing") }
            return text
        }
        let topic = try field("TopicArn")
        guard topics.contains(topic) else { throw Refusal("its topic is not one that the channel names") }
        let holder = try holder(of: try field("SigningCertURL"), topic: topic)
        guard holder.from <= now, now <= holder.till else { throw Refusal("its certificate is not valid now") }
        let names: [String]
        switch try field("Type") {
        case "Notification":
            names =
                ["Message", "MessageId"] + (message["Subject"] == nil ? [] : ["Subject"])
                + ["Timestamp", "TopicArn", "Type"]
        case "SubscriptionConfirmation", "UnsubscribeConfirmation":
            names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        default: throw Refusal("its Type is not one of SNS")
        }
        var signed = ""
        for name in names { signed += "\(name)\n\(try field(name))\n" }
        guard let bytes = strictBase64(try field("Signature")) else { throw Refusal("its signature cannot be read") }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
        let isRight: Bool
        switch try field("SignatureVersion") {
        case "1":
            isRight = holder.key.isValidSignature(
                signature, for: Insecure.SHA1.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
        case "2":
            isRight = holder.key.isValidSignature(
                signature, for: SHA256.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
        default: throw Refusal("its SignatureVersion is neither 1 nor 2")
        }
        guard isRight else { throw Refusal("its signature is wrong") }
        guard case .success(let date) = Instant.parse(try field("Timestamp")) else {
            throw Refusal("its timestamp is no time")
        }
        try Tolerance.check(date, at: now, past: Tolerance.repeats)
    }

    private func holder(of url: String, topic: String) throws(Refusal) -> Holder {
        let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { throw Refusal("its topic is no ARN") }
        let suffix = parts[1] == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
        let folder = "https://sns.\(parts[3]).\(suffix)/"
        guard url.hasPrefix(folder) else { throw Refusal("its SigningCertURL is not one of SNS in the topic's region") }
        guard let holder = holders[String(url.dropFirst(folder.count))] else {
            throw Refusal("the certificate \(url) is not held; download it and name it under \"certificate\"")
        }
        return holder
    }
}

extension Instant {
    fileprivate init(_ date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
    }
}
