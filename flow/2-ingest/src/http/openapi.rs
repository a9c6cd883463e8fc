//! The API's description, by hand: its routes, and every feed's columns out of its own declaration.

use serde_json::{Map, Value, json};

use crate::feed::{Feed, Kind, feeds};

/// The OpenAPI 3.1 document.
#[must_use]
pub fn openapi() -> Value {
    let mut schemas = Map::new();
    for feed in feeds() {
        schemas.insert(feed.name.to_string(), event(feed));
    }
    schemas.insert("counts".into(), counts());
    schemas.insert("report".into(), report());
    schemas.insert("problem".into(), problem());
    schemas.insert("head".into(), head());
    schemas.insert("growth".into(), growth());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Alongside: sending to the unit",
            "version": "1",
            "description": "Partners' systems send files and live events of the feeds that were agreed. Every request carries the \
                            agency's token. Rows read = accepted + already held + in quarantine, always.",
        },
        "security": [{ "token": [] }],
        "paths": {
            "/api/v1/feeds/{feed}/deliveries": { "parameters": [feed_parameter()], "post": deliveries() },
            "/api/v1/feeds/{feed}/notifications": { "parameters": [feed_parameter()], "post": notifications() },
            "/api/v1/deliveries/{delivery}": {
                "parameters": [{ "name": "delivery", "in": "path", "required": true, "schema": { "type": "string" } }],
                "get": {
                    "summary": "What became of a delivery",
                    "responses": { "200": answer("Its counts", "report"), "401": refusal("The token is missing or not known"),
                        "404": refusal("There is no such delivery of this agency") },
                },
            },
            "/api/v1/notices": { "get": notices() },
            "/api/v1/notices/{notice}/acknowledge": {
                "parameters": [{ "name": "notice", "in": "path", "required": true, "schema": { "type": "string" } }],
                "post": acknowledge(),
            },
            "/api/v1/audit/head": { "get": newest_head() },
            "/api/v1/openapi.json": {
                "get": { "summary": "This document", "security": [], "responses": { "200": { "description": "OpenAPI 3.1" } } },
            },
        },
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

fn feed_parameter() -> Value {
    let names: Vec<&str> = feeds().iter().map(|feed| feed.name.as_str()).collect();
    json!({ "name": "feed", "in": "path", "required": true, "schema": { "type": "string", "enum": names } })
}

fn deliveries() -> Value {
    let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
    json!({
        "summary": "Send one file",
        "description": "CSV (UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs, plain or gzip) or an Excel workbook \
                        (.xlsx), up to 2 GB. The answer comes when every row is accounted for. The same file twice changes nothing.",
        "requestBody": { "required": true, "content": {
            "text/csv": bytes,
            "application/gzip": bytes,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": bytes,
            "multipart/form-data": { "schema": { "type": "object", "required": ["file"],
                "properties": { "file": { "type": "string", "format": "binary" } } } },
        } },
        "responses": {
            "201": answer("Every row is accounted for", "report"),
            "401": refusal("The token is missing or not known"),
            "403": refusal("No live agreement covers it, or the feed is another agency's"),
            "404": refusal("There is no such feed"),
            "413": refusal("The file is larger than 2 GB"),
            "422": refusal("The file as a whole is not taken; nothing of it was kept"),
        },
    })
}

fn notifications() -> Value {
    let events: Vec<Value> =
        feeds().iter().map(|feed| json!({ "$ref": format!("#/components/schemas/{}", feed.name) })).collect();
    let outcome = json!({ "description": "It is held", "content": { "application/json": { "schema": { "type": "object",
        "properties": { "outcome": { "enum": ["accepted", "new_version", "already_held"] },
            "delivery": { "type": ["string", "null"] } } } } } });
    json!({
        "summary": "Send one live event",
        "description": "Under the same rules as a row of a file. The same event twice changes nothing.",
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "oneOf": events } } } },
        "responses": {
            "200": outcome,
            "201": outcome,
            "400": refusal("It is not one JSON object"),
            "401": refusal("The token is missing or not known"),
            "403": refusal("No live agreement covers it, or the feed is another agency's"),
            "404": refusal("There is no such feed"),
            "422": refusal("It is not taken: every reason is listed; nothing was kept"),
        },
    })
}

fn notices() -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    let notice = json!({ "type": "object", "properties": {
        "notice": { "type": "string" },
        "what": { "enum": ["corrected", "restricted", "withdrawn", "erased", "objected"] },
        "disclosure": { "type": "string", "description": "What you were told, as the register names it" },
        "from": { "type": "string", "description": "Whose data it was: the agency's code" },
        "category": { "type": "string" },
        "purpose": { "type": "string" },
        "how": { "enum": ["view", "list", "referral", "file"] },
        "given_by": { "type": "string", "description": "The referral or the file, where it was one" },
        "told_first_at": time, "told_last_at": time, "sent_at": time, "due_at": time,
        "acknowledged_at": { "type": ["string", "null"], "format": "date-time" },
        "copies": { "type": ["string", "null"] },
    } });
    json!({
        "summary": "What your agency was told and has since been corrected, restricted, withdrawn, erased or objected to",
        "description": "What it said, and about whom, is in no notice. Those that nobody has acknowledged come first.",
        "responses": {
            "200": { "description": "At most 500 notices", "content": { "application/json": { "schema": { "type": "object",
                "properties": { "notices": { "type": "array", "items": notice } } } } } },
            "401": refusal("The token is missing or not known"),
        },
    })
}

fn acknowledge() -> Value {
    json!({
        "summary": "Say what became of your copies",
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "object", "required": ["copies"],
            "properties": { "copies": { "enum": ["none_kept", "mended", "destroyed", "kept_by_law"] },
                "words": { "type": "string", "maxLength": 1000, "description": "Needed where a copy is kept by law" } } } } } },
        "responses": {
            "204": { "description": "It is acknowledged" },
            "401": refusal("The token is missing or not known"),
            "404": refusal("There is no such notice to this agency"),
            "409": refusal("It was acknowledged already"),
            "422": refusal("It does not say what became of the copies, or not why one is kept"),
        },
    })
}

fn newest_head() -> Value {
    let schema =
        json!({ "oneOf": [{ "$ref": "#/components/schemas/head" }, { "$ref": "#/components/schemas/growth" }] });
    json!({
        "summary": "The newest signed head of the audit log, to keep",
        "description": "Once a day, say. With `since`, it comes with the proof that the log only grew from the head that you kept. \
                        `alongside-witness keep` checks both and keeps them, without access to the unit.",
        "parameters": [{ "name": "since", "in": "query", "schema": { "type": "integer", "minimum": 0 },
            "description": "The entries of the newest head that you kept; nothing or 0 the first time" }],
        "responses": {
            "200": { "description": "A head, or a proof from the head that was kept to the newest",
                "content": { "application/json": { "schema": schema } } },
            "400": refusal("`since` is not a number"),
            "401": refusal("The token is missing or not known"),
            "404": refusal("There is no head over so many entries: if you kept one, show it to the unit"),
            "409": refusal("The log is not what was signed before"),
        },
    })
}

fn head() -> Value {
    json!({ "type": "object", "description": "A signed tree head (RFC 6962)",
        "required": ["size", "root", "at", "signature", "public_key"], "properties": {
        "size": { "type": "integer", "minimum": 0, "description": "Entries under it" },
        "root": { "type": "string", "description": "The Merkle tree's root in hexadecimal" },
        "at": { "type": "string", "format": "date-time" },
        "signature": { "type": "string", "description": "Ed25519 over `alongside tree head v1`, size, root and microseconds, a line each" },
        "public_key": { "type": "string", "description": "Hold it against the key that you were given in person" },
    } })
}

fn growth() -> Value {
    let head = json!({ "$ref": "#/components/schemas/head" });
    json!({ "type": "object", "description": "A consistency proof (RFC 6962, section 2.1.2)",
        "required": ["alongside", "version", "from", "to", "path"], "properties": {
        "alongside": { "const": "consistency" },
        "version": { "const": 1 },
        "from": head,
        "to": head,
        "path": { "type": "array", "items": { "type": "string" } },
    } })
}

fn answer(description: &str, schema: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn refusal(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/problem" });
    json!({ "description": description, "content": { "application/problem+json": { "schema": schema } } })
}

/// One event of a feed: its columns, each with what to write.
fn event(feed: &Feed) -> Value {
    let mut properties = Map::new();
    for column in &feed.columns {
        let kind = match &column.kind {
            Kind::Integer => json!(["integer", "string"]),
            Kind::Decimal => json!(["number", "string"]),
            Kind::YesNo => json!(["boolean", "string"]),
            _ => json!("string"),
        };
        let says = column.says.as_deref().unwrap_or_default();
        let description = format!("{}. {says}", column.kind.describe());
        properties.insert(column.name.clone(), json!({ "type": kind, "description": description.trim() }));
    }
    let required: Vec<&str> =
        feed.columns.iter().filter(|column| column.required).map(|column| column.name.as_str()).collect();
    json!({ "type": "object", "title": feed.title, "description": feed.about, "properties": properties, "required": required })
}

fn counts() -> Value {
    let names = ["read", "accepted_new", "accepted_version", "already_held", "quarantined", "withdrawn"];
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "type": "integer", "minimum": 0 }))).collect();
    json!({ "type": "object", "properties": properties, "required": names,
        "description": "read = accepted_new + accepted_version + already_held + quarantined" })
}

fn report() -> Value {
    json!({ "type": "object", "required": ["delivery", "feed", "state", "counts"], "properties": {
        "delivery": { "type": "string" },
        "feed": { "type": "string" },
        "state": { "enum": ["reading", "done", "refused"] },
        "counts": { "$ref": "#/components/schemas/counts" },
        "same_as": { "type": ["string", "null"], "description": "The earlier delivery of the very same content" },
        "read_as": { "type": "string" },
        "notes": { "type": "array", "items": { "type": "string" } },
        "refusal": { "type": ["string", "null"] },
        "quarantine": { "type": ["string", "null"], "description": "The page with every row that waits and why" },
    } })
}

fn problem() -> Value {
    json!({ "type": "object", "description": "Problem details (RFC 9457)", "properties": {
        "title": { "type": "string" },
        "status": { "type": "integer" },
        "detail": { "type": "string" },
        "code": { "type": "string" },
        "errors": { "type": "array", "items": { "type": "object", "properties": {
            "column": { "type": ["string", "null"] }, "problem": { "type": "string" }, "fix": { "type": "string" } } } },
    } })
}
