import Basics
import Crypto
import Delivery
import Playbooks
import Storage

/// A mail that has come in, as far as it matters: from whom, to whom, in answer to what. What it says is not read.
struct InboundMail: Equatable {
    struct Header: Equatable {
        var name: String
        var value: String
    }

    /// Whom it is from, with or without a name.
    var sender: String?
    /// The address that the mail server was told, to which bounces would go; empty for a bounce.
    var envelopeSender: String?
    /// Whom it went to.
    var recipients: [String] = []
    /// Our own key of the touch that it answers, where somebody knows it.
    var touch: String?
    var messageID: String?
    /// The ids of the messages that it answers, the nearest first.
    var references: [String] = []
    var headers: [Header] = []
    /// When the provider took it in.
    var at: Instant?

    init() {}

    /// What headers tell; a provider's own words for the same come before.
    init(headers: [Header]) {
        self.headers = headers
        sender = value("From")
        recipients = ["To", "Cc", "Delivered-To", "X-Original-To"].flatMap(values)
        messageID = value("Message-ID")
        let answered = Self.ids(in: value("In-Reply-To") ?? "")
        let thread = Self.ids(in: value("References") ?? "").reversed()
        references = answered + thread.filter { !answered.contains($0) }
    }

    /// What is known of the same mail, one way and another.
    func filled(by other: InboundMail) -> InboundMail {
        var mail = self
        mail.sender = sender ?? other.sender
        mail.envelopeSender = envelopeSender ?? other.envelopeSender
        mail.recipients += other.recipients
        mail.messageID = messageID ?? other.messageID
        mail.references += other.references.filter { !references.contains($0) }
        mail.headers += other.headers
        mail.at = at ?? other.at
        return mail
    }

    private func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    private func value(_ name: String) -> String? { values(name).first }

    /// The ids in a header such as `References`.
    static func ids(in text: String) -> [String] {
        text.split { $0.isWhitespace || $0 == "," || $0 == "<" || $0 == ">" }.map(String.init)
    }

    // MARK: Machines

    /// Whether a machine has answered, as its headers say, or a mail server returns what it could not deliver.
    ///
    /// Subjects are not guessed.
    var isAutomatic: Bool {
        if let envelopeSender, envelopeSender.trimmingBlanks.isEmpty || envelopeSender.trimmingBlanks == "<>" {
            return true
        }
        return headers.contains { header in
            let value = header.value.trimmingBlanks.lowercased()
            return switch header.name.lowercased() {
            case "auto-submitted": !value.isEmpty && value.prefix { $0.isLetter || $0 == "-" } != "no"
            case "x-autoreply", "x-autorespond": !["", "no", "false"].contains(value)
            case "precedence": ["auto_reply", "auto-reply", "bulk", "list", "junk"].contains(value)
            case "x-auto-response-suppress": Self.suppresses(value)
            case "content-type": value.hasPrefix("multipart/report")
            case "return-path": value == "<>"
            case "x-failed-recipients": true
            default: false
            }
        }
    }

    /// Who asks for no answers of machines is one; who asks for no receipts may be a person.
    private static func suppresses(_ value: String) -> Bool {
        value.split { $0 == "," || $0.isWhitespace }.contains { ["all", "oof", "autoreply"].contains($0) }
    }

    // MARK: The reply

    /// Nil for an answer of a machine, and for a mail of nobody.
    ///
    /// - Parameter body: what tells it from others when it has no id.
    func reply(in body: [UInt8]) -> Reply? {
        guard !isAutomatic, let sender, !sender.isEmpty else { return nil }
        let address = Self.address(in: sender)
        // A mail's id may name its author or their computer.
        let identity = messageID.map { Array($0.trimmingBlanks.utf8) } ?? body
        var reply = Reply(
            from: address, id: Hexadecimal.text(SHA256.hash(data: Array((address + "\n").utf8) + identity).prefix(16)))
        reply.references = references
        reply.touches = [touch].compactMap { $0 } + recipients.flatMap(Self.keys)
        reply.at = at
        return reply
    }

    /// The address in `Ada <ada@example.org>`.
    static func address(in text: String) -> String {
        guard let open = text.lastIndex(of: "<") else { return text.trimmingBlanks }
        return String(text[text.index(after: open)...].prefix { $0 != ">" }).trimmingBlanks
    }

    /// The keys of touches in addresses such as `help+t12@acme.example`.
    static func keys(in text: String) -> [String] {
        text.split { $0.isWhitespace || "<>,;\"()".contains($0) }.compactMap { address in
            guard let at = address.lastIndex(of: "@"), let plus = address[..<at].lastIndex(of: "+") else { return nil }
            let tag = address[address.index(after: plus)..<at].lowercased()
            let digits = tag.dropFirst()
            guard tag.first == "t", (1...18).contains(digits.count), digits.allSatisfy({ "0"..."9" ~= $0 }) else {
                return nil
            }
            return tag
        }
    }
}
