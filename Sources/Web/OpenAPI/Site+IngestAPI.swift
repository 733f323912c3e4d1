extension Site {
    /// What ingest adds to the description.
    static let ingestAPI = OpenAPI.Part(paths: "{\(ingestPaths.joined(separator: ",\n"))}", schemas: ingestSchemas)

    private static var ingestPaths: [String] {
        let calls = [
            ("identify", "A contact and its traits"), ("group", "An account and its traits"), ("track", "An event"),
            ("page", "A page view, where data.yaml has page_viewed"),
            ("screen", "A screen view, where data.yaml has screen_viewed"), ("alias", "Another key for a contact"),
        ].map { path($0, $1, "As in Segment's HTTP API.", json("SegmentCall")) }
        let rows = [("accounts", "Account"), ("contacts", "Contact"), ("metrics", "MetricValue"), ("events", "Event")]
            .map { name, schema in
                path(
                    name, "Rows of \(name)",
                    "One object, a list, or one object a line, with the columns of keeptouch import.",
                    """
                    {"application/json": {"schema": {"oneOf": [
                      {"$ref": "#/components/schemas/\(schema)"},
                      {"type": "array", "items": {"$ref": "#/components/schemas/\(schema)"}}]}},
                     "application/x-ndjson": {"schema": {"type": "string"}}}
                    """)
            }
        let events = path(
            "cloudevents", "CloudEvents 1.0", "Structured, binary (ce- headers) or batch.",
            """
            {"application/cloudevents+json": {"schema": {"$ref": "#/components/schemas/CloudEvent"}},
             "application/cloudevents-batch+json": {"schema":
               {"type": "array", "items": {"$ref": "#/components/schemas/CloudEvent"}}},
             "application/json": {"schema": {"type": "object", "description": "The data of an event in binary mode"}}}
            """)
        return calls + [path("batch", "Many calls", "As in Segment's HTTP API.", json("SegmentBatch")), events] + rows
    }

    private static func json(_ schema: String) -> String {
        "{\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/\(schema)\"}}}"
    }

    private static func path(_ name: String, _ summary: String, _ description: String, _ content: String) -> String {
        let problems = [400, 401, 403, 413, 415, 429, 503].map {
            "\"\($0)\": {\"$ref\": \"#/components/responses/Problem\"}"
        }
        return """
            "/v1/\(name)": {"post": {
              "operationId": "ingest-\(name)", "tags": ["ingest"], "summary": "\(summary)",
              "description": "\(description) Needs a key with the scope ingest.",
              "security": [{"bearer": []}, {"basic": []}],
              "requestBody": {"required": true, "content": \(content)},
              "responses": {"200": {"$ref": "#/components/responses/Taken"}, \(problems.joined(separator: ", "))}}}
            """
    }

    private static let ingestSchemas = """
        {
          "SegmentCall": {"type": "object", "properties": {
            "type": {"enum": ["identify", "group", "track", "page", "screen", "alias"]},
            "userId": {"type": ["string", "number", "null"], "description": "The key of a contact"},
            "anonymousId": {"type": ["string", "number", "null"], "description": "A visitor; left out without a group"},
            "groupId": {"type": ["string", "number", "null"], "description": "The key of an account"},
            "previousId": {"type": ["string", "number", "null"]},
            "event": {"type": "string", "description": "An event of data.yaml; Report Made is report_made"},
            "traits": {"type": "object", "description": "Attributes; those that data.yaml does not have are left out"},
            "properties": {"type": "object"},
            "context": {"type": "object", "properties": {
              "groupId": {"type": ["string", "number", "null"], "description": "The key of the account it is about"},
              "traits": {"type": "object"}, "timezone": {"type": "string"}, "locale": {"type": "string"}}},
            "messageId": {"type": "string", "description": "The same id of the same event is stored once"},
            "timestamp": {"type": "string", "format": "date-time"},
            "sentAt": {"type": "string", "format": "date-time", "description": "Corrects the sender's clock"},
            "writeKey": {"type": "string", "description": "The API key, where no header carries it"}}},
          "SegmentBatch": {"type": "object", "required": ["batch"], "properties": {
            "batch": {"type": "array", "maxItems": 5000, "items": {"$ref": "#/components/schemas/SegmentCall"}},
            "context": {"type": "object"}, "sentAt": {"type": "string", "format": "date-time"},
            "writeKey": {"type": "string"}}},
          "CloudEvent": {"type": "object", "required": ["specversion", "id", "source", "type"], "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"}, "source": {"type": "string", "description": "With id, stored once"},
            "type": {"type": "string", "description": "Ends in an event of data.yaml, account.updated, contact.updated or metrics"},
            "subject": {"type": "string", "description": "The key of the account"},
            "time": {"type": "string", "format": "date-time"},
            "data": {"type": "object"}, "data_base64": {"type": "string"}}},
          "Account": {"type": "object", "required": ["key"], "properties": {
            "key": {"type": ["string", "number"]}, "name": {"type": ["string", "null"]},
            "contact_email": {"type": ["string", "null"]}, "contact_name": {"type": ["string", "null"]}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
          "Contact": {"type": "object", "required": ["account"], "properties": {
            "account": {"type": ["string", "number"]}, "key": {"type": ["string", "number"]},
            "email": {"type": ["string", "null"]}, "name": {"type": ["string", "null"]},
            "role": {"type": ["string", "null"]}, "status": {"enum": ["active", "left", null]}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
          "MetricValue": {"type": "object", "required": ["account", "day"], "properties": {
            "account": {"type": ["string", "number"]}, "day": {"type": "string", "format": "date"},
            "metric": {"type": "string"}, "value": {"type": ["number", "string"]}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
          "Event": {"type": "object", "required": ["account", "event"], "properties": {
            "account": {"type": ["string", "number"]}, "event": {"type": "string"},
            "contact": {"type": ["string", "number", "null"]},
            "at": {"type": ["string", "number"], "description": "The arrival when it is left out"},
            "id": {"type": "string", "description": "The same id of the same event is stored once"},
            "properties": {"type": "object"}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
          "Taken": {"type": "object", "required": ["success", "accepted", "rejected"], "properties": {
            "success": {"const": true},
            "accepted": {"type": "integer", "description": "Rows that are stored"},
            "unchanged": {"type": "integer", "description": "Of those, rows that were there already"},
            "waiting": {"type": "integer", "description": "Rows that are kept until their account is known"},
            "ignored": {"type": "integer", "description": "Calls that have no place here, such as page views"},
            "rejected": {"type": "array", "items": {"type": "object", "required": ["pointer", "detail", "whole"],
              "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"},
                "whole": {"type": "boolean", "description": "False when only the value was left out"}}}},
            "hints": {"type": "array", "items": {"type": "string"}, "description": "Lines to add to data.yaml"},
            "unknown": {"type": "array", "items": {"type": "string"}, "description": "Columns that data.yaml does not have"},
            "warnings": {"type": "array", "items": {"type": "string"}, "description": "What is to be looked at in rows that were taken"}}}
        }
        """
}
