import Basics
import Delivery
import Foundation
import Playbooks
import Reliability
import Testing

/// What comes from outside, or from whoever writes messages, is read or refused.
@Suite struct FuzzTests {
    @Test func brokenJSONIsReadOrRefused() {
        let corpus = [
            #"{"a":[1,2.5e-3,-0,true,null,"x\u00e9\ud83d\ude00\n"],"b":{"c":{}}}"#, #"[[[[[[]]]]]]"#,
            #"{"errors":[{"message":"no","code":17}],"id":"abc"}"#, "\"text\"", "123456789012345678901234567890",
        ]
        let findings = Fuzzer(corpus, words: ["[", "]", "{\"", "\":", "\\u", "\\ud83d", "e+", "0x", "//"]).run {
            bytes in
            guard let value = JSON(parsing: bytes) else { return nil }
            guard let again = JSON(parsing: value.encoded) else { return "what it writes it cannot read" }
            _ = value[pointer: "/errors/0/message"]
            // A number may come out in a shorter form, once.
            return again.encoded == value.encoded ? nil : "it is another value when it is written and read"
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }

    @Test func aBrokenTemplateIsRenderedOrHeld() throws {
        let zone = try #require(Zone("America/Chicago"))
        let sender = Configuration.Sender(name: "Acme", email: "success@acme.example")
        let renderer = MessageRenderer(sender: sender, currency: "USD", zone: zone)
        let corpus = [
            """
            # Hello {{contact.first_name}}

            {{#fall}}Usage fell by {{fall}}.{{/fall}}{{^fall}}All is well.{{/fall}}

            - one **bold** [link](https://acme.example/?a={{account.key}}) `code`
            - two

            > quote

            1. first

                code

            ![x](javascript:alert(1)) <b>raw</b>
            """, "{{a}}{{{b}}}{{&c}}{{! no }}{{>d}}", "| a | b |\n|---|---|\n| 1 | 2 |\n", "{{#a}}{{#a}}{{/a}}{{/a}}",
            "\\{{a}} *_**_* [a][b]\n\n[b]: https://x.example 'y'\n",
        ]
        let words = [
            "{{fall}}", "{{#fall}}", "{{/fall}}", "{{^fall}}", "{{contact.first_name}}", "{{unsubscribe_url}}",
            "{{#x}}{{^y}}", "[", "](", "javascript:", "<script>", "    ", "\n\n", "***", "~~~", "&#0;", "&lt;",
        ]
        let nasty = "<script>alert(1)</script>\r\nBcc: x@y.example\u{0} \" ' & {{fall}} [a](javascript:b)"
        let variables = Variables([
            "contact.first_name": .init(.text, .text(nasty)), "account.key": .init(.text, .text(nasty)),
            "fall": .init(.percent, .number(0.4)),
        ])
        let findings = Fuzzer(corpus, words: words).run { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let message = Message(path: "a.md", subject: String(text.prefix(80)), body: text)
            do {
                let rendered = try renderer.render(message, as: .email, variables: variables)
                let html = rendered.html.lowercased()
                if html.contains("<script>alert") || html.contains("href=\"javascript:") {
                    return "a script got through"
                }
                if rendered.subject?.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" || $0 == "\0" }) == true
                {
                    return "a line break in the subject"
                }
            } catch {
                if "\(error)".isEmpty { return "a refusal without words" }
            }
            return nil
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }

    @Test func forgedTokensAreRefused() {
        let secret = [UInt8](repeating: 7, count: 32)
        let links = Unsubscription(baseURL: "https://touch.acme.example", secret: secret)
        let url = links.url(contact: 12_345, category: "education", touch: 9)
        let token = String(url.split(separator: "/").last ?? "")
        #expect(Unsubscription.open(token, secret: secret)?.contact == 12_345)
        let findings = Fuzzer([token], words: ["=", "-", "_", "AAAA", "."]).run { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return text != token && Unsubscription.open(text, secret: secret) != nil ? "a forged token counts" : nil
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }
}
