extension Cap {
    /// Reads `1 per 1d` or `3 per 7d`.
    package static func parse(_ text: String) -> Result<Cap, TimeTextError> {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[1] == "per", let count = Int(words[0]), count > 0 else {
            return .failure(TimeTextError("expected a cap such as 1 per 1d or 3 per 7d, got \"\(text)\""))
        }
        return TimeSpan.parse(String(words[2])).flatMap { window in
            window.milliseconds > 0
                ? .success(Cap(count: count, window: window))
                : .failure(TimeTextError("expected a cap over some time, such as 1 per 1d, got \"\(text)\""))
        }
    }
}
