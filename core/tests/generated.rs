//! Files generated from the types: each test fails on a difference and rewrites the file when `CARELINE_BLESS=1` is
//! set.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use careline::policy::Policy;
use serde_json::Value;

#[test]
fn the_policy_schema_is_up_to_date() {
    let schema = serde_json::to_string_pretty(Policy::schema()).unwrap();
    same("policy.schema.json", &(schema + "\n"));
}

#[test]
fn the_policy_reference_is_up_to_date() {
    same("policy-reference.md", &reference(Policy::schema()));
}

fn same(name: &str, generated: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(name);
    if std::env::var_os("CARELINE_BLESS").is_some() {
        fs::write(&path, generated).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == generated,
        "docs/{name} is out of date; run `CARELINE_BLESS=1 cargo test -p careline --test generated`"
    );
}

/// The tables of a policy file in the order a reader needs them.
const TABLES: [&str; 19] = [
    "brand",
    "accounts",
    "listening",
    "categories",
    "priorities",
    "teams",
    "agents",
    "calendars",
    "sla",
    "escalation",
    "cases",
    "retention",
    "advice",
    "guards",
    "replies",
    "approvals",
    "handoff",
    "automatic",
    "texts",
];

const HEAD: &str = "\
# Policy reference

Generated from the types in `core/src/policy`; do not edit.

A policy is one TOML file with a brand's rules. Only `[brand]` with a `name` must be there; the rest has defaults.
An example of everything is [example-policy.toml](example-policy.toml), the form for editors is
[policy.schema.json](policy.schema.json): put `#:schema ./policy.schema.json` into the first line of a policy.

Every mistake is reported at once, with file, line, column, key, reason and the nearest valid name:

```text
acme.toml:14:12: teams[0].calendar: there is no calendar `berln`; did you mean \"berlin\"?
```

In keys, places in lists count from 0.
";

fn reference(schema: &Value) -> String {
    let mut text = HEAD.to_owned();
    let tables = schema["properties"].as_object().unwrap();
    assert!(tables.keys().all(|table| TABLES.contains(&table.as_str())), "add the new table to TABLES");
    for table in TABLES {
        let property = &tables[table];
        let (list, rows) = match property["items"].is_object() {
            true => (true, resolve(schema, &property["items"])),
            false => (false, resolve(schema, property)),
        };
        let heading = if list { format!("[[{table}]]") } else { format!("[{table}]") };
        section(&mut text, &format!("`{heading}`"), &[&description(property), &details(rows)]);
        keys(&mut text, schema, rows);
        inner_tables(&mut text, schema, table, rows);
    }
    let condition = &schema["$defs"]["Condition"];
    section(&mut text, "Conditions", &["For `when` and `takes`.", &description(condition)]);
    keys(&mut text, schema, condition);
    let durations = description(&schema["$defs"]["Duration"]);
    section(&mut text, "Durations", &[&durations, "In business hours too `1d` is 24 hours; a working day is `8h`."]);
    text
}

/// The tables within a table, each with a section of its own.
fn inner_tables(text: &mut String, schema: &Value, table: &str, rows: &Value) {
    for (name, property) in rows["properties"].as_object().into_iter().flatten() {
        let (open, close, inner) = match property["items"].is_object() {
            true => ("[[", "]]", &property["items"]),
            false => ("[", "]", property),
        };
        let value = resolve(schema, inner);
        if value["properties"].is_object() && reference_of(inner) != Some("Condition") {
            section(text, &format!("`{open}{table}.{name}{close}`"), &[&description(value)]);
            keys(text, schema, value);
        }
    }
}

fn section(text: &mut String, heading: &str, paragraphs: &[&str]) {
    write!(text, "\n## {heading}\n\n").unwrap();
    let paragraphs: Vec<String> = paragraphs
        .iter()
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| wrapped(paragraph, "", ""))
        .collect();
    text.push_str(&paragraphs.join("\n"));
}

fn keys(text: &mut String, schema: &Value, table: &Value) {
    let Some(properties) = table["properties"].as_object() else { return };
    let required: Vec<&str> = table["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort_by_key(|name| (!required.contains(&name.as_str()), *name));
    text.push('\n');
    for name in names {
        let property = &properties[name];
        let default = match &property["default"] {
            _ if required.contains(&name.as_str()) => ", required".to_owned(),
            Value::String(default) if !default.is_empty() => format!(", default `{default:?}`"),
            default @ (Value::Number(_) | Value::Bool(_)) => format!(", default `{default}`"),
            _ => String::new(),
        };
        let line = format!("`{name}` ({}{default}): {}", kind(schema, property), description(property));
        text.push_str(&wrapped(&line, "- ", "  "));
    }
}

/// What a value looks like, in a word or two.
fn kind(schema: &Value, property: &Value) -> String {
    let name = reference_of(property).unwrap_or_default();
    let value = resolve(schema, property);
    match (name, kind_name(value)) {
        ("Condition", _) => "[condition](#conditions)".to_owned(),
        ("Duration", _) => "[duration](#durations)".to_owned(),
        ("Texts", _) => "texts by language".to_owned(),
        (_, "array") => format!("list of {}", plural(&kind(schema, &value["items"]))),
        (_, "object") if value["properties"].is_object() => "table".to_owned(),
        (_, "object") => format!("table of {}", plural(&kind(schema, &value["additionalProperties"]))),
        (_, "string") if value["enum"].is_array() => choice(&value["enum"]),
        (_, "string") => "text".to_owned(),
        (_, "integer") => "whole number".to_owned(),
        (_, "boolean") => "true or false".to_owned(),
        (_, other) => other.to_owned(),
    }
}

/// "`a`, `b` or `c`".
fn choice(values: &Value) -> String {
    let values: Vec<String> =
        values.as_array().unwrap().iter().map(|value| format!("`{}`", value.as_str().unwrap())).collect();
    match values.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => values.concat(),
    }
}

fn plural(kind: &str) -> String {
    match kind.strip_prefix("list of ") {
        Some(items) => format!("lists of {items}"),
        None => format!("{kind}s"),
    }
}

fn kind_name(value: &Value) -> &str {
    let first = value["type"].as_array().into_iter().flatten().find(|kind| *kind != "null");
    first.unwrap_or(&value["type"]).as_str().unwrap_or_default()
}

fn reference_of(value: &Value) -> Option<&str> {
    let choice = value["anyOf"].as_array().into_iter().flatten().find(|choice| choice["type"] != "null");
    choice.unwrap_or(value)["$ref"].as_str()?.strip_prefix("#/$defs/")
}

fn resolve<'a>(schema: &'a Value, value: &'a Value) -> &'a Value {
    reference_of(value).map_or(value, |name| &schema["$defs"][name])
}

fn description(value: &Value) -> String {
    value["description"].as_str().unwrap_or_default().to_owned()
}

/// What the description of a type says beyond its first paragraph, which only says what one row is.
fn details(rows: &Value) -> String {
    description(rows).split_once("\n\n").map(|(_, details)| details.to_owned()).unwrap_or_default()
}

/// Text in lines of at most 120 columns; paragraphs stay apart.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut lines = String::new();
    for (number, paragraph) in text.split("\n\n").enumerate() {
        let mut line = if number == 0 { first.to_owned() } else { format!("\n{rest}") };
        for word in paragraph.split_whitespace() {
            if line.chars().count() + word.chars().count() > 119 {
                lines.push_str(line.trim_end());
                lines.push('\n');
                line = rest.to_owned();
            }
            line.push_str(word);
            line.push(' ');
        }
        lines.push_str(line.trim_end_matches(' '));
        lines.push('\n');
    }
    lines
}
