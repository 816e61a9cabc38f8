//! Bodies changed so that they are still nearly what a network sends: their bytes, and the shape of their JSON.

use std::fmt;

use careline::Result;
use careline::wire::Walk;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// A body that somebody changed.
#[derive(Clone)]
pub(super) struct Hostile(pub(super) Vec<u8>);

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// Tries `holds` with so many bodies, the same in every run; the error shows the least change that breaks it.
pub(super) fn try_each(
    times: u32,
    bodies: impl Strategy<Value = Hostile>,
    holds: impl Fn(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let config = Config { cases: times, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tried = runner.run(&bodies, |body| holds(&body.0).map_err(TestCaseError::fail));
    tried.map_err(|error| match error {
        TestError::Fail(what, body) => format!("{what}, in {body:?}"),
        TestError::Abort(why) => why.to_string(),
    })
}

/// `body` with some of its bytes cut out, doubled, put in or replaced.
pub(super) fn bytes_changed(body: &[u8]) -> impl Strategy<Value = Hostile> + use<> {
    let body = body.to_vec();
    let put = select(TOKENS).prop_map(<[u8]>::to_vec);
    let change = (any::<Index>(), 0usize..40, prop_oneof![put, any::<u8>().prop_map(|byte| vec![byte])], 0u8..4);
    prop::collection::vec(change, 1..5).prop_map(move |changes| {
        let mut changed = body.clone();
        for (at, length, token, how) in changes {
            let at = at.index(changed.len() + 1);
            let end = (at + length).min(changed.len());
            let (end, new) = match how {
                0 => (end, Vec::new()),
                1 => (at, changed[at..end].to_vec()),
                2 => (at, token),
                _ => ((at + token.len()).min(changed.len()), token),
            };
            changed.splice(at..end, new);
        }
        Hostile(changed)
    })
}

/// What breaks a text where it is put in, or gives it another meaning.
const TOKENS: &[&[u8]] = &[
    b"null",
    b"[]",
    b"{}",
    b"-1",
    b"1e999",
    b"\"",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"&amp;",
    b"<a href=\"x\">",
    b"true",
    "👍".as_bytes(),
    "e\u{301}".as_bytes(),
    b",",
    b":",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\x00",
    b"\xff",
    b"\n\n",
    b"[[{",
    b"99999999999999999999",
];

/// `body` with values of other types, doubled, left out, swapped or nested ones; as it is where it is no JSON.
///
/// What comes out is mostly JSON: strings may hold half a character or bytes that are no UTF-8.
pub(super) fn shape_changed(body: &[u8]) -> impl Strategy<Value = Hostile> + use<> {
    let body = body.to_vec();
    let change = (any::<Index>(), any::<Index>(), change());
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let Ok(mut roots) = read(&body) else { return Hostile(body.clone()) };
        for (at, other, change) in changes {
            let count = count(&roots);
            let copy = nth(&mut roots, &mut other.index(count.max(1)), &mut |nodes, at| nodes[at].value.clone());
            nth(&mut roots, &mut at.index(count.max(1)), &mut |nodes, at| change.apply(nodes, at, copy.as_ref()));
        }
        Hostile(written(&roots))
    })
}

/// A value with its key, in the order and the bytes of the text it was read from.
#[derive(Clone)]
struct Node {
    /// As written, quotes and all; empty in a list.
    key: Vec<u8>,
    value: Value,
}

#[derive(Clone)]
enum Value {
    /// As written.
    Scalar(Vec<u8>),
    List(Vec<Node>),
    Object(Vec<Node>),
    /// JSON inside a string.
    Packed(Vec<Node>),
}

impl Value {
    fn children(&mut self) -> Option<&mut Vec<Node>> {
        match self {
            Self::Scalar(_) => None,
            Self::List(nodes) | Self::Object(nodes) | Self::Packed(nodes) => Some(nodes),
        }
    }
}

fn read(text: &[u8]) -> Result<Vec<Node>> {
    let text = String::from_utf8_lossy(text);
    let mut walk = Walk::new(&text);
    let value = read_value(&mut walk)?;
    walk.end()?;
    Ok(vec![Node { key: Vec::new(), value }])
}

fn read_value(walk: &mut Walk<'_>) -> Result<Value> {
    let mut nodes = Vec::new();
    match walk.peek() {
        Some(b'{') => walk.members(|key, walk| {
            let key = format!("{key:?}").into_bytes();
            nodes.push(Node { key, value: read_value(walk)? });
            Ok(())
        })?,
        Some(b'[') => {
            walk.items(|walk| {
                nodes.push(Node { key: Vec::new(), value: read_value(walk)? });
                Ok(())
            })?;
            return Ok(Value::List(nodes));
        }
        _ => {
            let scalar = walk.skip()?;
            let inner = serde_json::from_str::<String>(scalar).ok().filter(|inner| inner.starts_with(['{', '[']));
            let packed = inner.and_then(|inner| read(inner.as_bytes()).ok()).map(Value::Packed);
            return Ok(packed.unwrap_or_else(|| Value::Scalar(scalar.as_bytes().to_vec())));
        }
    }
    Ok(Value::Object(nodes))
}

fn written(nodes: &[Node]) -> Vec<u8> {
    let mut out = Vec::new();
    for (nth, Node { key, value }) in nodes.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        if !key.is_empty() {
            out.extend_from_slice(key);
            out.push(b':');
        }
        match value {
            Value::Scalar(scalar) => out.extend_from_slice(scalar),
            Value::List(nodes) => out.extend([b"[", &written(nodes)[..], b"]"].concat()),
            Value::Object(nodes) => out.extend([b"{", &written(nodes)[..], b"}"].concat()),
            Value::Packed(nodes) => out.extend(packed(&written(nodes))),
        }
    }
    out
}

fn packed(text: &[u8]) -> Vec<u8> {
    let escaped = text.iter().flat_map(|byte| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        byte => vec![*byte],
    });
    std::iter::once(b'"').chain(escaped).chain([b'"']).collect()
}

fn count(nodes: &[Node]) -> usize {
    let below = |node: &Node| match &node.value {
        Value::Scalar(_) => 0,
        Value::List(nodes) | Value::Object(nodes) | Value::Packed(nodes) => count(nodes),
    };
    nodes.iter().map(|node| 1 + below(node)).sum()
}

/// Does something to the `left`-th node in the order of the text: it gets the node's siblings and its place among them.
fn nth<T>(nodes: &mut Vec<Node>, left: &mut usize, act: &mut impl FnMut(&mut Vec<Node>, usize) -> T) -> Option<T> {
    for at in 0..nodes.len() {
        if *left == 0 {
            return Some(act(nodes, at));
        }
        *left -= 1;
        if let Some(done) = nodes[at].value.children().and_then(|below| nth(below, left, act)) {
            return Some(done);
        }
    }
    None
}

/// What is done to one value.
#[derive(Clone, Debug)]
enum Change {
    /// Another value in its place.
    Put(Vec<u8>),
    /// What was a string becomes a number, and the reverse.
    Retype,
    /// The text of a string becomes another.
    Say(&'static [u8]),
    /// A list around it.
    Wrap,
    /// Its first part in its place.
    Unwrap,
    Remove,
    /// Once more: in a list as an item, in an object under the same key.
    Double,
    /// Under the same key once more, as null.
    Shadow,
    /// Under a key nobody knows.
    Rename,
    /// Its parts in the reverse order.
    Reverse,
    /// A copy of some other value in its place.
    Copy,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => select(VALUES).prop_map(|value| Change::Put(value.to_vec())),
        1 => (100usize..400).prop_map(|depth| Change::Put([b"[".repeat(depth), b"]".repeat(depth)].concat())),
        1 => (100usize..400).prop_map(|depth| {
            Change::Put([br#"{"id":"#.repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat())
        }),
        3 => Just(Change::Retype),
        2 => select(SAYINGS).prop_map(Change::Say),
        1 => Just(Change::Wrap),
        1 => Just(Change::Unwrap),
        3 => Just(Change::Remove),
        2 => Just(Change::Double),
        1 => Just(Change::Shadow),
        1 => Just(Change::Rename),
        1 => Just(Change::Reverse),
        2 => Just(Change::Copy),
    ]
}

const VALUES: &[&[u8]] = &[
    b"null",
    b"true",
    b"0",
    b"-1",
    b"7",
    b"1.5",
    b"1e308",
    b"1e-400",
    b"9223372036854775808",
    b"\"\"",
    b"\"seven\"",
    b"18446744073709551616123456789",
    b"-99999999999999999999999999999999",
    b"[]",
    b"{}",
    b"[[null]]",
    b"[null,{},\"x\"]",
    br#"{"id":{"id":[]}}"#,
    b"\"-1\"",
    b"\"9999-12-31T23:59:60Z\"",
    b"\"+275760-09-13T00:00:00Z\"",
];

const SAYINGS: &[&[u8]] = &[
    br"\ud83d",
    br"\udc4d\ud83d",
    b"\xff\xfe",
    br"\u0000",
    br"e\u0301\u0301\u0301",
    b"&amp;lt;",
    br#"<p><a href=\"\">@<b>"#,
    br"\u202e\u200d\ufeff",
    "👩‍👩‍👧 ﷺ".as_bytes(),
    br"\/\/",
    b"../..",
    b"https://",
];

impl Change {
    fn apply(&self, nodes: &mut Vec<Node>, at: usize, copy: Option<&Value>) {
        let Node { key, value } = &mut nodes[at];
        match self {
            Self::Put(new) => *value = Value::Scalar(new.clone()),
            Self::Retype => *value = retyped(value),
            Self::Say(saying) => *value = Value::Scalar([b"\"", *saying, b"\""].concat()),
            Self::Wrap => *value = Value::List(vec![Node { key: Vec::new(), value: value.clone() }]),
            Self::Unwrap => {
                if let Some(first) = value.children().and_then(|below| below.first().cloned()) {
                    *value = first.value;
                }
            }
            Self::Remove => drop(nodes.remove(at)),
            Self::Double => nodes.insert(at, nodes[at].clone()),
            Self::Shadow => {
                let null = Node { value: Value::Scalar(b"null".to_vec()), ..nodes[at].clone() };
                nodes.insert(at, null);
            }
            Self::Rename if key.is_empty() => {}
            Self::Rename => *key = br#""invented_tomorrow""#.to_vec(),
            Self::Reverse => {
                if let Some(below) = value.children() {
                    below.reverse();
                }
            }
            Self::Copy => {
                if let Some(copy) = copy {
                    *value = copy.clone();
                }
            }
        }
    }
}

fn retyped(value: &mut Value) -> Value {
    Value::Scalar(match value {
        Value::Scalar(scalar) => match scalar.strip_prefix(b"\"").and_then(|scalar| scalar.strip_suffix(b"\"")) {
            Some(digits) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits.to_vec(),
            Some(_) => b"7".to_vec(),
            None => packed(scalar),
        },
        Value::List(_) => b"{}".to_vec(),
        Value::Object(_) => b"[]".to_vec(),
        Value::Packed(nodes) => written(nodes),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;

    const BODY: &[u8] = br#"{"id":"17","n":5,"list":[{"a":null},{"a":"x"}],"packed":"{\"b\":[1,2]}"}"#;

    #[test]
    fn an_unchanged_tree_is_the_text_it_was_read_from() {
        let mut nodes = read(BODY).unwrap();
        assert_eq!(written(&nodes), BODY);
        assert_eq!(count(&nodes), 13);
        let last = nth(&mut nodes, &mut 12, &mut |nodes, at| written(&nodes[at..=at]));
        assert_eq!(last.unwrap(), b"2", "packed JSON is reached");
    }

    #[test]
    fn every_sort_of_change_occurs_and_most_bodies_stay_json() {
        let seen = RefCell::new(BTreeSet::new());
        let (json, all) = (RefCell::new(0), 2000);
        try_each(all, shape_changed(BODY), |body| {
            let text = String::from_utf8_lossy(body);
            *json.borrow_mut() += u32::from(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
            let signs = [
                (r#""id":17"#, "number for string"),
                (r#""n":"5""#, "string for number"),
                (r#""list":{}"#, "object for list"),
                (r#""list":null,"list":["#, "doubled key"),
                ("invented_tomorrow", "unknown key"),
                (r"\ud83d", "half a character"),
                ("[[[[[[[[[[[[[", "deep"),
                ("18446744073709551616123456789", "huge number"),
                (r#"\"b\":[2,1]"#, "reversed in packed JSON"),
                (r#"{"a":null},{"a":null}"#, "doubled item"),
            ];
            seen.borrow_mut().extend(signs.iter().filter(|(sign, _)| text.contains(sign)).map(|(_, what)| *what));
            if !text.contains("\"n\"") {
                seen.borrow_mut().insert("left out");
            }
            if std::str::from_utf8(body).is_err() {
                seen.borrow_mut().insert("no UTF-8");
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(seen.borrow().len(), 12, "{seen:?}");
        assert!(*json.borrow() > all / 2, "{json:?} of {all}");
    }

    #[test]
    fn what_fails_is_shown_with_the_least_change() {
        let whole = |body: &[u8]| if body.ends_with(b"}") { Ok(()) } else { Err("cut".to_owned()) };
        let error = try_each(1000, bytes_changed(BODY), whole).unwrap_err();
        assert!(error.starts_with("cut, in {"), "{error}");
        assert!(try_each(100, bytes_changed(BODY), |_| panic!("a panic counts")).is_err());
    }
}
