//! Documentation and names as other languages can show them.

use std::collections::BTreeSet;

use careline::reflect::{Kind, Shape};
use careline_connectors::surface::{Argument, ENGINE, TENANT};

/// A documentation comment without Rust's links: "[`Tenant::cases_of`]" as "`cases_of`".
pub(crate) fn plain(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc.trim();
    while let Some(start) = rest.find("[`") {
        text.push_str(&rest[..start]);
        rest = &rest[start + 2..];
        let Some(end) = rest.find("`]") else {
            text.push_str("[`");
            continue;
        };
        let name = rest[..end].rsplit("::").next().unwrap_or_default();
        text.push_str(&format!("`{name}`"));
        rest = &rest[end + 2..];
        // A target in parentheses is Rust's own.
        if let Some(target) = rest.strip_prefix('(') {
            rest = target.split_once(')').map_or(target, |(_, rest)| rest);
        }
    }
    text.push_str(rest);
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// `name` with `indent` before each line but the first.
pub(crate) fn indented(text: &str, indent: &str) -> String {
    text.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join(&format!("\n{indent}"))
        .replace(&format!("\n{indent}\n"), "\n\n")
}

/// `sent_at` as `sentAt`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

/// The names of the model that verbs' types name, each once, as an import lists them; `taken` tells what an argument
/// names.
pub(crate) fn model_names(taken: impl Fn(&Argument) -> Vec<Kind>) -> String {
    let kinds = TENANT.iter().chain(ENGINE).flat_map(|verb| {
        let taken = verb.arguments.iter().flat_map(&taken);
        taken.chain([(verb.answer)()]).collect::<Vec<_>>()
    });
    let names: BTreeSet<_> = kinds.filter_map(name).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The name of the model that a type names.
fn name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Option(inner) | Kind::List(inner) | Kind::Map(inner) | Kind::Page(inner) => name(*inner),
        Kind::Enum(open) => Some(open.name),
        Kind::Record(shape) => Some(shape.name),
        Kind::Union(union) => Some(union.name),
        _ => None,
    }
}

/// The record that an argument gives field by field, if it does.
pub(crate) fn given_by_field(argument: &Argument) -> Option<&'static Shape> {
    match (argument.kind)() {
        Kind::Record(shape) if !argument.required.is_empty() => Some(shape),
        _ => None,
    }
}
