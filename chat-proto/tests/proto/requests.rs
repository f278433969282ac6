//! Every request with each of its fields missing, mistyped, oversized and with U+0000: the error
//! names the field. The cases come from the schema, so a new request is covered by being there.

use chat_proto::request::{AnyRequest, take_rid};
use chat_proto::{Code, Error};
use serde_json::{Value, json};

use crate::schema::{document, fits, resolve, sample};

/// One field of a request: where it stands, what it must be, whether it may be left out.
struct Field<'a> {
    pointer: String,
    name: String,
    schema: &'a Value,
    required: bool,
}

#[test]
fn samples_of_all_requests_fit_and_parse() {
    let document = document();
    for name in AnyRequest::NAMES {
        let value = request(&document, name);
        let schema = &document["requests"][name]["payload"];
        fits(&document, schema, &value).unwrap_or_else(|why| panic!("{name}: {why}"));
        fits(&document, &document["$defs"]["ClientFrame"], &json!([name, value])).unwrap_or_else(|why| panic!("{name}: {why}"));
        let mut newer = value.clone();
        newer["a_field_of_tomorrow"] = json!({ "any": ["thing"] });
        for value in [value, newer] {
            let request = AnyRequest::parse(name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(request.name(), *name);
        }
    }
}

#[test]
fn optional_fields_may_be_left_out() {
    let document = document();
    for name in AnyRequest::NAMES {
        for field in fields(&document, name).iter().filter(|field| !field.required) {
            let mut value = request(&document, name);
            remove(&mut value, &field.pointer);
            AnyRequest::parse(name, value).unwrap_or_else(|error| panic!("{name} without {}: {error}", field.name));
        }
    }
}

#[test]
fn a_field_that_is_missing_is_named() {
    let cases = refused(|field, mut value| {
        remove(&mut value, &field.pointer);
        if field.required { vec![value] } else { vec![] }
    });
    assert!(cases > 50, "{cases}");
}

#[test]
fn a_field_that_is_mistyped_is_named() {
    let document = document();
    let wrong = [json!(null), json!(true), json!(5), json!(-1), json!(1.5), json!("text of no type"), json!([]), json!([[]]), json!({})];
    let cases = refused(|field, value| {
        let wrong = wrong.iter().filter(|wrong| fits(&document, field.schema, wrong).is_err());
        wrong.map(|wrong| with(&value, &field.pointer, wrong.clone())).collect()
    });
    assert!(cases > 400, "{cases}");
}

#[test]
fn a_field_that_is_oversized_is_named() {
    let document = document();
    let cases = refused(|field, value| {
        let schema = bounded(&document, field.schema);
        let more = |limit: &Value| limit.as_u64().map(|limit| limit + 1);
        let large = if let Some(length) = more(&schema["maxLength"]) {
            json!("x".repeat(length as usize))
        } else if let Some(length) = more(&schema["maxItems"]) {
            let item = sample(&document, &schema["items"]);
            std::iter::repeat_n(item, length as usize).collect()
        } else if let Some(number) = more(&schema["maximum"]) {
            json!(number)
        } else {
            assert!(
                !matches!(schema["type"].as_str(), Some("string" | "array" | "integer")) || schema.get("const").is_some(),
                "{} has no bound",
                field.name
            );
            return vec![];
        };
        vec![with(&value, &field.pointer, large)]
    });
    assert!(cases > 50, "{cases}");
}

#[test]
fn a_field_with_the_character_nul_is_named() {
    let document = document();
    let cases = refused(|field, value| {
        let nul = match value.pointer(&field.pointer) {
            Some(Value::String(text)) => json!(format!("{text}\0")),
            Some(_) if bounded(&document, field.schema)["type"] == "string" => panic!("{} is a string without a sample", field.name),
            _ => return vec![],
        };
        vec![with(&value, &field.pointer, nul)]
    });
    assert!(cases > 50, "{cases}");
}

#[test]
fn a_payload_that_is_no_object_is_named() {
    for name in AnyRequest::NAMES {
        for payload in [json!(null), json!("x"), json!(5), json!([{}]), json!([])] {
            assert_eq!(AnyRequest::parse(name, payload).unwrap_err().field.as_deref(), Some("payload"), "{name}");
        }
    }
}

#[test]
fn a_rid_that_is_none_is_named() {
    for rid in [json!(5), json!(""), json!("a\0"), json!("x".repeat(65)), json!({}), json!("ä")] {
        let error: Error = take_rid(&mut json!({ "rid": rid })).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("rid")));
    }
}

/// Parses what `spoil` makes of each field of each request; each must be refused in the field's name.
fn refused(spoil: impl Fn(&Field, Value) -> Vec<Value>) -> usize {
    let document = document();
    let mut cases = 0;
    for name in AnyRequest::NAMES {
        for field in fields(&document, name) {
            for spoiled in spoil(&field, request(&document, name)) {
                let shown: String = spoiled.to_string().chars().take(300).collect();
                let error =
                    AnyRequest::parse(name, spoiled).expect_err(&format!("{name} is accepted with {} spoiled: {shown}", field.name));
                let found = error.field.as_deref().unwrap_or_default();
                let inside = found.strip_prefix(&field.name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                assert!(error.code == Code::Invalid && inside, "{name} with {} spoiled names {found:?}: {error}\n{shown}", field.name);
                assert!(error.message.starts_with(&format!("`{found}` ")) && error.message.len() < 500, "{}", error.message);
                cases += 1;
            }
        }
    }
    cases
}

fn request(document: &Value, name: &str) -> Value {
    let mut value = sample(document, &document["requests"][name]["payload"]);
    // The parser is given the payload after its `rid` was taken out.
    take_rid(&mut value).unwrap();
    value
}

/// All fields of a request, at every depth.
fn fields<'a>(document: &'a Value, name: &str) -> Vec<Field<'a>> {
    let mut found = Vec::new();
    walk(document, &document["requests"][name]["payload"], "", "", &mut found);
    found.retain(|field| field.name != "rid");
    found
}

fn walk<'a>(document: &'a Value, schema: &'a Value, pointer: &str, name: &str, found: &mut Vec<Field<'a>>) {
    let schema = bounded(document, schema);
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let required = schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key));
        let (pointer, name) = (format!("{pointer}/{key}"), if name.is_empty() { key.clone() } else { format!("{name}.{key}") });
        found.push(Field { pointer: pointer.clone(), name: name.clone(), schema: inner, required });
        walk(document, inner, &pointer, &name, found);
    }
    if let Some(items) = schema.get("items") {
        let (pointer, name) = (format!("{pointer}/0"), format!("{name}[0]"));
        found.push(Field { pointer: pointer.clone(), name: name.clone(), schema: items, required: false });
        walk(document, items, &pointer, &name, found);
    }
}

/// The schema itself, behind references and behind "or null".
fn bounded<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(document, schema);
    match schema["anyOf"].as_array() {
        Some(choices) if choices.iter().any(|one| one["type"] == "null") => resolve(document, &choices[0]),
        _ => schema,
    }
}

fn with(value: &Value, pointer: &str, new: Value) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(pointer).unwrap() = new;
    value
}

fn remove(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(object) => _ = object.remove(key),
        Value::Array(items) => items.clear(),
        other => panic!("{pointer} is in {other}"),
    }
}
