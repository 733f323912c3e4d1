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

    @Test func otherWordsStay() {
        #expect(SecretMask([secret, "abc"]).mask("abc: the key is wrong", upTo: 100) == "abc: the key is wrong")
    }
}
