extension PlaybookReader {
    /// A question and the place where its answers stand need each other.
    func checkAsk(of message: Message, _ variables: MessageVariables) {
        let uses = variables.uses.filter { $0.name == "ask" }
        guard let first = uses.first else {
            if message.ask != nil {
                diagnostics.error(
                    Position(file: message.path, line: message.bodyLine),
                    "the answers of \"ask\" stand nowhere; write {{ask}} into the message on a line of its own")
            }
            return
        }
        if message.ask == nil, diagnostics.all.allSatisfy({ $0.position.file != message.path || $0.severity != .error })
        {
            diagnostics.error(first.position, "{{ask}} needs a question: \"ask\" in the front matter of this message")
        }
        if configuration.baseURL == nil {
            diagnostics.error(first.position, "\"ask\" needs a \"base_url\" in keeptouch.yaml")
        }
        for use in uses where use.position.line < message.bodyLine || use.isCovered {
            diagnostics.error(use.position, "{{ask}} stands in the body only, and in no section")
        }
        for use in uses.dropFirst() { diagnostics.error(use.position, "{{ask}} stands in a message once") }
    }
}
