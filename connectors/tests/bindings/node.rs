//! The Node package's records and verbs.

use careline::reflect::{Kind, Shape};
use careline_connectors::surface::{Argument, ENGINE, TENANT, Verb, types};

use super::words::{camel_case, given_by_field, indented, model_names, plain};

const HEAD: &str = "// Written from the Rust declarations by connectors/tests/bindings; do not edit.\n";

/// `model.js`: how answers are read, and records written as JSON.
pub(crate) fn model() -> String {
    let types = types();
    let mut text = format!(
        "{HEAD}'use strict'\n\n\
         // Reads what stands in an answer: each takes a Reader and gives a plain object.\n\
         const read = {{\n"
    );
    for shape in &types.records {
        text.push_str(&format!("  {}: (r) => (r.open(), {{\n{}  }}),\n", shape.name, fields_read(shape, "    ")));
    }
    for union in &types.unions {
        text.push_str(&format!("  {}: (r) => {{\n    switch (r.number()) {{\n", union.name));
        for (at, (tag, kind)) in union.arms.iter().enumerate() {
            let tagged = format!("{}: '{tag}'", union.tag);
            let literal = match kind() {
                Kind::Record(shape) => {
                    format!("(r.open(), {{\n        {tagged},\n{}      }})", fields_read(shape, "        "))
                }
                _ => format!("{{ {tagged}, ...r.json() }}"),
            };
            text.push_str(&format!("      case {at}: return {literal}\n"));
        }
        text.push_str("      default: return undefined\n    }\n  },\n");
    }
    text.push_str(
        "}\n\n// Writes a plain object as JSON knows it: names as in Rust, spans in UTF-8 bytes. Dates write themselves.\n\
         const span = (v) => (v && { start: v.startByte, end: v.endByte })\n\
         const some = (f) => (v) => (v == null ? undefined : f(v))\n\
         const list = (f) => (v) => (v == null ? undefined : Array.from(v, (one) => f(one)))\n\
         const map = (f) => (v) => (v == null ? undefined : Object.fromEntries(Object.entries(v).map(([k, one]) => [k, f(one)])))\n\
         const write = {\n",
    );
    for shape in &types.records {
        text.push_str(&format!("  {}: (v) => ({{\n", shape.name));
        for field in shape.fields {
            let value = format!("v.{}", camel_case(field.name));
            text.push_str(&format!("    {}: {},\n", field.name, written(&(field.kind)(), &value)));
        }
        text.push_str("  }),\n");
    }
    for union in &types.unions {
        text.push_str(&format!("  {}: (v) => {{\n    switch (v.{}) {{\n", union.name, union.tag));
        for (tag, kind) in union.arms {
            let literal = match kind() {
                Kind::Record(shape) => format!("{{ {}: '{tag}', ...write.{}(v) }}", union.tag, shape.name),
                _ => "v".to_owned(),
            };
            text.push_str(&format!("      case '{tag}': return {literal}\n"));
        }
        text.push_str("      default: return v\n    }\n  },\n");
    }
    text.push_str("}\n\nmodule.exports = { read, write }\n");
    text
}

fn fields_read(shape: &Shape, indent: &str) -> String {
    let fields = shape.fields.iter();
    fields.map(|field| format!("{indent}{}: {},\n", camel_case(field.name), called(&(field.kind)()))).collect()
}

/// An expression that reads a value from `r`.
fn called(kind: &Kind) -> String {
    match kind {
        Kind::Nothing => "r.nothing()".to_owned(),
        Kind::Bool => "r.bool()".to_owned(),
        Kind::Int | Kind::Float => "r.number()".to_owned(),
        Kind::Text | Kind::Id | Kind::Enum(_) => "r.text()".to_owned(),
        Kind::Time => "r.time()".to_owned(),
        Kind::Span => "r.span()".to_owned(),
        Kind::Json => "r.json()".to_owned(),
        Kind::Option(inner) => format!("r.absent() ? undefined : {}", called(inner)),
        Kind::List(inner) => format!("r.list({})", reader(inner)),
        Kind::Map(inner) => format!("r.map({})", reader(inner)),
        Kind::Page(inner) => format!("r.page({})", reader(inner)),
        Kind::Record(shape) => format!("read.{}(r)", shape.name),
        Kind::Union(union) => format!("read.{}(r)", union.name),
    }
}

/// A function that reads a value.
fn reader(kind: &Kind) -> String {
    match kind {
        Kind::Record(shape) => format!("read.{}", shape.name),
        Kind::Union(union) => format!("read.{}", union.name),
        _ => format!("(r) => {}", called(kind)),
    }
}

/// An expression that writes the value of another one.
fn written(kind: &Kind, value: &str) -> String {
    match writer(kind) {
        Some(writer) => format!("{writer}({value})"),
        None => value.to_owned(),
    }
}

/// A function that writes a value; absent where it is written as it is.
fn writer(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Span => Some("span".to_owned()),
        Kind::Option(inner) => writer(inner).map(|inner| format!("some({inner})")),
        Kind::List(inner) => writer(inner).map(|inner| format!("list({inner})")),
        Kind::Map(inner) => writer(inner).map(|inner| format!("map({inner})")),
        Kind::Record(shape) => Some(format!("write.{}", shape.name)),
        Kind::Union(union) => Some(format!("write.{}", union.name)),
        _ => None,
    }
}

/// `model.d.ts`.
pub(crate) fn model_types() -> String {
    let types = types();
    let mut text = format!(
        "{HEAD}\n/** A stretch of a text in UTF-16 units, as JavaScript counts: `text.slice(span.start, span.end)`. */\n\
         export interface Span {{\n\
         \x20 /** The first unit; absent where the text was not known when this was read. */\n  readonly start?: number\n\
         \x20 /** One past the last unit. */\n  readonly end?: number\n\
         \x20 /** The first byte, in UTF-8. */\n  readonly startByte: number\n\
         \x20 /** One past the last byte, in UTF-8. */\n  readonly endByte: number\n}}\n"
    );
    for open in &types.enums {
        let known = open.known.iter().map(|(value, _)| format!("'{value}'")).collect::<Vec<_>>().join(" | ");
        let meanings = open.known.iter().map(|(value, doc)| format!("\n- `{value}`: {}", plain(doc)));
        let doc = format!("{}\n{}", plain(open.doc), meanings.collect::<String>());
        let name = open.name;
        text.push_str(&format!("\n{}export type {name} = {known} | (string & {{}})\n", comment(&doc, "")));
    }
    for shape in &types.records {
        text.push_str(&format!("\n{}export interface {} {{\n", comment(&plain(shape.doc), ""), shape.name));
        for field in shape.fields {
            let (name, kind) = (camel_case(field.name), (field.kind)());
            let mark = if matches!(kind, Kind::Option(_)) { "?" } else { "" };
            text.push_str(&comment(&plain(field.doc), "  "));
            text.push_str(&format!("  readonly {name}{mark}: {}\n", of(&kind)));
        }
        text.push_str("}\n");
    }
    for union in &types.unions {
        text.push_str(&format!("\n{}export type {} =\n", comment(&plain(union.doc), ""), union.name));
        for (tag, kind) in union.arms {
            // `any` in a union would make all of it `any`.
            let held = match kind() {
                Kind::Json => "{ readonly [name: string]: unknown }".to_owned(),
                other => of(&other),
            };
            text.push_str(&format!("  | ({{ readonly {}: '{tag}' }} & {held})\n", union.tag));
        }
    }
    text.push_str("\n/** Every record, by its name. */\nexport interface Records {\n");
    types.records.iter().for_each(|shape| text.push_str(&format!("  {0}: {0}\n", shape.name)));
    text.push_str("}\n");
    text
}

fn comment(doc: &str, indent: &str) -> String {
    match doc.contains('\n') {
        true => format!("{indent}/**\n{indent} * {}\n{indent} */\n", indented(doc, &format!("{indent} * "))),
        false => format!("{indent}/** {doc} */\n"),
    }
}

fn of(kind: &Kind) -> String {
    match kind {
        Kind::Nothing => "void".to_owned(),
        Kind::Bool => "boolean".to_owned(),
        Kind::Int | Kind::Float => "number".to_owned(),
        Kind::Text | Kind::Id => "string".to_owned(),
        Kind::Enum(open) => open.name.to_owned(),
        Kind::Time => "Date".to_owned(),
        Kind::Span => "Span".to_owned(),
        Kind::Json => "any".to_owned(),
        Kind::Option(inner) => format!("{} | undefined", of(inner)),
        Kind::List(inner) => format!("readonly {}[]", bracketed(inner)),
        Kind::Map(inner) => format!("{{ readonly [name: string]: {} }}", of(inner)),
        Kind::Page(inner) => format!("Listing<{}>", of(inner)),
        Kind::Record(shape) => shape.name.to_owned(),
        Kind::Union(union) => union.name.to_owned(),
    }
}

fn bracketed(kind: &Kind) -> String {
    let plain = of(kind);
    if plain.contains(' ') { format!("({plain})") } else { plain }
}

/// `verbs.js`.
pub(crate) fn verbs() -> String {
    let mut text = format!(
        "{HEAD}'use strict'\n\nconst {{ fields, options }} = require('./given.js')\nconst {{ read, write }} = \
         require('./model.js')\n"
    );
    for (class, list) in [("EngineVerbs", ENGINE), ("TenantVerbs", TENANT)] {
        text.push_str(&format!("\nclass {class} {{\n"));
        list.iter().for_each(|verb| text.push_str(&method(verb)));
        text.push_str("}\n");
    }
    text.push_str("\nmodule.exports = { EngineVerbs, TenantVerbs }\n");
    text
}

fn is_optional(argument: &&Argument) -> bool {
    matches!((argument.kind)(), Kind::Option(_))
}

/// A parameter's name; JavaScript's own words end with `_`.
fn parameter(name: &str) -> String {
    const KEYWORDS: [&str; 4] = ["case", "in", "with", "default"];
    if KEYWORDS.contains(&name) { format!("{name}_") } else { camel_case(name) }
}

fn method(verb: &Verb) -> String {
    let name = camel_case(verb.name);
    let optional: Vec<_> = verb.arguments.iter().filter(is_optional).collect();
    let known = optional.iter().map(|argument| camel_case(argument.name)).chain(["signal".to_owned()]);
    let known = known.map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let required = verb.arguments.iter().filter(|argument| !is_optional(argument));
    let parameters: String = required.map(|argument| format!("{}, ", parameter(argument.name))).collect();
    let arguments = verb.arguments.iter().map(|argument| {
        let value = match (is_optional(&argument), given_by_field(argument)) {
            (true, _) => format!("o.{}", camel_case(argument.name)),
            (_, Some(shape)) => checked(&name, argument, shape),
            (_, None) => parameter(argument.name),
        };
        format!("{}: {}", argument.name, written(&(argument.kind)(), &value))
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let (call, reader) = match (verb.answer)() {
        Kind::Page(inner) => ("_list", reader(&Kind::Page(inner))),
        other => ("_perform", reader(&other)),
    };
    format!(
        "  {name}({parameters}given) {{\n    const o = options('{name}', given, [{known}])\n    return \
         this.{call}('{}', {{ {arguments} }}, {reader}, o.signal)\n  }}\n\n",
        verb.name
    )
}

/// A record given field by field, in which nothing is misspelled.
fn checked(verb: &str, argument: &Argument, shape: &Shape) -> String {
    let quoted = |names: &mut dyn Iterator<Item = &'static str>| {
        names.map(|name| format!("'{}'", camel_case(name))).collect::<Vec<_>>().join(", ")
    };
    let known = quoted(&mut shape.fields.iter().map(|field| field.name));
    let required = quoted(&mut argument.required.iter().copied());
    format!("fields('{verb}', {}, [{known}], [{required}])", parameter(argument.name))
}

/// `verbs.d.ts`.
pub(crate) fn verbs_types() -> String {
    let mut text = format!(
        "{HEAD}\nimport type {{ Calling, Listing }} from '../index.js'\nimport type {{ {} }} from './model.js'\n",
        model_names(|argument| vec![(argument.kind)()])
    );
    for (class, list, what) in [
        ("EngineVerbs", ENGINE, "What is done for all tenants at once."),
        ("TenantVerbs", TENANT, "What is done for one tenant."),
    ] {
        text.push_str(&format!("\n/** {what} */\nexport declare class {class} {{\n"));
        list.iter().for_each(|verb| text.push_str(&method_type(verb)));
        text.push_str("}\n");
    }
    text
}

/// The type of what a verb takes.
fn given(argument: &Argument) -> String {
    let Some(shape) = given_by_field(argument) else { return of(&(argument.kind)()) };
    let required =
        argument.required.iter().map(|name| format!("'{}'", camel_case(name))).collect::<Vec<_>>().join(" | ");
    format!("Pick<{0}, {required}> & Partial<{0}>", shape.name)
}

fn method_type(verb: &Verb) -> String {
    let mut doc = plain(verb.doc);
    let required: Vec<_> = verb.arguments.iter().filter(|argument| !is_optional(argument)).collect();
    if !required.is_empty() {
        doc.push('\n');
    }
    for argument in &required {
        doc.push_str(&format!("\n@param {} {}", parameter(argument.name), plain(argument.doc)));
    }
    let mut parameters: Vec<_> =
        required.iter().map(|argument| format!("{}: {}", parameter(argument.name), given(argument))).collect();
    let optional: Vec<_> = verb.arguments.iter().filter(is_optional).collect();
    let options = optional.iter().map(|argument| {
        let Kind::Option(inner) = (argument.kind)() else { return String::new() };
        format!(
            "{}    {}?: {} | undefined\n",
            comment(&plain(argument.doc), "    "),
            camel_case(argument.name),
            of(&inner)
        )
    });
    let options: String = options.collect();
    parameters.push(match options.is_empty() {
        true => "options?: Calling".to_owned(),
        false => format!("options?: Calling & {{\n{options}  }}"),
    });
    let answer = match (verb.answer)() {
        Kind::Page(inner) => format!("Listing<{}>", of(&inner)),
        other => format!("Promise<{}>", of(&other)),
    };
    format!("{}  {}({}): {answer}\n\n", comment(&doc, "  "), camel_case(verb.name), parameters.join(", "))
}
