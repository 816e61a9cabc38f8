//! A text of an example with the facts in braces behind it.

use careline::listen::QueryInput;
use careline::model::{Profile, Surface};
use serde_json::{Map, Value};

pub struct Told {
    pub text: String,
    facts: Map<String, Value>,
}

impl Told {
    /// Reads `text {name=value name=value}`; `␣` is a space in a value.
    pub fn read(line: &str) -> Self {
        let (text, facts) =
            line.rsplit_once(" {").map_or((line, ""), |(text, facts)| (text, facts.trim_end_matches('}')));
        let fact = |fact: &str| {
            let (name, value) = fact.split_once('=').unwrap();
            let value = match name {
                "rating" => Value::from(value.parse::<f64>().unwrap()),
                "followers" => Value::from(value.parse::<u64>().unwrap()),
                "media" => Value::Bool(value == "yes"),
                _ => Value::from(value.replace('␣', " ")),
            };
            (name.to_owned(), value)
        };
        Self { text: text.to_owned(), facts: facts.split_whitespace().map(fact).collect() }
    }

    /// As the vectors write it.
    pub fn json(&self) -> Value {
        let mut json = self.facts.clone();
        json.insert("text".to_owned(), self.text.clone().into());
        json.into()
    }

    pub fn ask<T>(&self, ask: impl FnOnce(&QueryInput<'_>) -> T) -> T {
        let text = |name: &str| self.facts.get(name).and_then(Value::as_str);
        let author = text("author").map(|author| Profile { handle: Some(author.into()), ..Profile::default() });
        let surface = text("surface").map(Surface::from);
        let mut input = QueryInput::new(&self.text);
        input.author = author.as_ref();
        input.network = text("network");
        input.account = text("account");
        input.language = text("lang");
        input.surface = surface.as_ref();
        input.has_media = self.facts.get("media").and_then(Value::as_bool).unwrap_or_default();
        input.rating = self.facts.get("rating").and_then(Value::as_f64);
        input.followers = self.facts.get("followers").and_then(Value::as_u64);
        ask(&input)
    }
}
