private import Foundation

extension ConfigurationReader {
    func readDashboard(_ fields: Fields, into configuration: inout Configuration) {
        guard let table = fields.table("dashboard", .dashboard) else { return }
        var settings = DashboardSettings()
        if let node = table["url"], let text = diagnostics.text(node, "url") {
            if let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host()?.isEmpty == false,
                url.query == nil, url.fragment == nil, url.user == nil
            {
                settings.url = text.hasSuffix("/") ? String(text.dropLast()) : text
            } else {
                diagnostics.error(
                    node.position,
                    "expected an address such as https://ops.acme.example/keeptouch, got \(node.summary)")
            }
        }
        if let signIn: DashboardSettings.SignIn = table.choice("sign_in") { settings.signIn = signIn }
        if let header = table.text("header") { settings.header = header }
        let proxies = table.items("proxies").compactMap { diagnostics.text($0, "proxies") }
        if !proxies.isEmpty { settings.proxies = proxies }
        settings.role = table.choice("role")
        configuration.dashboard = settings
    }
}

extension KeyTable {
    static let dashboard = KeyTable([
        Key(
            "url", .form("^https?://", examples: ["https://ops.acme.example/keeptouch"]),
            "Where people reach the dashboard, behind a proxy with TLS."),
        Key(
            "sign_in", .choice(DashboardSettings.SignIn.allCases.map(\.rawValue)),
            "Whether people sign in with a password (default), or the proxy in front names them in a header."),
        Key("header", .text, "With `sign_in: header`: the header that names the person; X-Forwarded-User by default."),
        Key(
            "proxies", .list(.form("^[0-9a-fA-F.:]+$", examples: ["127.0.0.1"])),
            "The addresses of the proxies whose headers are believed; 127.0.0.1 by default."),
        Key(
            "role", .choice(Role.allCases.map(\.rawValue)),
            "With `sign_in: header`: the role of somebody whom `keeptouch users` does not know; nobody by default."),
    ])
}
