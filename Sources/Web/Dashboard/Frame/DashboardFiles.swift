import Basics
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The style sheet and the script, under names that change with them, so that browsers keep them for a year.
enum DashboardFiles {
    struct File: Sendable {
        let path: String
        let type: String
        let bytes: [UInt8]

        init(_ name: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
            let digest = Hexadecimal.text(SHA256.hash(data: bytes)).prefix(12)
            path = "/files/\(name).\(digest).\(ending)"
            self.type = type
            self.bytes = bytes
        }
    }

    static let style = File("app", "css", "text/css; charset=utf-8", PackageResources.app_css)
    static let icon = File("icon", "svg", "image/svg+xml", PackageResources.icon_svg)
    static let script = File("app", "js", "text/javascript; charset=utf-8", PackageResources.app_js)
}

extension Dashboard {
    func addFiles(to router: Router<Context>) {
        for file in [DashboardFiles.style, DashboardFiles.script, DashboardFiles.icon] {
            router.get(RouterPath(file.path)) { _, _ -> Response in
                var headers = HTTPFields()
                headers[.contentType] = file.type
                headers[.cacheControl] = "public, max-age=31536000, immutable"
                headers[.xContentTypeOptions] = "nosniff"
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
            }
        }
    }
}
