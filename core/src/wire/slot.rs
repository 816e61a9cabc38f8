//! Items of a body: where each one stands, and what to do about one that cannot be read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Body;
use super::body::unreadable;
use crate::error::Result;
use crate::model::RawRange;

/// One JSON object of a body that knows where it stands.
///
/// With `TOLERANT` false, an item that cannot be read fails the whole body, at no extra cost: the fast way. With
/// `TOLERANT` true it becomes an error of its own and the others go on: the way to take once the fast one failed.
#[derive(Debug)]
pub struct Slot<'a, T, const TOLERANT: bool> {
    /// What was read, or why it could not be.
    pub value: Result<T>,
    place: Place<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    /// Exactly this.
    Whole(&'a str),
    /// The object whose first key is this.
    FirstKey(&'a str),
    Unknown,
}

/// The bytes of `slots[index]` in `body`; `None` if the body was repaired.
pub fn slot_range<T, const TOLERANT: bool>(
    body: &Body<'_>,
    slots: &[Slot<'_, T, TOLERANT>],
    index: usize,
) -> Option<RawRange> {
    if body.repaired() {
        return None;
    }
    let text = body.as_str();
    let start = match slots.get(index)?.place {
        Place::Whole(item) => return body.range_of(item),
        place => start_of(place, text)?,
    };
    let end = match slots.get(index + 1) {
        // Between two items of an array stand a comma and white space only.
        Some(next) => text[..start_of(next.place, text)?].rfind('}')? + 1,
        None => {
            let mut rest = serde_json::Deserializer::from_str(&text[start..]).into_iter::<IgnoredAny>();
            rest.next()?.ok()?;
            start + rest.byte_offset()
        }
    };
    Some(RawRange { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
}

fn start_of(place: Place<'_>, text: &str) -> Option<usize> {
    match place {
        Place::Whole(item) => offset(item, text),
        Place::FirstKey(key) => text[..offset(key, text)?].rfind('{'),
        Place::Unknown => None,
    }
}

fn offset(part: &str, text: &str) -> Option<usize> {
    RawRange::of(part.as_bytes(), text.as_bytes()).map(|range| range.start as usize)
}

impl<'de: 'a, 'a, T: Deserialize<'de>, const TOLERANT: bool> Deserialize<'de> for Slot<'a, T, TOLERANT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if TOLERANT {
            let raw = <&'de RawValue>::deserialize(deserializer)?.get();
            return Ok(Self {
                value: serde_json::from_str(raw).map_err(|error| unreadable(&error)),
                place: Place::Whole(raw),
            });
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

struct Object<'a, T, const TOLERANT: bool>(PhantomData<Slot<'a, T, TOLERANT>>);

impl<'de: 'a, 'a, T: Deserialize<'de>, const TOLERANT: bool> Visitor<'de> for Object<'a, T, TOLERANT> {
    type Value = Slot<'a, T, TOLERANT>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let first: Option<Key<'de>> = map.next_key()?;
        let place = match &first {
            Some(Key(Cow::Borrowed(key))) => Place::FirstKey(key),
            _ => Place::Unknown,
        };
        let value = T::deserialize(MapAccessDeserializer::new(Again { first, map }))?;
        Ok(Slot { value: Ok(value), place })
    }
}

/// A map whose first key was looked at and is handed out again.
struct Again<'de, A> {
    first: Option<Key<'de>>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Again<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(Key(Cow::Borrowed(key))) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            Some(Key(Cow::Owned(key))) => seed.deserialize(StrDeserializer::new(&key)).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::Text::deserialize(deserializer).map(|text| Self(text.0))
    }
}

/// One item or a list of them, as networks answer for one id or for several.
#[derive(Debug)]
pub enum Slots<'a, T, const TOLERANT: bool> {
    /// One item; boxed, for items are large and are moved often on their way out of a parser.
    One(Box<Slot<'a, T, TOLERANT>>),
    /// A list.
    Many(Vec<Slot<'a, T, TOLERANT>>),
}

impl<'a, T, const TOLERANT: bool> Slots<'a, T, TOLERANT> {
    /// The items.
    pub fn as_slice(&self) -> &[Slot<'a, T, TOLERANT>] {
        match self {
            Self::One(slot) => std::slice::from_ref(slot),
            Self::Many(slots) => slots,
        }
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>, const TOLERANT: bool> Deserialize<'de> for Slots<'a, T, TOLERANT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !TOLERANT {
            return deserializer.deserialize_any(OneOrMany(PhantomData));
        }
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('[') {
            serde_json::from_str(raw.get()).map(Self::Many).map_err(D::Error::custom)
        } else {
            Slot::deserialize(raw).map(|slot| Self::One(Box::new(slot))).map_err(D::Error::custom)
        }
    }
}

struct OneOrMany<'a, T, const TOLERANT: bool>(PhantomData<Slot<'a, T, TOLERANT>>);

impl<'de: 'a, 'a, T: Deserialize<'de>, const TOLERANT: bool> Visitor<'de> for OneOrMany<'a, T, TOLERANT> {
    type Value = Slots<'a, T, TOLERANT>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Object(PhantomData).visit_map(map).map(|slot| Slots::One(Box::new(slot)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut slots = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024));
        while let Some(slot) = seq.next_element()? {
            slots.push(slot);
        }
        Ok(Slots::Many(slots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Item {
        id: u32,
    }

    #[derive(Deserialize)]
    struct Page<'a, const TOLERANT: bool> {
        #[serde(borrow)]
        data: Slots<'a, Item, TOLERANT>,
    }

    fn ranges<const TOLERANT: bool>(text: &str) -> Vec<String> {
        let body = Body::read(text.as_bytes());
        let page: Page<'_, TOLERANT> = body.parse().unwrap();
        let slots = page.data.as_slice();
        (0..slots.len())
            .map(|index| {
                let range = slot_range(&body, slots, index).unwrap();
                text[range.start as usize..range.end as usize].to_owned()
            })
            .collect()
    }

    #[test]
    fn both_ways_find_the_bytes_of_each_item() {
        let text = r#" {"x":[{"}":1}], "data" : [ {"more":{"deep":"}{"}, "id":1} ,
            { "id" : 2 },{"id":3,"text":"} , {"}  ], "after": {"id": 9} }"#;
        let expected = [r#"{"more":{"deep":"}{"}, "id":1}"#, r#"{ "id" : 2 }"#, r#"{"id":3,"text":"} , {"}"#];
        assert_eq!(ranges::<false>(text), expected);
        assert_eq!(ranges::<true>(text), expected);
        assert_eq!(ranges::<false>(r#"{"data":{"id":4}}"#), [r#"{"id":4}"#]);
        assert_eq!(ranges::<true>(r#"{"data": {"id":4} }"#), [r#"{"id":4}"#]);
    }

    #[test]
    fn a_bad_item_fails_alone_only_where_that_is_asked_for() {
        let body = Body::read(br#"{"data":[{"id":1},{"id":"no"},7,{"id":3}]}"#);
        assert!(body.parse::<Page<'_, false>>().is_err());
        let page: Page<'_, true> = body.parse().unwrap();
        let read: Vec<_> =
            page.data.as_slice().iter().map(|slot| slot.value.as_ref().ok().map(|item| item.id)).collect();
        assert_eq!(read, [Some(1), None, None, Some(3)]);
    }

    #[test]
    fn an_escaped_first_key_has_no_place_and_still_reads() {
        let body = Body::read(br#"{"data":[{"\u0069d":1}]}"#);
        let page: Page<'_, false> = body.parse().unwrap();
        assert_eq!(page.data.as_slice()[0].value.as_ref().unwrap().id, 1);
        assert!(slot_range(&body, page.data.as_slice(), 0).is_none());
    }
}
