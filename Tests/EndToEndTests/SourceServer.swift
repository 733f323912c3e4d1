import Foundation

/// A web server that answers one CSV file, to those with the token, and notes what it was asked.
final class SourceServer: @unchecked Sendable {
    let port: Int
    private let program: RunningProgram
    private let folder: URL

    private static let script = """
        import http.server, os, sys
        folder = sys.argv[1]
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with open(folder + "/asked", "a") as asked: asked.write(self.path + "\\n")
                if self.headers.get("Authorization") != "Bearer let-me-in":
                    self.send_response(401); self.end_headers(); return
                with open(folder + "/answer", "rb") as answer: body = answer.read()
                self.send_response(200)
                length = len(body) + (10 if os.path.exists(folder + "/cut") else 0)
                self.send_header("Content-Length", str(length)); self.end_headers()
                self.wfile.write(body)
            def log_message(self, *args): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    init(_ scratch: Scratch) throws {
        folder = scratch.folder.appendingPathComponent("web")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = try Pipe()
        program = try RunningProgram(
            ["-c", Self.script, folder.path], of: "python3", in: folder, output: output.writing)
        output.closeWriting()
        let line = output.line() ?? ""
        guard let port = Int(line) else { throw HarnessError("the server does not say its port: \(line)") }
        self.port = port
    }

    deinit {
        program.signal(SIGKILL)
        program.wait()
    }

    func answer(_ text: String, isCut: Bool = false) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent("answer"))
        let cut = folder.appendingPathComponent("cut")
        if isCut { try Data().write(to: cut) } else { try? FileManager.default.removeItem(at: cut) }
    }

    var asked: [String] {
        let text = (try? String(contentsOf: folder.appendingPathComponent("asked"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }
}
