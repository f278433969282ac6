//! The generated files say what the types say.

use std::path::Path;

/// Compares a file of `gen/` with what it should hold; writes it when `UPDATE_GENERATED` is set.
fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("gen").join(name);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "chat-proto/gen/{name} is not what the types say. Run\n    UPDATE_GENERATED=1 cargo test -p chat-proto --test proto generated\nand commit the result."
    );
}

#[test]
fn typescript() {
    check("proto.ts", &chat_proto::schema::typescript());
    check("late.ts", &chat_proto::schema::typescript_late());
}

#[test]
fn json_schema() {
    check("schema.json", &chat_proto::schema::json_schema());
}

#[test]
fn asyncapi() {
    check("asyncapi.json", &chat_proto::schema::asyncapi());
}

#[test]
fn fold_fixtures() {
    let mut text = String::from("[\n");
    for (index, fixture) in crate::fold::fixtures().iter().enumerate() {
        text.push_str(if index == 0 { "" } else { ",\n" });
        text.push_str(&serde_json::to_string(fixture).unwrap());
    }
    text.push_str("\n]\n");
    check("fold-fixtures.json", &text);
}

#[test]
fn the_protocol_page_names_everything() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = std::fs::read_to_string(path).unwrap();
    let schema = crate::schema::document();
    let codes = schema["errors"].as_object().unwrap().keys().map(String::as_str);
    let names = chat_proto::AnyRequest::NAMES.iter().chain(chat_proto::event::AnyEvent::NAMES).copied().chain(codes);
    let missing: Vec<&str> = names.filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/protocol.md does not name {missing:?}: add them to its tables");
}
