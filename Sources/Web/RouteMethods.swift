import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers

/// Which methods each route takes, to tell those who come with another one.
final class RouteMethods: Sendable {
    private struct Route: Sendable {
        let parts: [String]
        let method: String
    }

    private let routes = NIOLockedValueBox<[Route]>([])

    func use(_ router: Router<SiteContext>) {
        let routes = router.routes.map { route in
            Route(parts: Self.parts("\(route.path)"), method: route.method.rawValue)
        }
        self.routes.withLockedValue { $0 = routes }
    }

    /// The methods of a path, in the order of the alphabet; empty where there is nothing.
    func allowed(at path: String) -> [String] {
        let parts = Self.parts(path)
        let methods = routes.withLockedValue { $0 }.filter { route in
            route.parts.count == parts.count
                && zip(route.parts, parts).allSatisfy { $0 == $1 || $0.hasPrefix(":") || $0.hasPrefix("{") }
        }.map(\.method)
        return Set(methods).sorted()
    }

    private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}
