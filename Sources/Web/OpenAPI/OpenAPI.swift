import Basics
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The description of the site's routes (OpenAPI 3.1), put together from what each area says of its own.
package enum OpenAPI {
    /// What one area adds: two JSON objects as text, from path to operations and from name to schema.
    struct Part: Sendable {
        var paths: String
        var schemas = "{}"
    }

    /// One line for each area; it stands beside the area's routes.
    private static let parts = [
        Site.serviceAPI, Site.ingestAPI, Site.accountsAPI, Site.changesAPI, Site.hooksAPI, Site.pagesAPI, Site.inboxAPI,
    ]

    /// As it is served and as it lies in `docs/openapi.json`.
    ///
    /// - Throws: when a part is not JSON, which a test would have found.
    package static func text() throws -> String {
        var paths: [String: Any] = [:]
        var schemas: [String: Any] = [:]
        for part in parts {
            for (path, item) in try object(part.paths) {
                // Areas may share a path, each with methods of its own.
                let known = paths[path] as? [String: Any] ?? [:]
                paths[path] = known.merging(item as? [String: Any] ?? [:]) { $1 }
            }
            schemas.merge(try object(part.schemas)) { $1 }
        }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "Keeptouch", "version": "1",
                "description":
                    "Data in, outcomes in, pages for the people who get messages. Errors are problems of RFC 9457.",
            ],
            "servers": [["url": "/"]],
            "paths": paths,
            "components": [
                "schemas": schemas,
                "responses": try object(
                    """
                    {
                      "Problem": {"description": "What is wrong and what to do", "content": {"application/problem+json":
                        {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                      "Taken": {"description": "The good part is stored, the bad part listed", "content": {"application/json":
                        {"schema": {"$ref": "#/components/schemas/Taken"}}}}
                    }
                    """),
                "securitySchemes": try object(
                    """
                    {
                      "bearer": {"type": "http", "scheme": "bearer", "description": "An API key: keeptouch keys create."},
                      "basic": {"type": "http", "scheme": "basic", "description": "The key as user, no password."}
                    }
                    """),
            ],
        ]
        let data = try JSONSerialization.data(
            withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private static func object(_ text: String) throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw Problem(.internalServerError, "a part of the description is no object")
        }
        return object
    }
}

extension Site {
    /// `GET /openapi.json`.
    func addDescription(to router: Router<Context>) {
        // Made once: it is the same as long as the program is.
        let text = Result { try OpenAPI.text() }
        let tag = text.map { "\"\(Hexadecimal.text(Array(SHA256.hash(data: Array($0.utf8)).prefix(8))))\"" }
        router.get("/openapi.json") { request, _ -> Response in
            let (text, tag) = (try text.get(), try tag.get())
            let headers: HTTPFields = [.contentType: "application/json", .eTag: tag, .cacheControl: "max-age=300"]
            guard request.headers[.ifNoneMatch] != tag else { return Response(status: .notModified, headers: headers) }
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    static let serviceAPI = OpenAPI.Part(
        paths: """
            {
              "/healthz": {"get": {
                "summary": "Whether the database answers and the runner is at work",
                "operationId": "health", "security": [],
                "responses": {
                  "200": {"description": "All is well", "content": {"text/plain": {"schema": {"type": "string"}}}},
                  "503": {"$ref": "#/components/responses/Problem"}}}},
              "/metrics": {"get": {
                "summary": "Figures for Prometheus; scope read",
                "operationId": "metrics", "security": [{"bearer": []}, {"basic": []}],
                "responses": {
                  "200": {"description": "Text format 0.0.4", "content": {"text/plain": {"schema": {"type": "string"}}}},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"}}}},
              "/openapi.json": {"get": {
                "summary": "This description",
                "operationId": "description", "security": [],
                "responses": {
                  "200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}}}}
            }
            """,
        schemas: """
            {
              "Problem": {
                "type": "object", "description": "RFC 9457", "required": ["type", "title", "status", "detail"],
                "properties": {
                  "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                  "detail": {"type": "string", "description": "What is wrong, with the value, and what to do"},
                  "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "detail"], "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into the request"},
                    "detail": {"type": "string"}}}},
                  "hints": {"type": "array", "items": {"type": "string"}, "description": "Lines to add to data.yaml"}}}
            }
            """)
}
