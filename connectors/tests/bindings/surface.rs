//! The public names of the three languages, compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use careline_connectors::surface::{ENGINE, TENANT, types};

use super::words::camel_case;

/// What only one language has, and why.
const PYTHONS_OWN: &[(&str, &str)] = &[
    ("AsyncCare", "promises are JavaScript's only way"),
    ("AsyncTenant", "promises are JavaScript's only way"),
    ("AsyncListing", "promises are JavaScript's only way"),
    ("Request", "a transport of JavaScript's is a function like fetch"),
    ("Response", "a transport of JavaScript's is a function like fetch"),
    ("errors", "a class for each cause; JavaScript tells by code"),
];
const NODES_OWN: &[(&str, &str)] = &[
    ("normaliseSync", "Python's `normalise` is at once"),
    ("triageSync", "Python's `triage` is at once"),
    ("spanWithin", "Python's is `Span.within`"),
    ("toJSON", "plain objects have no methods"),
    ("fromJSON", "plain objects have no methods"),
    ("Records", "a type of types"),
    ("Calling", "the form of an argument"),
    ("Composing", "the form of an argument"),
    ("ErrorCode", "the form of an argument"),
    ("GivenMessage", "the form of an argument"),
    ("Judging", "the form of an argument"),
    ("Mistake", "Python's are dicts"),
    ("OpenSettings", "the form of an argument"),
    ("PolicySource", "the form of an argument"),
    ("Reading", "the form of an argument"),
    ("Settings", "the form of an argument"),
    ("Signing", "the form of an argument"),
    ("Standing", "the form of an argument"),
    ("Text", "the form of an argument"),
    ("WebhookRequest", "the form of an argument"),
];

#[test]
fn public_names_are_the_same() {
    let python = python_names();
    let node = node_names();
    let own = |list: &[(&str, &str)]| list.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let shared: BTreeSet<_> = python.difference(&own(PYTHONS_OWN)).map(|name| in_node(name)).collect();
    let expected: BTreeSet<_> = node.difference(&own(NODES_OWN)).cloned().collect();
    assert_eq!(shared, expected, "Python's names, as JavaScript would write them, and Node's");
    for shape in types().records {
        assert!(python.contains(shape.name) && node.contains(shape.name), "{}", shape.name);
    }
}

#[test]
fn every_verb_is_in_each_language() {
    let python = read("bindings-python/python/careline/_verbs.py");
    let node = read("bindings-node/lib/verbs.d.ts");
    for verb in TENANT.iter().chain(ENGINE) {
        let definition = format!("def {}(", verb.name);
        assert_eq!(python.matches(&definition).count(), 2, "{definition}");
        assert_eq!(node.matches(&format!("\n  {}(", camel_case(verb.name))).count(), 1, "{}", verb.name);
    }
}

/// `__all__` of the package and of its records.
fn python_names() -> BTreeSet<String> {
    let names = |file: &str| {
        let text = read(file);
        let (_, list) = text.split_once("__all__ = [").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let package = names("bindings-python/python/careline/__init__.py");
    package.into_iter().chain(names("bindings-python/python/careline/_model.py")).collect()
}

/// What the declarations export.
fn node_names() -> BTreeSet<String> {
    let text = read("bindings-node/index.d.ts") + &read("bindings-node/lib/model.d.ts");
    let names = text.lines().filter_map(|line| line.strip_prefix("export ")).filter_map(|line| {
        let line = line.strip_prefix("declare ").unwrap_or(line);
        let (kind, rest) = line.split_once(' ')?;
        let is_name = ["class", "const", "function", "interface", "type"].contains(&kind);
        let end = rest.find(|sign: char| !sign.is_alphanumeric())?;
        is_name.then(|| rest[..end].to_owned())
    });
    names.collect()
}

/// A Python name as JavaScript writes it.
fn in_node(name: &str) -> String {
    if name == "__version__" { "version".to_owned() } else { camel_case(name) }
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap()
}
