import Foundation
import Testing

@testable import Delivery

@Suite struct SecretMaskTests {
    private let secret = "sk_live/4eC39HqLyjWDarjtT1zdp7dc"

    @Test func aSecretIsTakenOutInEveryForm() {
        let mask = SecretMask([secret])
        let basic = Data("user:\(secret)".utf8).base64EncodedString()
        for text in [
            secret, Data(secret.utf8).base64EncodedString(), basic, Data(":\(secret)".utf8).base64EncodedString(),
            "sk_live%2F4eC39HqLyjWDarjtT1zdp7dc", String(secret.prefix(20)), String(secret.suffix(20)),
        ] {
            let masked = mask.mask("the key \(text) is wrong", upTo: 1_000)
            #expect(masked.contains("***") && masked.hasPrefix("the key ") && masked.hasSuffix(" is wrong"))
            #expect(!masked.contains("4eC39Hq") && !masked.contains("zdp7dc"), "\(masked)")
        }
    }

    /// As libraries of endpoints write them, each in its way.
    @Test func aSecretIsTakenOutHoweverItIsEscaped() {
        let secret = "Zq/8+r%T&x\"7\\k=Wm~"
        let mask = SecretMask([secret])
        func each(_ form: (UInt8) -> String) -> String { secret.utf8.map(form).joined() }
        func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        for text in [
            secret, secret.uppercased(), secret.lowercased(),
            each { "%" + hex($0) }, each { "%25" + hex($0).uppercased() }, each { "%2525" + hex($0) },
            each { "\\u00" + hex($0) }, each { "\\x" + hex($0) }, each { "&#\($0);" }, each { "&#x" + hex($0) + ";" },
            each { hex($0) }, each { hex($0).uppercased() },
            "Zq\\/8+r%T&x\\\"7\\\\k=Wm~", "Zq/8%2Br%25T%26x%227%5Ck%3DWm~", "Zq/8+r%T&amp;x&quot;7\\k=Wm~",
            Data(secret.utf8).base64EncodedString().replacing("+", with: "%2B").replacing("/", with: "%2F"),
        ] {
            #expect(mask.mask("<\(text)>", upTo: 1_000).hasPrefix("<***"), "\(text)")
        }
    }

    @Test func otherWordsStay() {
        #expect(SecretMask([secret, "abc"]).mask("abc: the key is wrong", upTo: 100) == "abc: the key is wrong")
    }

    @Test func aPieceOfALongSecretIsMaskedWhereverItIsCut() {
        let secret = "sk-live-4f9Qz81LmXw72Rt0bVc5Yp3Na"
        let mask = SecretMask([secret])
        for start in 0...secret.count - 12 {
            for length in [12, 14, 16, 20] where start + length <= secret.count {
                let piece = String(secret.dropFirst(start).prefix(length))
                let masked = mask.mask("key '\(piece)...' is wrong, see the guide", upTo: 300)
                #expect(masked == "key '\(Credentials.mask)...' is wrong, see the guide", "\(start) \(length)")
            }
        }
        // What everybody knows of a URL stays.
        let url = SecretMask(["https://hooks.example.com/services/T0/B0/4f9Qz81LmXw72Rt0bVc5Yp3Na"])
        #expect(url.mask("see https://hooks.example.org", upTo: 300) == "see https://hooks.example.org")
    }
}
