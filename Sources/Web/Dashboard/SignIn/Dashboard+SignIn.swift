import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOPosix
import Playbooks
import Storage

extension Dashboard {
    enum Arrival {
        case known(Visitor)
        /// Somebody whom the proxy names and nobody knows, or whom no proxy named.
        case unknown(String)
        case signedOut
    }

    private var cookieName: String { address.isSecure ? "__Host-keeptouch" : "keeptouch" }

    /// Who asks.
    func visitor(_ request: Request, _ context: SiteContext) async throws -> Arrival {
        switch settings.signIn {
        case .header: return try await visitorOfProxy(request, context)
        case .password:
            guard let token = cookie(of: request) else { return .signedOut }
            let hash = RandomToken.hash(token)
            let now = processNow()
            if isReadOnly, let id = sessions.user(hash, isSeen: !PageMark.isPart(request), at: now) {
                let user = try await read { try DashboardUser.with(id: id, $0) }
                if let user, user.disabledAt == nil { return .known(Self.visitor(user, token: token)) }
            }
            let found = try await read { connection -> (DashboardSession, DashboardUser)? in
                guard let session = try DashboardSession.with(hash: hash, at: now, connection),
                    let user = try DashboardUser.with(id: session.userID, connection)
                else { return nil }
                return (session, user)
            }
            guard let (session, user) = found else { return .signedOut }
            // A page that is left open asks by itself: that is no sign of a person.
            if !PageMark.isPart(request), now - session.seenAt > .minutes(1) { saw(session, at: now) }
            return .known(Self.visitor(user, token: token))
        }
    }

    private func visitorOfProxy(_ request: Request, _ context: SiteContext) async throws -> Arrival {
        let peer = context.remoteAddress?.ipAddress.flatMap { ClientAddress($0) }
        guard let peer, settings.proxies.contains(where: { ClientAddress($0) == peer }) else {
            return .unknown(
                "This dashboard is reached through its proxy only; \(context.remoteAddress?.ipAddress ?? "this address") is not in `dashboard: proxies:` of keeptouch.yaml."
            )
        }
        let header = HTTPField.Name(settings.header)
        guard let name = header.flatMap({ request.headers[$0] })?.trimmingCharacters(in: .whitespaces),
            !name.isEmpty
        else {
            return .unknown("The proxy named nobody: it sends no header \(settings.header).")
        }
        let token = "\(name) \(Data(secret).base64EncodedString())"
        let user = try await read { try DashboardUser.named(name, $0) }
        if let user, user.disabledAt == nil { return .known(Self.visitor(user, token: token)) }
        guard user == nil, let role = settings.role else {
            let command = CommandLine(["keeptouch", "users", user == nil ? "add" : "enable", name]).text
            return .unknown("\(name) may not come in. An admin lets somebody in with: \(command)")
        }
        return .known(Visitor(name: name, role: role, formToken: Self.formToken(token)))
    }

    private static func visitor(_ user: DashboardUser, token: String) -> Visitor {
        Visitor(
            name: user.name, role: user.role, userID: user.id, timezone: user.timezone, theme: user.theme,
            formToken: formToken(token))
    }

    private static func formToken(_ token: String) -> String { RandomToken.hash("form:" + token) }

    private func cookie(of request: Request) -> String? {
        request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.lazy
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.hasPrefix(self.cookieName + "=") }
            .map { String($0.dropFirst(self.cookieName.count + 1)) }
    }

    private func setCookie(_ token: String, for span: TimeSpan) -> String {
        "\(cookieName)=\(token); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(span.milliseconds / 1_000)"
            + (address.isSecure ? "; Secure" : "")
    }

    func addSignIn(to router: Router<Context>) {
        // Where the proxy says who somebody is, there is no door to knock at.
        guard settings.signIn == .password else { return }
        router.get("/sign-in") { [self] request, _ -> Response in
            let query = PageRequest.query(of: request.uri.query ?? "")
            return Door.signIn(
                address: address, name: "", to: query["to"], complaint: nil, hasUsers: try await hasUsers(),
                isReadOnly: isReadOnly)
        }
        router.post("/sign-in") { [self] request, context -> Response in
            let form = try await Form(of: request)
            try expectSameSite(request)
            return try await signIn(form, request, context)
        }
        router.post("/sign-out") { [self] request, _ -> Response in
            try expectSameSite(request)
            if let token = cookie(of: request) {
                let hash = RandomToken.hash(token)
                sessions.end(hash)
                if !isReadOnly { try await write { try DashboardSession.end(hash: hash, $0) } }
            }
            return Self.redirect(address.of("/sign-in"), cookie: setCookie("", for: .seconds(0)))
        }
        router.get("/welcome/:token") { [self] _, context -> Response in
            let token = context.parameters.get("token") ?? ""
            guard let user = try await invited(token) else { return Door.page(Self.oldLink, address: address) }
            return Door.setPassword(address: address, name: user.name, token: token, complaint: nil)
        }
        router.post("/welcome/:token") { [self] request, context -> Response in
            let token = context.parameters.get("token") ?? ""
            let form = try await Form(of: request)
            try expectSameSite(request)
            return try await welcome(token, form)
        }
    }

    private static let oldLink = PageProblem(
        .notFound, "This link is used up",
        "It was good once and for an hour. A new one comes from: keeptouch users link NAME")

    private func hasUsers() async throws -> Bool { try await read { try !DashboardUser.all($0).isEmpty } }

    private func expectSameSite(_ request: Request) throws {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        guard site.map({ $0 == "same-origin" || $0 == "none" }) ?? true else {
            throw Problem(.forbidden, "the form came from another site; open the page itself")
        }
    }

    private func invited(_ token: String) async throws -> DashboardUser? {
        let (hash, now) = (RandomToken.hash(token), processNow())
        return try await read { try DashboardUser.withLink(hash: hash, at: now, $0) }
    }

    private func signIn(_ form: Form, _ request: Request, _ context: Context) async throws -> Response {
        let name = String((form["name"] ?? "").trimmingCharacters(in: .whitespaces).prefix(100))
        let password = String((form["password"] ?? "").prefix(1_000))
        let now = processNow()
        let proxies = Set(settings.proxies.compactMap { ClientAddress($0) })
        let client = ClientAddress.of(request.headers, peer: context.remoteAddress, proxies: proxies)
        let keys = ["name \(name)", "from \(client.network)"]
        if let wait = doors.wait(keys, at: now) {
            let seconds = (wait.milliseconds + 999) / 1_000
            return Door.signIn(
                address: address, name: name, to: form["to"],
                complaint: "Too many tries; the next one is possible in \(seconds) s.", hasUsers: true,
                status: .tooManyRequests)
        }
        // Counted before the answer is known, so that many tries at once do not all pass.
        doors.failed(keys, at: now)
        let user = try await read { try DashboardUser.named(name, $0) }
        let stored = user?.disabledAt == nil ? user?.password : nil
        let isRight = try await withPassword { Password.isRight(password, for: stored) }
        guard isRight, let user else {
            // What was typed as a name is kept only where it is one: people type passwords into the wrong field.
            try await noteRefusedSignIn(of: user?.name ?? "", from: "\(client.network)", at: now)
            return Door.signIn(
                address: address, name: name, to: form["to"], complaint: "Name or password is wrong.",
                hasUsers: try await hasUsers(), isReadOnly: isReadOnly, status: .unauthorized)
        }
        // While the password was compared, somebody may have set another one or disabled the user.
        let response = try await letIn(user, to: form["to"], at: now) { connection in
            let current = try DashboardUser.with(id: user.id, connection)
            return current?.password == stored && current?.disabledAt == nil
        }
        guard let response else {
            return Door.signIn(
                address: address, name: name, to: form["to"], complaint: "Name or password is wrong.", hasUsers: true,
                status: .unauthorized)
        }
        doors.succeeded(keys)
        return response
    }

    /// - Parameter before: what must come true in the same transaction; false lets nobody in.
    /// - Returns: nil for somebody who may not come in any more.
    private func letIn(
        _ user: DashboardUser, to path: String?, at now: Instant,
        if before: @escaping @Sendable (Connection) throws -> Bool
    ) async throws -> Response? {
        let token = RandomToken.make()
        let hash = RandomToken.hash(token)
        guard !isReadOnly else {
            guard try await read(before) else { return nil }
            sessions.begin(of: user.id, hash: hash, at: now)
            log.info("sign in", metadata: ["name": "\(user.name)"])
            return enter(token, path)
        }
        let isIn = try await write { connection in
            guard try before(connection) else { return false }
            try DashboardSession.begin(of: user.id, hash: hash, at: now, connection)
            try Author(user.name, from: .page, at: now).did("sign in", "dashboard", connection)
            return true
        }
        return isIn ? enter(token, path) : nil
    }

    private func enter(_ token: String, _ path: String?) -> Response {
        Self.redirect(
            address.of(DashboardAddress.own(path) ?? "/"), cookie: setCookie(token, for: DashboardSession.longest))
    }

    private func noteRefusedSignIn(of name: String, from network: String, at now: Instant) async throws {
        guard !isReadOnly else {
            return log.warning("sign in refused", metadata: ["name": "\(name)", "from": "\(network)"])
        }
        let author = Author(name, from: .page, at: now)
        try await write {
            try author.wasRefused("sign in", "dashboard from \(network)", because: "name or password is wrong", $0)
        }
    }

    private func welcome(_ token: String, _ form: Form) async throws -> Response {
        guard !isReadOnly else { throw StorageError(Self.readOnlySentence) }
        guard let user = try await invited(token) else { return Door.page(Self.oldLink, address: address) }
        let password = form["password"] ?? ""
        let complaint =
            Password.complaint(password, name: user.name)
            ?? (form["again"] == password ? nil : "The two are not the same; type it once more.")
        if let complaint {
            return Door.setPassword(
                address: address, name: user.name, token: token, complaint: complaint, status: .badRequest)
        }
        let stored = try await withPassword { try Password.hash(password) }
        let (hash, now) = (RandomToken.hash(token), processNow())
        let response = try await letIn(user, to: nil, at: now) { connection in
            guard try user.setPassword(stored, link: hash, at: now, connection) else { return false }
            try Author(user.name, from: .page, at: now).did("set password", user.name, connection)
            return true
        }
        return response ?? Door.page(Self.oldLink, address: address)
    }
}
