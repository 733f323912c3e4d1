extension Report {
    /// The report as one page that needs nothing but a browser.
    package var page: String {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                .replacing("\"", with: "&quot;")
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
            <style>:root { color-scheme: light dark }</style></head>
            <body><pre>\(escaped(text()))</pre></body></html>

            """
    }
}
