//! The Python package's records and verbs.

use careline::reflect::{Kind, Shape};
use careline_connectors::surface::{Argument, ENGINE, TENANT, Verb, types};

use super::words::{given_by_field, indented, model_names, plain};

const HEAD: &str = "# Written from the Rust declarations by connectors/tests/bindings; do not edit.\n";

/// `_model.py`.
pub(crate) fn model() -> String {
    let types = types();
    let mut text = format!(
        "{HEAD}\"\"\"What careline's answers are made of: records, and the words that stand in them.\"\"\"\n\n\
         # mypy: disable-error-code=\"no-any-return\"\n\
         from __future__ import annotations\n\n\
         from datetime import datetime\n\
         from typing import Any, Literal, TypeAlias\n\n\
         from careline._careline import Span\n\
         from careline._record import Base, WithText\n\n\
         __all__ = [\n"
    );
    let names = types.enums.iter().map(|open| open.name).chain(types.records.iter().map(|shape| shape.name));
    let mut names: Vec<_> = names.chain(types.unions.iter().map(|union| union.name)).collect();
    names.sort_unstable();
    names.iter().for_each(|name| text.push_str(&format!("    \"{name}\",\n")));
    text.push_str("]\n");
    for open in &types.enums {
        let known = open.known.iter().map(|(value, _)| format!("\"{value}\"")).collect::<Vec<_>>().join(", ");
        let meanings = open.known.iter().map(|(value, doc)| format!("\n- `{value}`: {}", plain(doc)));
        let doc = format!("{}\n{}", plain(open.doc), meanings.collect::<String>());
        text.push_str(&format!("\n{}: TypeAlias = Literal[{known}] | str\n\"\"\"{doc}\n\"\"\"\n", open.name));
    }
    types.records.iter().for_each(|shape| text.push_str(&record(shape)));
    for union in &types.unions {
        let arms = union.arms.iter().map(|(_, kind)| of(&kind())).collect::<Vec<_>>().join(" | ");
        text.push_str(&format!("\n{}: TypeAlias = {arms}\n\"\"\"{}\"\"\"\n", union.name, plain(union.doc)));
    }
    text
}

fn record(shape: &Shape) -> String {
    let names = shape.fields.iter().map(|field| format!("\"{}\"", named(field.name))).collect::<Vec<_>>().join(", ");
    let comma = if shape.fields.len() == 1 { "," } else { "" };
    let base = if shape.name == "Content" { "WithText" } else { "Base" };
    let mut text = format!(
        "\n\nclass {}({base}):\n    \"\"\"{}\"\"\"\n\n    __slots__ = ()\n    __match_args__ = ({names}{comma})\n",
        shape.name,
        indented(&plain(shape.doc), "    ")
    );
    for (at, field) in shape.fields.iter().enumerate() {
        text.push_str(&format!(
            "\n    @property\n    def {}(self) -> {}:\n        \"\"\"{}\"\"\"\n        return self._get({at})\n",
            named(field.name),
            of(&(field.kind)()),
            indented(&plain(field.doc), "        ")
        ));
    }
    text
}

/// A field's name; Python's own words end with `_`.
fn named(name: &str) -> String {
    const KEYWORDS: [&str; 7] = ["as", "class", "def", "from", "in", "is", "with"];
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// The type of what a verb answers or a field holds.
fn of(kind: &Kind) -> String {
    match kind {
        Kind::Nothing => "None".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Float => "float".to_owned(),
        Kind::Text | Kind::Id => "str".to_owned(),
        Kind::Enum(open) => open.name.to_owned(),
        Kind::Time => "datetime".to_owned(),
        Kind::Span => "Span".to_owned(),
        Kind::Json => "Any".to_owned(),
        Kind::Option(inner) => format!("{} | None", of(inner)),
        Kind::List(inner) => format!("list[{}]", of(inner)),
        Kind::Map(inner) => format!("dict[str, {}]", of(inner)),
        Kind::Page(inner) => format!("Listing[{}]", of(inner)),
        Kind::Record(shape) => shape.name.to_owned(),
        Kind::Union(union) => union.name.to_owned(),
    }
}

/// The type of what a verb takes.
fn taken(kind: &Kind) -> String {
    match kind {
        Kind::Option(inner) => format!("{} | None", taken(inner)),
        Kind::List(inner) => format!("Sequence[{}]", taken(inner)),
        Kind::Map(inner) => format!("Mapping[str, {}]", taken(inner)),
        other => of(other),
    }
}

/// `_verbs.py`.
pub(crate) fn verbs() -> String {
    let mut text = format!(
        "{HEAD}\"\"\"What can be done for all tenants and for one, each twice: at once, and to be awaited.\"\"\"\n\n\
         # mypy: disable-error-code=\"no-any-return\"\n\
         from __future__ import annotations\n\n\
         from collections.abc import Mapping, Sequence\n\
         from datetime import datetime\n\
         from typing import Any\n\n\
         from careline._listing import AsyncListing, Listing\n\
         from careline._model import {}\n",
        model_names(|argument| match given_by_field(argument) {
            Some(shape) => shape.fields.iter().map(|field| (field.kind)()).collect(),
            None => vec![(argument.kind)()],
        })
    );
    for (name, list, what) in [
        ("Engine", ENGINE, "What is done for all tenants at once."),
        ("Tenant", TENANT, "What is done for one tenant."),
    ] {
        for awaited in [false, true] {
            let (class, before, listing) =
                if awaited { ("Async", "async ", "AsyncListing") } else { ("", "", "Listing") };
            text.push_str(&format!(
                "\n\nclass {class}{name}Verbs:\n    \"\"\"{what}\"\"\"\n\n    __slots__ = ()\n\n    \
                 {before}def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:\n        \
                 raise NotImplementedError\n\n    \
                 def _list(self, verb: str, arguments: dict[str, Any]) -> {listing}[Any]:\n        \
                 raise NotImplementedError\n"
            ));
            list.iter().for_each(|verb| text.push_str(&method(verb, awaited)));
        }
    }
    text
}

/// What a method takes: what must be given, what is given by name, each with its type, its default and what it stands
/// for.
struct Parameter {
    name: &'static str,
    doc: &'static str,
    text: String,
    by_name: bool,
}

fn parameters(verb: &Verb) -> Vec<Parameter> {
    let mut parameters: Vec<_> = verb
        .arguments
        .iter()
        .flat_map(|argument| match given_by_field(argument) {
            Some(shape) => shape
                .fields
                .iter()
                .map(|field| {
                    let (name, kind) = (field.name, (field.kind)());
                    let default = if argument.required.contains(&name) { "" } else { default(&kind) };
                    Parameter {
                        name,
                        doc: field.doc,
                        text: format!("{name}: {}{default}", taken(&kind)),
                        by_name: true,
                    }
                })
                .collect(),
            None => {
                let (name, kind) = (argument.name, (argument.kind)());
                let by_name = matches!(kind, Kind::Option(_));
                let default = if by_name { default(&kind) } else { "" };
                vec![Parameter { name, doc: argument.doc, text: format!("{name}: {}{default}", taken(&kind)), by_name }]
            }
        })
        .collect();
    parameters.sort_by_key(|parameter| parameter.by_name);
    parameters
}

/// What Rust's default is in Python.
fn default(kind: &Kind) -> &'static str {
    match kind {
        Kind::Option(_) => " = None",
        Kind::Bool => " = False",
        Kind::Text => " = \"\"",
        Kind::List(_) => " = ()",
        other => panic!("{other:?} has no default; it must be given"),
    }
}

/// An argument as the native part takes it.
fn passed(argument: &Argument) -> String {
    let Some(shape) = given_by_field(argument) else { return format!("\"{0}\": {0}", argument.name) };
    let fields = shape.fields.iter().map(|field| format!("\n                \"{0}\": {0},", field.name));
    format!("\"{}\": {{{}\n            }}", argument.name, fields.collect::<String>())
}

fn method(verb: &Verb, awaited: bool) -> String {
    let parameters = parameters(verb);
    let mut texts: Vec<_> = parameters.iter().map(|parameter| parameter.text.as_str()).collect();
    if let Some(first) = parameters.iter().position(|parameter| parameter.by_name) {
        texts.insert(first, "*");
    }
    let signature = match texts.len() {
        0..4 => texts.iter().map(|text| format!(", {text}")).collect(),
        _ => format!(",\n        {},\n    ", texts.join(",\n        ")),
    };
    let arguments: Vec<_> = verb.arguments.iter().map(passed).collect();
    let arguments = match arguments.len() {
        0..4 if !arguments.iter().any(|argument| argument.contains('\n')) => arguments.join(", "),
        _ => format!("\n            {},\n        ", arguments.join(",\n            ")),
    };
    let answer = (verb.answer)();
    let is_list = matches!(answer, Kind::Page(_));
    let (definition, call, answer) = match (is_list, awaited) {
        (true, false) => ("def", "self._list", of(&answer)),
        (true, true) => ("def", "self._list", format!("Async{}", of(&answer))),
        (false, false) => ("def", "self._perform", of(&answer)),
        (false, true) => ("async def", "await self._perform", of(&answer)),
    };
    let mut doc = indented(&plain(verb.doc), "        ");
    if !parameters.is_empty() {
        doc.push_str("\n\n        Args:");
        for parameter in &parameters {
            let said = indented(&plain(parameter.doc), "                ");
            doc.push_str(&format!("\n            {}: {said}", parameter.name));
        }
        doc.push_str("\n        ");
    }
    format!(
        "\n    {definition} {}(self{signature}) -> {answer}:\n        \"\"\"{doc}\"\"\"\n        return {call}(\"{}\", \
         {{{arguments}}})\n",
        verb.name, verb.name
    )
}
