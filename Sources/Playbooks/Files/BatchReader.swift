/// Reads how a channel carries several touches in one request.
struct BatchReader {
    let diagnostics: Diagnostics

    /// - Parameters:
    ///   - fields: the table `batch`.
    ///   - most: what `limits` says.
    ///   - body: reads a body.
    func read(
        _ fields: Fields, most: Int?, of channel: Channel, body: (Fields) -> Channel.Body?,
        checkURL: (String, YAMLNode) -> Void
    ) -> Channel.Batch? {
        guard let most else {
            diagnostics.error(
                fields.node.position, "\"batch\" needs \"limits: { batch: N }\", the most touches of one request")
            return nil
        }
        var batch = Channel.Batch(most: most)
        if let node = fields["url"], let url = diagnostics.text(node, "url") {
            checkURL(url, node)
            batch.url = url
        }
        if let table = fields.table("body", .body) { batch.body = body(table) }
        batch.items = fields.items("items").compactMap { pointer($0, "items") }
        batch.byAddress = fields["by_address"].flatMap { pointer($0, "by_address") }
        if let node = fields["results"] {
            batch.results = node.text == "whole" ? "" : pointer(node, "results")
        }
        if batch.byAddress != nil, batch.items.isEmpty {
            diagnostics.error(fields.position("by_address"), "\"by_address\" goes with \"items\"")
        }
        let kind = batch.body ?? channel.body
        if case .none = kind { diagnostics.error(fields.node.position, "a batch needs a body") }
        if case .form = kind {
            if batch.items.isEmpty { diagnostics.error(fields.node.position, "a batch of forms needs \"items\"") }
            for place in batch.items + [batch.byAddress].compactMap({ $0 }) where place.dropFirst().contains("/") {
                diagnostics.error(fields.node.position, "a place in a form is /NAME, got \"\(place)\"")
            }
        }
        switch channel.auth {
        case .none, .bearer, .basic, .header, .query: break
        case .body, .sigv4, .hmac:
            diagnostics.error(fields.node.position, "a batch does not go with the auth kinds body, sigv4 and hmac")
        }
        if case .body = channel.idempotency {
            diagnostics.error(fields.node.position, "a batch needs an idempotency key in a header, or none")
        }
        // One touch at a time needs none of it.
        return most > 1 ? batch : nil
    }

    private func pointer(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = diagnostics.text(node, name) else { return nil }
        if !text.hasPrefix("/") || text == "/" {
            diagnostics.error(node.position, "expected a JSON pointer such as /items for \"\(name)\", got \"\(text)\"")
            return nil
        }
        return text
    }
}
