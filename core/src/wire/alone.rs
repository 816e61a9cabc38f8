//! One item of a body without its neighbours.

use super::Walk;
use crate::error::Result;
use crate::model::RawRange;

/// The JSON in `body` with nothing but the value at `range`, in the lists and objects it stands in; of these, the members
/// that `keep` names stay. `None` if no value stands there.
///
/// ```
/// # use careline::{model::RawRange, wire::alone};
/// let body = br#"{"for":"111","posts":[{"id":"1"},{"id":"2"}],"others":[]}"#;
/// let second = RawRange { start: 33, end: 43 };
/// assert_eq!(second.slice(body), br#"{"id":"2"}"#);
/// assert_eq!(alone(body, second, &["for"]).unwrap(), br#"{"for":"111","posts":[{"id":"2"}]}"#);
/// ```
pub fn alone(body: &[u8], range: RawRange, keep: &[&str]) -> Option<Vec<u8>> {
    let cut = Cut { text: std::str::from_utf8(body).ok()?, range, keep };
    let mut out = String::new();
    cut.write(&mut Walk::new(cut.text), &mut out).ok().filter(|found| *found)?;
    Some(out.into_bytes())
}

struct Cut<'a> {
    text: &'a str,
    range: RawRange,
    keep: &'a [&'a str],
}

impl<'a> Cut<'a> {
    /// Steps over the value that stands at `walk`, and writes what is to remain of it; whether the item was in it.
    fn write(&self, walk: &mut Walk<'a>, out: &mut String) -> Result<bool> {
        let mut inside = *walk;
        let part = walk.skip()?;
        let Some(at) = RawRange::of(part.as_bytes(), self.text.as_bytes()) else { return Ok(false) };
        if at == self.range {
            out.push_str(part);
            return Ok(true);
        }
        if at.start > self.range.start || at.end < self.range.end {
            return Ok(false);
        }
        let mut found = false;
        let mut members = Vec::new();
        let (open, close) = match inside.peek() {
            Some(b'{') => {
                inside.members(|key, walk| {
                    let (mut member, whole) = (String::new(), *walk);
                    if self.write(walk, &mut member)? {
                        found = true;
                    } else if self.keep.contains(&key) {
                        member = { whole }.skip()?.to_owned();
                    } else {
                        return Ok(());
                    }
                    members.push(format!("{}:{member}", serde_json::Value::from(key)));
                    Ok(())
                })?;
                ('{', '}')
            }
            Some(b'[') => {
                inside.items(|walk| {
                    let mut item = String::new();
                    if self.write(walk, &mut item)? {
                        found = true;
                        members.push(item);
                    }
                    Ok(())
                })?;
                ('[', ']')
            }
            _ => return Ok(false),
        };
        out.push(open);
        out.push_str(&members.join(","));
        out.push(close);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#" {"a" : [ {"id":1,"x":{"deep":[{"y":1} , {"y":2}]}}, 7 ], "id": {"k":"v"}, "z":3} "#;

    fn cut(item: &str) -> Option<String> {
        let start = BODY.find(item).unwrap();
        let range = RawRange { start: start as u32, end: (start + item.len()) as u32 };
        alone(BODY.as_bytes(), range, &["id"]).map(|cut| String::from_utf8(cut).unwrap())
    }

    #[test]
    fn what_stands_around_an_item_stays_as_far_as_it_is_named() {
        assert_eq!(cut(r#"{"y":2}"#).unwrap(), r#"{"a":[{"id":1,"x":{"deep":[{"y":2}]}}],"id":{"k":"v"}}"#);
        assert_eq!(cut("7").unwrap(), r#"{"a":[7],"id":{"k":"v"}}"#);
        assert_eq!(cut(BODY.trim()).unwrap(), BODY.trim());
    }

    #[test]
    fn what_is_no_value_cannot_be_cut_out() {
        assert_eq!(cut(r#""deep""#), None);
        assert_eq!(cut(r#"{"y":2}]"#), None);
        assert_eq!(alone(b"[1", RawRange { start: 1, end: 2 }, &[]), None);
        assert_eq!(alone(b"\xff", RawRange { start: 0, end: 1 }, &[]), None);
    }
}
