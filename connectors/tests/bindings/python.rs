//! The Python package's records and verbs.

use careline::reflect::{Kind, Shape};
use careline_connectors::surface::{Argument, ENGINE, TENANT, Verb, types};

use super::words::{indented, model_names, plain};

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
        model_names()
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

fn method(verb: &Verb, awaited: bool) -> String {
    let is_optional = |argument: &&Argument| matches!((argument.kind)(), Kind::Option(_));
    let required = verb.arguments.iter().filter(|argument| !is_optional(argument));
    let mut parameters: Vec<_> =
        required.map(|argument| format!("{}: {}", argument.name, taken(&(argument.kind)()))).collect();
    let optional: Vec<_> = verb.arguments.iter().filter(is_optional).collect();
    if !optional.is_empty() {
        parameters.push("*".to_owned());
        parameters
            .extend(optional.iter().map(|argument| format!("{}: {} = None", argument.name, taken(&(argument.kind)()))));
    }
    let parameters = match parameters.len() {
        0..4 => parameters.iter().map(|parameter| format!(", {parameter}")).collect(),
        _ => format!(",\n        {},\n    ", parameters.join(",\n        ")),
    };
    let arguments = verb.arguments.iter().map(|argument| format!("\"{0}\": {0}", argument.name));
    let arguments = match arguments.len() {
        0..4 => arguments.collect::<Vec<_>>().join(", "),
        _ => format!("\n            {},\n        ", arguments.collect::<Vec<_>>().join(",\n            ")),
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
    if !verb.arguments.is_empty() {
        doc.push_str("\n\n        Args:");
        for argument in verb.arguments {
            let said = indented(&plain(argument.doc), "                ");
            doc.push_str(&format!("\n            {}: {said}", argument.name));
        }
        doc.push_str("\n        ");
    }
    format!(
        "\n    {definition} {}(self{parameters}) -> {answer}:\n        \"\"\"{doc}\"\"\"\n        return {call}(\"{}\", \
         {{{arguments}}})\n",
        verb.name, verb.name
    )
}
