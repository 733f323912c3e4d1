import Delivery
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Playbooks
import Storage
import Testing

@testable import Web

/// The script of the inbox in a real browser, on a page of another origin with a strict policy.
@Suite struct InboxScriptTests {
    /// What the page's own script does once the message is there, and what it then sees; the result is the page's text.
    private static func page(_ inbox: String, steps: String, token: String) -> String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Product</title>
        <script src="\(inbox)/inbox.js" data-token="\(token)" defer></script>
        <script src="/steps.js" defer></script></head>
        <body><button id="work">Work</button><pre id="result">nothing</pre></body></html>
        """
    }

    private static let steps = """
        const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
        const root = () => document.querySelector("#keeptouch-inbox")?.shadowRoot;
        const until = async (holds) => { for (let i = 0; i < 200 && !holds(); i++) await pause(20); return holds(); };
        (async () => {
          const seen = {};
          document.querySelector("#work").focus();
          await until(() => root()?.querySelector("section"));
          const dialog = root().querySelector("section");
          seen.role = dialog.getAttribute("role");
          seen.name = root().getElementById(dialog.getAttribute("aria-labelledby")).textContent;
          seen.status = root().querySelector("[role=status]").textContent;
          seen.body = root().getElementById("body").innerHTML;
          seen.close = dialog.querySelector("button").getAttribute("aria-label");
          seen.styled = getComputedStyle(dialog).position;
          seen.color = getComputedStyle(root().querySelector("a[href]")).color;
          seen.font = getComputedStyle(dialog).fontFamily;
          seen.focus = document.activeElement.id;
          seen.hacked = String(window.hacked);
          root().querySelector("a").addEventListener("click", (event) => event.preventDefault());
          root().querySelector("a").click();
          dialog.querySelector("button").focus();
          dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
          seen.gone = await until(() => !dialog.isConnected);
          seen.next = root()?.querySelector("h2")?.textContent;
          seen.nextHasFocus = root()?.activeElement === root()?.querySelector("section");
          root()?.querySelector("button").click();
          seen.end = await until(() => !root());
          seen.focusBack = document.activeElement.id;
          await pause(300);
          document.querySelector("#result").textContent = JSON.stringify(seen);
        })();
        """

    @Test(.enabled(if: Browser.path != nil, "chromium is not installed"))
    func aMessageIsShownReadFollowedAndDismissed() async throws {
        let files = [
            "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""]
                + "\ninbox: { origins: [ \"http://127.0.0.1:PORT\" ] }\n",
            "brand.yaml": "colors: { accent: \"#9a3412\" }\nfont: Inter, sans-serif\n",
        ]
        try await ProductPage.with { product in
            let origins = files.mapValues { $0.replacing("PORT", with: "\(product.port)") }
            try await PagesSite.with(origins) { site in
                try site.put(
                    1, title: "Three <lessons>",
                    html: """
                        <p onclick="hacked=1">Start <strong>here</strong>: <a href="https://acme.example/l">the lessons</a>,
                        <a href="javascript:hacked=2">not here</a>.</p><script>hacked=3</script><img src="x" onerror="hacked=4">
                        """)
                try site.put(2, title: "Second", at: PagesSite.now - .seconds(60))
                let token = InboxToken(secret: PagesSite.secret).text(account: "a1", contact: "ann")
                let inbox = "http://127.0.0.1:\(site.port)"
                product.serve(
                    Self.page(inbox, steps: Self.steps, token: token), steps: Self.steps,
                    policy: "default-src 'none'; script-src 'self' \(inbox); connect-src \(inbox)")
                let dom = try await Browser.dump(product.url)
                let text = try #require(dom.firstMatch(of: /<pre id="result">(.*?)<\/pre>/)?.1, "\(dom.suffix(500))")
                    .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
                let seen = try #require(
                    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
                #expect(seen["role"] as? String == "dialog")
                #expect(seen["name"] as? String == "Three <lessons>")
                #expect(seen["status"] as? String == "New message: Three <lessons>")
                #expect(seen["close"] as? String == "Close")
                #expect(seen["styled"] as? String == "fixed")
                #expect(seen["color"] as? String == "rgb(154, 52, 18)", "the brand's accent, under a strict policy")
                #expect(seen["font"] as? String == "Inter, sans-serif")
                #expect(seen["focus"] as? String == "work", "a message does not take the focus away")
                #expect(seen["hacked"] as? String == "undefined")
                let body = try #require(seen["body"] as? String)
                #expect(
                    body.contains("<a href=\"https://acme.example/l\" target=\"_blank\" rel=\"noopener noreferrer\">"))
                #expect(!body.contains("javascript") && !body.contains("onclick") && !body.contains("script"))
                #expect(seen["gone"] as? Bool == true)
                #expect(seen["next"] as? String == "Second" && seen["nextHasFocus"] as? Bool == true)
                #expect(seen["end"] as? Bool == true && seen["focusBack"] as? String == "work")
                #expect(
                    try site.rows("SELECT kind, touch_id, detail FROM outcome ORDER BY touch_id, kind") == [
                        #"clicked|1|{"url":"https://acme.example/l"}"#, "dismissed|1|-", "opened|1|-",
                        "dismissed|2|-", "opened|2|-",
                    ])
            }
        }
    }
}

/// A page of a product, served on an origin of its own.
private final class ProductPage: Sendable {
    private struct Content {
        var html = ""
        var steps = ""
        var policy = ""
    }

    let port: Int
    private let content: Held<Content>
    var url: String { "http://127.0.0.1:\(port)/" }

    private init(port: Int, content: Held<Content>) {
        self.port = port
        self.content = content
    }

    func serve(_ html: String, steps: String, policy: String) {
        content.set(Content(html: html, steps: steps, policy: policy))
    }

    static func with(_ body: (ProductPage) async throws -> Void) async throws {
        let content = Held(Content())
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            let (now, isScript) = (content.value, request.uri.path == "/steps.js")
            return Response(
                status: .ok,
                headers: [
                    .contentType: isScript ? "text/javascript" : "text/html; charset=utf-8",
                    .contentSecurityPolicy: now.policy,
                ], body: .init(byteBuffer: ByteBuffer(string: isScript ? now.steps : now.html)))
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = Application(
            responder: responder, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "product") { _ in SwiftLogNoOpLogHandler() })
        let task = Task { try await server.run() }
        defer { task.cancel() }
        var bound = ports.makeAsyncIterator()
        let number = try #require(await bound.next())
        try await body(ProductPage(port: number, content: content))
        task.cancel()
        _ = await task.result
    }
}

/// A value that threads share.
private final class Held<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var held: Value

    init(_ value: Value) {
        held = value
    }

    var value: Value { lock.withLock { held } }

    func set(_ value: Value) { lock.withLock { held = value } }
}

/// Headless Chromium.
private enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The page's document when its scripts have had their time.
    static func dump(_ url: String) async throws -> String {
        let profile = FileManager.default.temporaryDirectory.appendingPathComponent("browser-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: profile) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--user-data-dir=\(profile.path)",
            "--virtual-time-budget=20000", "--timeout=60000", "--dump-dom", url,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                do {
                    try process.run()
                    let data = output.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: data, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
