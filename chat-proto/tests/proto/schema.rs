//! Reads the generated JSON Schema: makes samples from it and checks values by it. What it cannot
//! read it refuses, so that a keyword that appears in the schema is checked or taken out.

use serde_json::{Value, json};

/// The generated document.
pub fn document() -> Value {
    serde_json::from_str(&chat_proto::schema::json_schema()).unwrap()
}

/// Follows references.
pub fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{reference} points nowhere"));
    }
    schema
}

/// The name of the type that a reference points to.
pub fn type_of(schema: &Value) -> &str {
    schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).unwrap_or_default()
}

/// A value that fits, with everything in it that may be.
pub fn sample(document: &Value, schema: &Value) -> Value {
    match type_of(schema) {
        "Color" => return json!("#7aa2f7"),
        "JoinCode" => return json!("ABCD-2345"),
        "Emoji" => return json!("👍"),
        "Epoch" | "EntryId" => return json!("id"),
        "" | &_ => {}
    }
    let beside = schema["properties"].as_object().filter(|_| schema.get("$ref").is_some());
    let schema = resolve(document, schema);
    let mut value = match types(&schema["type"]).next() {
        _ if schema.get("const").is_some() => schema["const"].clone(),
        Some("string") => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize)),
        Some("integer") => json!(7),
        Some("boolean") => json!(true),
        Some("array") => match schema["prefixItems"].as_array() {
            Some(items) => items.iter().map(|item| sample(document, item)).collect(),
            None => json!([sample(document, &schema["items"])]),
        },
        Some("object") => json!({}),
        Some(other) => panic!("no sample for {other}"),
        None => match ["anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array()) {
            Some(choices) => sample(document, &choices[0]),
            None => json!(null),
        },
    };
    if let Some(object) = value.as_object_mut() {
        for (name, field) in schema["properties"].as_object().into_iter().flatten().chain(beside.into_iter().flatten()) {
            object.insert(name.clone(), sample(document, field));
        }
        // A choice beside the fields, as of an entry's kind, brings fields of its own.
        if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array())
            && let Value::Object(more) = sample(document, &choices[0])
        {
            object.extend(more);
        }
    }
    value
}

/// Whether the value fits; if not, why.
pub fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else {
        return if *schema == Value::Bool(true) { Ok(()) } else { Err("nothing fits".to_owned()) };
    };
    let matching = |choices: &Value| choices.as_array().unwrap().iter().filter(|one| fits(document, one, value).is_ok()).count();
    let at_most = |limit: &Value, found: Option<u64>| found.is_none_or(|found| found <= limit.as_u64().unwrap());
    let at_least = |limit: &Value, found: Option<u64>| found.is_none_or(|found| found >= limit.as_u64().unwrap());
    let characters = value.as_str().map(|text| text.chars().count() as u64);
    let items = value.as_array().map(|items| items.len() as u64);
    for (keyword, rule) in keywords {
        let kept = match keyword.as_str() {
            "description" | "default" | "title" => true,
            "$ref" => {
                fits(document, document.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value)?;
                true
            }
            "type" => types(rule).any(|name| is(name, value)),
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "not" => fits(document, rule, value).is_err(),
            "anyOf" => matching(rule) > 0,
            "oneOf" => matching(rule) == 1,
            "properties" => {
                for (name, field) in rule.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        fits(document, field, inner).map_err(|why| format!("{name}: {why}"))?;
                    }
                }
                true
            }
            "additionalProperties" => rule == true,
            "required" => !value.is_object() || rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "items" => value.as_array().into_iter().flatten().all(|item| fits(document, rule, item).is_ok()),
            "prefixItems" => {
                value.as_array().into_iter().flatten().zip(rule.as_array().unwrap()).all(|(item, rule)| fits(document, rule, item).is_ok())
            }
            "minItems" => at_least(rule, items),
            "maxItems" => at_most(rule, items),
            "minLength" => at_least(rule, characters),
            "maxLength" => at_most(rule, characters),
            "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
            "maximum" => at_most(rule, value.as_u64()),
            "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
            other => panic!("the schema uses `{other}`, which this test does not read: teach it, or take the keyword out"),
        };
        if !kept {
            return Err(format!("{keyword} {rule} does not hold for {value}"));
        }
    }
    Ok(())
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice).iter().filter_map(Value::as_str)
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

/// The patterns that the string types have.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        r"^[^\u0000]*$" => !text.contains('\0'),
        "^[!-~]*$" => text.bytes().all(|byte| byte.is_ascii_graphic()),
        "^[A-Za-z0-9_-]*$" => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
        "^#[0-9a-f]{6}$" => text.len() == 7 && text[1..].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        other => panic!("the schema uses the pattern {other}, which this test does not read: teach it"),
    }
}

mod tests {
    use chat_proto::event::AnyEvent;

    use super::*;

    #[test]
    fn samples_of_all_events_fit_and_parse() {
        let document = document();
        for name in AnyEvent::NAMES {
            let schema = &document["events"][name]["payload"];
            let value = match *name {
                // Either of two; the parser takes the one that it finds.
                "answer" => json!({ "rid": "1", "ok": {} }),
                _ => sample(&document, schema),
            };
            fits(&document, schema, &value).unwrap_or_else(|why| panic!("{name}: {why}"));
            let frame = json!([name, value]);
            fits(&document, &document["$defs"]["ServerFrame"], &frame).unwrap_or_else(|why| panic!("{name}: {why}"));
            AnyEvent::parse(name, value).unwrap().unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }

    #[test]
    fn entries_as_the_server_writes_them_fit() {
        let document = document();
        let mut kinds = std::collections::BTreeSet::new();
        let fit = |name: &str, value: &Value| {
            fits(&document, &json!({ "$ref": format!("#/$defs/{name}") }), value).unwrap_or_else(|why| panic!("{name} {value}: {why}"));
        };
        for fixture in crate::fold::fixtures() {
            let fixture = serde_json::to_value(fixture).unwrap();
            fixture["lines"].as_array().unwrap().iter().for_each(|line| fit("Line", line));
            for step in fixture["steps"].as_array().unwrap() {
                let page = step.get("page");
                page.into_iter().for_each(|page| fit("Page", page));
                let parts = ["/page/entries", "/page/amendments", "/live"].iter().filter_map(|at| step.pointer(at)?.as_array());
                for entry in parts.flatten() {
                    fit("Entry", entry);
                    kinds.insert(entry["kind"].as_str().unwrap().to_owned());
                }
            }
        }
        assert!(kinds.len() > 5, "only {kinds:?} were seen");
    }

    #[test]
    fn an_entry_of_a_known_kind_has_its_fields_and_a_newer_one_any() {
        let document = document();
        let entry = |kind: &str, content: Value| {
            let author = json!({ "id": "u", "name": "ada", "color": "#7aa2f7" });
            let entry = json!({ "seq": 1, "id": "e", "time": 1, "author": author, "client_id": "c", "n": 1, "kind": kind, "content": content, "mentions": [] });
            fits(&document, &json!({ "$ref": "#/$defs/Entry" }), &entry)
        };
        entry("message", json!({ "type": "text", "text": "hello" })).unwrap();
        entry("message", json!("hello")).unwrap_err();
        entry("poll", json!("hello")).unwrap();
    }

    #[test]
    fn every_code_says_whether_to_send_again() {
        let document = document();
        let errors = document["errors"].as_object().unwrap();
        assert!(errors.len() >= 14, "{errors:?}");
        assert_eq!((&errors["slow_down"]["retry"], &errors["invalid"]["retry"]), (&json!("later"), &json!("never")));
        assert!(errors.values().all(|row| row["description"].as_str().is_some_and(|text| !text.is_empty())));
        assert!(!errors.contains_key("unknown"));
    }

    #[test]
    fn descriptions_read_without_the_source() {
        for (name, text) in [("schema.json", chat_proto::schema::json_schema()), ("asyncapi.json", chat_proto::schema::asyncapi())] {
            for trace in ["[`", "crate::", "limits::"] {
                assert!(!text.contains(trace), "{name} holds {trace:?}: schema/definitions.rs has a list of constants to name");
            }
        }
    }

    #[test]
    fn the_asyncapi_document_stands_alone() {
        let document: Value = serde_json::from_str(&chat_proto::schema::asyncapi()).unwrap();
        let mut left = vec![&document];
        let mut references = 0;
        while let Some(value) = left.pop() {
            if let Some(reference) = value["$ref"].as_str() {
                let target = reference.strip_prefix('#').and_then(|path| document.pointer(path));
                assert!(target.is_some(), "{reference} points nowhere");
                assert_eq!(value.as_object().unwrap().len(), 1, "readers ignore what stands beside {reference}");
                references += 1;
            }
            left.extend(value.as_object().into_iter().flat_map(|object| object.values()).chain(value.as_array().into_iter().flatten()));
        }
        assert!(references > 100);
        let operations = document["operations"].as_object().unwrap();
        for name in chat_proto::AnyRequest::NAMES {
            let operation = &operations[&name.replace(':', "_")];
            assert_eq!((operation["action"].as_str(), operation["reply"]["messages"].is_array()), (Some("receive"), true), "{name}");
        }
        for name in AnyEvent::NAMES.iter().filter(|name| **name != "answer") {
            assert_eq!(operations[&name.replace(':', "_")]["action"], "send", "{name}");
        }
    }
}
