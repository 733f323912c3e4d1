extension Site {
    /// What OpenAPI says of the pages that the links of messages lead to.
    static let pagesAPI = OpenAPI.Part(
        paths: """
            {
              "/u/{token}": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                  "summary": "What a contact gets by email", "operationId": "preferences", "security": [],
                  "responses": {
                    "200": {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "404": {"description": "The link is not ours", "content": {"text/html": {"schema": {"type": "string"}}}}}},
                "post": {
                  "summary": "Leave a category at once (RFC 8058), or choose on the page", "operationId": "unsubscribe",
                  "security": [], "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {
                    "List-Unsubscribe": {"const": "One-Click"},
                    "action": {"enum": ["leave", "leave_all", "save"]},
                    "category": {"type": "array", "items": {"type": "string"}, "description": "With save: what to get"}}}}}},
                  "responses": {
                    "200": {"description": "It is done", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "400": {"description": "The form says nothing; nothing is changed", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "404": {"description": "The link is not ours", "content": {"text/html": {"schema": {"type": "string"}}}}}}},
              "/a/{token}": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                  "summary": "The answer that was clicked in a message, to be confirmed", "operationId": "question", "security": [],
                  "responses": {
                    "200": {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "404": {"description": "The link is not ours", "content": {"text/html": {"schema": {"type": "string"}}}}}},
                "post": {
                  "summary": "Confirm an answer, which is recorded as an event", "operationId": "answer",
                  "security": [], "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {
                    "action": {"const": "answer"}, "comment": {"type": "string"}}}}}},
                  "responses": {
                    "200": {"description": "It is recorded", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "400": {"description": "The form says nothing; nothing is recorded", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "404": {"description": "The link is not ours", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "410": {"description": "The question is closed", "content": {"text/html": {"schema": {"type": "string"}}}}}}},
              "/c/{token}": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                  "summary": "Where a tracked link leads", "operationId": "click", "security": [],
                  "responses": {
                    "302": {"description": "On to the link's address"},
                    "404": {"description": "The link is not ours", "content": {"text/html": {"schema": {"type": "string"}}}}}}},
              "/o/{token}": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                  "summary": "The picture that tells that a message is shown", "operationId": "open", "security": [],
                  "responses": {
                    "200": {"description": "One pixel", "content": {"image/gif": {}}},
                    "404": {"description": "The picture is not ours", "content": {"text/html": {"schema": {"type": "string"}}}}}}}
            }
            """)

    /// What OpenAPI says of the inbox.
    static let inboxAPI = OpenAPI.Part(
        paths: """
            {
              "/inbox.js": {"get": {
                "summary": "The script that shows the inbox on a page", "operationId": "inboxScript", "security": [],
                "responses": {"200": {"description": "A classic script", "content": {"text/javascript": {}}}}}},
              "/v1/inbox/{token}": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                  "summary": "What waits for a contact, the newest first", "operationId": "inbox", "security": [],
                  "responses": {
                    "200": {"description": "The messages", "content": {"application/json": {"schema":
                      {"$ref": "#/components/schemas/Inbox"}}}},
                    "401": {"$ref": "#/components/responses/Problem"},
                    "404": {"$ref": "#/components/responses/Problem"}}}},
              "/v1/inbox/{token}/{message}/read": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}},
                  {"name": "message", "in": "path", "required": true, "schema": {"type": "string"}}],
                "post": {
                  "summary": "The message was shown", "operationId": "inboxRead", "security": [],
                  "responses": {
                    "204": {"description": "It is recorded, once"},
                    "401": {"$ref": "#/components/responses/Problem"},
                    "404": {"$ref": "#/components/responses/Problem"}}}},
              "/v1/inbox/{token}/{message}/dismiss": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}},
                  {"name": "message", "in": "path", "required": true, "schema": {"type": "string"}}],
                "post": {
                  "summary": "The contact closed the message", "operationId": "inboxDismiss", "security": [],
                  "responses": {
                    "204": {"description": "It is recorded, once"},
                    "401": {"$ref": "#/components/responses/Problem"},
                    "404": {"$ref": "#/components/responses/Problem"}}}},
              "/v1/inbox/{token}/{message}/click": {
                "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}},
                  {"name": "message", "in": "path", "required": true, "schema": {"type": "string"}}],
                "post": {
                  "summary": "The contact followed a link, whose address is the body", "operationId": "inboxClick", "security": [],
                  "responses": {
                    "204": {"description": "It is recorded, once"},
                    "401": {"$ref": "#/components/responses/Problem"},
                    "404": {"$ref": "#/components/responses/Problem"}}}}
            }
            """,
        schemas: """
            {
              "Inbox": {
                "type": "object", "required": ["language", "look", "messages"],
                "properties": {
                  "language": {"type": "string", "description": "The contact's, as far as the pages speak it"},
                  "look": {"type": "object", "description": "What brand.yaml says of colors and fonts",
                    "properties": {
                      "accent": {"type": "string"}, "accent_dark": {"type": "string"}, "font": {"type": "string"}}},
                  "messages": {"type": "array", "items": {
                    "type": "object", "required": ["id", "at", "read", "html", "text"],
                    "properties": {
                      "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
                      "read": {"type": "boolean"}, "title": {"type": "string"}, "html": {"type": "string"},
                      "text": {"type": "string"}}}}}}
            }
            """)
}
