//! The schema of method documents against the methods that ship and against the reader itself.

use serde_json::{Map, Value, json};

use super::super::{DESMIGRATIF, Method, SHIPPED, parse};

const SCHEMA: &str = include_str!("../../../../docs/method.schema.json");
const IPM: &str = include_str!("../../../../docs/examples/ipm.toml");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

fn document(text: &str) -> Value {
    toml::from_str(text).expect("the document is TOML")
}

/// What a document has that its schema forbids, and lacks that it asks for. As much of draft 7 as the schema uses.
fn faults(schema: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Value::Object(keys) = rule else {
        panic!("{at}: a rule is an object");
    };
    for (key, wanted) in keys {
        match key.as_str() {
            "$schema" | "title" | "description" | "definitions" => {}
            "$ref" => {
                let name = wanted.as_str().unwrap().replacen('#', "", 1);
                let target = schema.pointer(&name);
                let target = target.unwrap_or_else(|| panic!("no {name}"));
                found.extend(faults(schema, target, value, at));
            }
            "allOf" => {
                let rules = wanted.as_array().unwrap().iter();
                found.extend(rules.flat_map(|it| faults(schema, it, value, at)));
            }
            "oneOf" => {
                let rules = wanted.as_array().unwrap().iter();
                let tried: Vec<_> = rules.map(|it| faults(schema, it, value, at)).collect();
                if tried.iter().filter(|it| it.is_empty()).count() != 1 {
                    found.push(format!("{at}: not one of these: {tried:?}"));
                }
            }
            "type" => {
                let fits = match wanted.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("{other} is no type"),
                };
                if !fits {
                    found.push(format!("{at}: no {wanted}"));
                }
            }
            "const" if value != wanted => found.push(format!("{at}: not {wanted}")),
            "enum" if !wanted.as_array().unwrap().contains(value) => {
                found.push(format!("{at}: none of {wanted}"));
            }
            "minimum" if value.as_f64().is_some_and(|it| Some(it) < wanted.as_f64()) => {
                found.push(format!("{at}: too low"))
            }
            "maximum" if wanted.as_f64() < value.as_f64() => found.push(format!("{at}: too high")),
            "minItems" | "maxItems" => {
                let count = value.as_array().map_or(0, Vec::len) as u64;
                let wanted = wanted.as_u64().unwrap();
                if (key == "minItems" && count < wanted) || (key == "maxItems" && wanted < count) {
                    found.push(format!("{at}: {count} items"));
                }
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                found.extend(
                    items.flat_map(|(index, it)| {
                        faults(schema, wanted, it, &format!("{at}[{index}]"))
                    }),
                );
            }
            "required" => {
                let names = wanted.as_array().unwrap().iter();
                let lacks = names.filter(|it| value.get(it.as_str().unwrap()).is_none());
                found.extend(lacks.map(|it| format!("{at}: lacks {it}")));
            }
            "properties" => {
                let own = wanted.as_object().unwrap();
                for (name, value) in value.as_object().into_iter().flatten() {
                    let at = format!("{at}.{name}");
                    match own.get(name) {
                        Some(rule) => found.extend(faults(schema, rule, value, &at)),
                        None => found.push(format!("{at}: unknown")),
                    }
                }
            }
            "additionalProperties" => assert_eq!(wanted, &json!(false)),
            "const" | "enum" | "minimum" | "maximum" | "pattern" => {}
            other => panic!("{at}: this test does not know `{other}`"),
        }
    }
    found
}

fn told(value: &Value) -> Vec<String> {
    let schema = schema();
    faults(&schema, &schema, value, "")
}

#[test]
fn every_shipped_method_keeps_to_the_schema() {
    for shipped in SHIPPED {
        assert_eq!(
            told(&document(shipped.document)),
            [""; 0],
            "{}",
            shipped.file
        );
    }
    assert_eq!(told(&document(IPM)), [""; 0]);
    assert!(parse(IPM).is_ok());
}

/// Everywhere in a document, what the reader refuses as a key that it does not know the schema refuses too.
#[test]
fn a_misspelt_key_fails_wherever_it_stands() {
    let wrong = |path: &[&str]| {
        let mut value = document(DESMIGRATIF.document);
        let mut at = &mut value;
        for step in path {
            at = match step.parse::<usize>() {
                Ok(index) => &mut at[index],
                Err(_) => &mut at[*step],
            };
        }
        at["labbel"] = json!(1);
        value
    };
    let places: [&[&str]; 8] = [
        &[],
        &["label"],
        &["dimension", "1"],
        &["indicator", "0"],
        &["indicator", "0", "normalise"],
        &["uncertainty"],
        &["programme", "quota"],
        &["programme", "eligible", "2"],
    ];
    for place in places {
        let value = wrong(place);
        assert!(!told(&value).is_empty(), "{place:?}");
        let error = serde_json::from_value::<Method>(value).unwrap_err();
        assert!(error.to_string().contains("labbel"), "{place:?}: {error}");
    }
    let mut value = document(DESMIGRATIF.document);
    value["indicator"][0]["weight"] = json!("empat puluh");
    assert_eq!(told(&value), [".indicator[0].weight: no \"number\""]);
    value.as_object_mut().unwrap().remove("decimals");
    assert_eq!(told(&value).len(), 2);
}

/// The reader names the keys that it expects, so that a key added to one of both and not to the other is told.
#[test]
fn the_schema_has_the_keys_that_the_reader_has() {
    let text = |extra: &str, quota: &str| {
        format!(
            "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = {{ id = \"M\", en = \"M\" }}\ndecimals = 2\n\
             [[dimension]]\nid = \"d\"\nlabel = {{ id = \"D\", en = \"D\" }}\n\
             [[indicator]]\nid = \"a\"\ndimension = \"d\"\nlabel = {{ id = \"A\", en = \"A\" }}\n\
             normalise = {{ kind = \"as_is\" }}\n{extra}\n\
             [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\n{quota}\n"
        )
    };
    let cases = [
        ("dimension", text("[[dimension]]\nzzz = 1", "")),
        ("indicator", text("[[indicator]]\nzzz = 1", "")),
        ("class", text("[[class]]\nzzz = 1", "")),
        ("screening", text("[screening]\nzzz = 1", "")),
        ("uncertainty", text("[uncertainty]\nzzz = 1", "")),
        ("quota", text("", "zzz = 1")),
        ("earmark", text("", "[[programme.quota.earmark]]\nzzz = 1")),
        ("mix", text("", "[[programme.quota.mix]]\nzzz = 1")),
        ("spacing", text("", "[programme.quota.spacing]\nzzz = 1")),
        ("lock", text("", "[[programme.quota.lock]]\nzzz = 1")),
        ("kawasan", text("", "[programme.kawasan]\nzzz = 1")),
        ("total", text("", "[[programme.kawasan.total]]\nzzz = 1")),
        ("eligible", text("", "[[programme.eligible]]\nzzz = 1")),
        ("tie_break", text("", "[[programme.tie_break]]\nzzz = 1")),
        (
            "rung",
            text(
                "[[indicator]]\nnormalise = { kind = \"ladder\", top = 5, rungs = [{ zzz = 1 }] }",
                "",
            ),
        ),
        ("nearest", text("[[indicator]]\nnearest = { zzz = 1 }", "")),
        (
            "comparison",
            text("[[dimension]]\nweights = { ahp = [{ zzz = 1 }] }", ""),
        ),
        ("", "zzz = 1".to_owned()),
        ("programme", "[programme]\nzzz = 1".to_owned()),
    ];
    let schema = schema();
    for (name, text) in cases {
        let problems = parse(&text).unwrap_err();
        let mut told = problems.iter().map(|it| it.text.en.as_str());
        let told = told.find(|it| it.contains("unknown field `zzz`"));
        let told = told.unwrap_or_else(|| panic!("{name}: {problems:?}"));
        let (_, expected) = told.split_once("expected ").unwrap();
        let mut read: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        read.sort_unstable();
        let own = match name {
            "" => &schema["properties"],
            name => &schema["definitions"][name]["properties"],
        };
        let own: &Map<String, Value> = own.as_object().unwrap();
        let mut own: Vec<&str> = own.keys().map(String::as_str).collect();
        own.sort_unstable();
        assert_eq!(own, read, "{name}");
    }
}
