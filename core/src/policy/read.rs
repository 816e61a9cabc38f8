//! Reads a policy from TOML and reports every mistake with its place.
//!
//! The text is read into a tree with places, the tree is held against the JSON Schema generated from the types, and
//! what does not fit is reported and replaced by something that does; so the rest can still be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{bare, check};
use super::mistake::{Mistake, Place, PolicyErrors};
use super::{Policy, duration};

/// The form of a policy as JSON Schema, generated from the types.
pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Policy).to_value());

/// Reads `text`, which `file` names in mistakes.
pub(super) fn parse(text: &str, file: &str) -> Result<Policy, PolicyErrors> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading::default();
    let whole = table.span();
    let read = reading.table(table.get_ref(), whole, &SCHEMA, "");
    let policy: Policy = serde_json::from_value(read).unwrap_or_else(|error| {
        reading.wrong(0..0, Mistake::new("", error.to_string()));
        Policy::default()
    });
    for error in &errors {
        let reason = format!("is no TOML: {}", error.message().replace('\n', ", "));
        reading.mistakes.push((error.span().unwrap_or_default(), Mistake::new("", reason)));
    }
    // What could not be read cannot be referred to either.
    if errors.is_empty() {
        reading.check(&policy);
    }
    if reading.mistakes.is_empty() {
        return Ok(policy);
    }
    let place = |(span, mistake): (Range<usize>, Mistake)| Mistake {
        file: file.to_owned(),
        place: Some(place(text, span.start)),
        ..mistake
    };
    Err(PolicyErrors::new(reading.mistakes.into_iter().map(place).collect()))
}

fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    Place { line: number(before.matches('\n').count()), column: number(line.chars().count()) }
}

#[derive(Default)]
struct Reading {
    /// Where each key's value stands.
    spans: BTreeMap<String, Range<usize>>,
    /// Keys about which something was said already.
    reported: BTreeSet<String>,
    mistakes: Vec<(Range<usize>, Mistake)>,
}

impl Reading {
    fn wrong(&mut self, span: Range<usize>, mistake: Mistake) {
        self.reported.insert(mistake.key.clone());
        self.mistakes.push((span, mistake));
    }

    /// Adds what is wrong with the meaning, save where the form was wrong already.
    fn check(&mut self, policy: &Policy) {
        for mistake in check(policy) {
            let within = |outer: &str, inner: &str| {
                inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let follows = |key: &String| within(key, &mistake.key) || within(&mistake.key, key);
            if !self.reported.iter().any(follows) {
                self.mistakes.push((self.span(&mistake.key), mistake));
            }
        }
    }

    /// Where a key stands, or the nearest table around it.
    fn span(&self, mut key: &str) -> Range<usize> {
        loop {
            if let Some(span) = self.spans.get(key) {
                return span.clone();
            }
            match key.rfind(['.', '[']) {
                Some(end) => key = &key[..end],
                None => return 0..0,
            }
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &Value, key: &str) -> Value {
        let (schema, name) = resolve(schema);
        self.spans.insert(key.to_owned(), value.span());
        let wanted = wanted(schema);
        let read = match (value.get_ref(), wanted) {
            (DeValue::Table(table), "object") => Some(self.table(table, value.span(), schema, key)),
            (DeValue::Array(items), "array") => {
                let item = |(number, item)| self.value(item, &schema["items"], &format!("{key}[{number}]"));
                Some(items.iter().enumerate().map(item).collect())
            }
            (DeValue::String(text), "string") if name == "Duration" => match duration::read(text) {
                Ok(_) => Some(json!(text)),
                Err(reason) => {
                    self.wrong(value.span(), Mistake::new(key, reason));
                    Some(filler(schema))
                }
            },
            (DeValue::String(text), "string") if !chosen(schema, text) => {
                let valid = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
                self.wrong(value.span(), Mistake::unknown(key, "value", text, valid));
                Some(filler(schema))
            }
            (DeValue::String(text), "string") => Some(json!(text)),
            // A date may be written without quotes.
            (DeValue::Datetime(date), "string") => Some(json!(date.to_string())),
            (DeValue::Boolean(truth), "boolean") => Some(json!(truth)),
            (DeValue::Integer(digits), "integer" | "number") => {
                let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
                Some(self.number(number, &digits.to_string(), value.span(), schema, key))
            }
            (DeValue::Float(digits), "number") => {
                let number = digits.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                number.map(Value::Number)
            }
            _ => None,
        };
        read.unwrap_or_else(|| {
            let reason = format!("is {}, but must be {}", found(value.get_ref()), article(wanted));
            self.wrong(value.span(), Mistake::new(key, reason));
            filler(schema)
        })
    }

    fn number(&mut self, number: Option<i64>, text: &str, span: Range<usize>, schema: &Value, key: &str) -> Value {
        let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
        let most = schema["maximum"].as_i64().unwrap_or(if schema["format"] == "uint32" {
            i64::from(u32::MAX)
        } else {
            i64::MAX
        });
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => json!(number),
            None => {
                self.wrong(span, Mistake::new(key, format!("{text} is not between {least} and {most}")));
                json!(least.max(0))
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, schema: &Value, key: &str) -> Value {
        let inner = |name: &str| if key.is_empty() { bare(name) } else { format!("{key}.{}", bare(name)) };
        let known = schema["properties"].as_object();
        let mut read = Map::new();
        for (name, value) in table {
            let (text, key) = (name.get_ref().as_ref(), inner(name.get_ref()));
            if let Some(schema) = known.and_then(|known| known.get(text)) {
                read.insert(text.to_owned(), self.value(value, schema, &key));
            } else if let schema @ Value::Object(_) = &schema["additionalProperties"] {
                read.insert(text.to_owned(), self.value(value, schema, &key));
            } else {
                let free = known.into_iter().flatten().map(|(name, _)| name.as_str());
                let free = free.filter(|name| !table.contains_key(*name));
                let mistake = Mistake::unknown(key, "key", text, free);
                self.reported.extend(mistake.nearest.as_deref().map(inner));
                self.wrong(name.span(), mistake);
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !read.contains_key(name) {
                if !self.reported.contains(&inner(name)) {
                    self.wrong(span.clone(), Mistake::new(inner(name), "is missing"));
                }
                read.insert(name.to_owned(), filler(resolve(&schema["properties"][name]).0));
            }
        }
        Value::Object(read)
    }
}

/// The schema that a reference or an optional value stands for, and its name.
fn resolve(schema: &Value) -> (&Value, &str) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return (&SCHEMA["$defs"][name], name);
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    choices.clone().find(|choice| choice["type"] != "null").map_or((schema, ""), resolve)
}

/// The type a schema asks for.
fn wanted(schema: &Value) -> &str {
    let one = |kind: &Value| kind != "null";
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| one(kind)).and_then(Value::as_str),
        kind => kind.as_str(),
    }
    .unwrap_or_default()
}

/// Whether a text is one of those that a schema lists, if it lists any.
fn chosen(schema: &Value, text: &str) -> bool {
    schema["enum"].as_array().is_none_or(|valid| valid.iter().any(|value| value == text))
}

/// Something that fits a schema, in place of what does not.
fn filler(schema: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    match wanted(schema) {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), filler(resolve(&schema["properties"][name]).0))).collect()
        }
        "array" => json!([]),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        "boolean" => json!(false),
        _ => json!(""),
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Float(number) if number.as_str().ends_with(['n', 'f']) => "`nan` or `inf`",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn article(wanted: &str) -> &'static str {
    match wanted {
        "string" => "a text in quotes",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list: [ … ]",
        _ => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        match parse(text, "p.toml") {
            Ok(_) => Vec::new(),
            Err(errors) => errors.to_string().lines().map(str::to_owned).collect(),
        }
    }

    #[test]
    fn a_brand_alone_is_a_policy() {
        assert_eq!(parse("[brand]\nname = 'Acme'", "p.toml").unwrap(), Policy::from_brand("Acme"));
    }

    #[test]
    fn what_is_written_out_reads_back() {
        let text = "[brand]\nname = 'Acme'\n[cases]\nreopen_within = '36h'\n[[escalation]]\nat = 1\nnotify = ['team']";
        let policy = parse(text, "p.toml").unwrap();
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    }

    #[test]
    fn mistakes_of_form_are_told_with_their_places() {
        let text = "\
[brand]
name = 7
langauge = 'de'

[[teams]]
id = 'care'
accept_within = '5 minutes'
takes = { tier = ['1'], catgory = ['billing'] }

[[agents]]
name = 'Jo'
capacity = -1
skills = 'all'

[cases]
reopen_within = 7
join_threads = 'yes'
";
        assert_eq!(
            mistakes(text),
            [
                "p.toml:2:8: brand.name: is a number, but must be a text in quotes",
                "p.toml:3:1: brand.langauge: there is no key `langauge`; did you mean \"language\"?",
                "p.toml:7:17: teams[0].accept_within: `5 minutes` is no duration; write `90s`, `15m`, `8h` or `7d`",
                "p.toml:8:19: teams[0].takes.tier[0]: is a text, but must be a whole number",
                "p.toml:8:25: teams[0].takes.catgory: there is no key `catgory`; did you mean \"category\"?",
                "p.toml:10:1: agents[0].id: is missing",
                "p.toml:12:12: agents[0].capacity: -1 is not between 0 and 4294967295",
                "p.toml:13:10: agents[0].skills: is a text, but must be a table",
                "p.toml:16:17: cases.reopen_within: is a number, but must be a text in quotes",
                "p.toml:17:16: cases.join_threads: is a text, but must be true or false",
            ]
        );
    }

    #[test]
    fn broken_toml_is_told_with_its_place_and_does_not_hide_mistakes_of_form() {
        let found = mistakes("[brand]\nname = 'Acme\nlangauge = 'de'\n[cases]\njoin = true");
        assert!(found[0].starts_with("p.toml:2:13: is no TOML: "), "{found:?}");
        assert!(
            found.iter().any(|line| line.starts_with("p.toml:5:1: cases.join: there is no key `join`")),
            "{found:?}"
        );
        assert_eq!(mistakes("")[0], "p.toml:1:1: brand: is missing");
        assert!(mistakes("[brand]\nname = 'a'\nname = 'b'")[0].contains("duplicate key"));
    }

    #[test]
    fn columns_count_characters() {
        assert!(mistakes("brand = { name = 'Äcme', lang = 'de' }")[0].starts_with("p.toml:1:26: brand.lang: "));
    }

    #[test]
    fn dates_need_no_quotes() {
        let text = "[brand]\nname = 'Acme'\n[[calendars]]\nid = 'hq'\nzone = 'UTC'\nhours = { mon = ['09:00-17:00'] }\n\
                    holidays = [2026-12-25, '2027-01-01']";
        assert_eq!(parse(text, "p.toml").unwrap().calendars[0].holidays, ["2026-12-25", "2027-01-01"]);
    }

    #[test]
    fn what_is_no_number_is_not_called_one() {
        let text = "brand.name = 'Acme'\n[[escalation]]\nat = nan\nnotify = ['team']\n";
        assert_eq!(mistakes(text), ["p.toml:3:6: escalation[0].at: is `nan` or `inf`, but must be a number"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(lines in proptest::collection::vec(concat!(
            r"\[{0,2}(brand|teams|agents|sla|escalation|calendars|texts)\]{0,2}",
            r"|(name|id|at|when|hours|zone|skills|tier) = ([0-9.]{1,5}|'[a-z:0-9-]*'|\[\]|\{ ?[a-z]* = 1 \}|true)|.*",
        ), 0..12)) {
            let text = lines.join("\n");
            let _ = parse(&text, "p.toml");
        }
    }
}
