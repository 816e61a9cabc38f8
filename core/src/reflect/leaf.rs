//! What records are made of in the end: numbers, texts, times, and several of them.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde_json::{Map, Value};

use super::{Kind, Mapping, Reflected, Series, View};
use crate::model::{RawRange, Span, Timestamp};

/// An enum that is a text on the outside and keeps values it does not know.
#[derive(Debug)]
pub struct OpenEnum {
    /// Its name.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// The values that have a name, each with what it stands for.
    pub known: &'static [(&'static str, &'static str)],
}

macro_rules! leaf {
    ($($ty:ty => $kind:expr, |$value:ident| $view:expr;)+) => {$(
        impl Reflected for $ty {
            fn kind() -> Kind {
                $kind
            }
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }
        }
    )+};
}

leaf! {
    () => Kind::Nothing, |_value| View::Absent;
    bool => Kind::Bool, |value| View::Bool(*value);
    u8 => Kind::Int, |value| View::Int((*value).into());
    u16 => Kind::Int, |value| View::Int((*value).into());
    u32 => Kind::Int, |value| View::Int((*value).into());
    i64 => Kind::Int, |value| View::Int(*value);
    u64 => Kind::Int, |value| View::Int(i64::try_from(*value).unwrap_or(i64::MAX));
    usize => Kind::Int, |value| View::Int(i64::try_from(*value).unwrap_or(i64::MAX));
    f32 => Kind::Float, |value| View::Float(shortest(*value));
    &'static str => Kind::Text, |value| View::Text(value);
    String => Kind::Text, |value| View::Text(value);
    CompactString => Kind::Text, |value| View::Text(value);
    http::StatusCode => Kind::Int, |value| View::Int(value.as_u16().into());
    Timestamp => Kind::Time, |value| View::Time(*value);
    Span => Kind::Span, |value| View::Span(*value);
    Value => Kind::Json, |value| View::Json(value.clone());
    Map<String, Value> => Kind::Map(Box::new(Kind::Json)), |value| View::Map(value);
}

/// The number that is written as this one is: 0.1, not 0.10000000149011612.
pub fn shortest(value: f32) -> f64 {
    let wide = f64::from(value);
    // Eighths of a few thousand are written alike in both widths.
    let eighths = wide * 8.0;
    match eighths.fract() == 0.0 && eighths.abs() < 65_536.0 {
        true => wide,
        false => value.to_string().parse().unwrap_or(wide),
    }
}

impl<T: Reflected> Reflected for Option<T> {
    fn kind() -> Kind {
        Kind::Option(Box::new(T::kind()))
    }
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, Reflected::view)
    }
}

impl<T: Reflected> Reflected for Box<T> {
    fn kind() -> Kind {
        T::kind()
    }
    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

impl<T: Reflected + std::fmt::Debug> Reflected for Vec<T> {
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }
    fn view(&self) -> View<'_> {
        View::List(self)
    }
}

impl<T: Reflected + std::fmt::Debug> Series for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, place: usize) -> View<'_> {
        self.get(place).map_or(View::Absent, Reflected::view)
    }
}

impl<T: Reflected + std::fmt::Debug> Reflected for BTreeSet<T> {
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }
    fn view(&self) -> View<'_> {
        View::List(self)
    }
}

impl<T: Reflected + std::fmt::Debug> Series for BTreeSet<T> {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, place: usize) -> View<'_> {
        self.iter().nth(place).map_or(View::Absent, Reflected::view)
    }
}

impl<K: AsRef<str> + std::fmt::Debug, T: Reflected + std::fmt::Debug> Reflected for BTreeMap<K, T> {
    fn kind() -> Kind {
        Kind::Map(Box::new(T::kind()))
    }
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
}

impl<K: AsRef<str> + std::fmt::Debug, T: Reflected + std::fmt::Debug> Mapping for BTreeMap<K, T> {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, place: usize) -> Option<(&str, View<'_>)> {
        self.iter().nth(place).map(|(name, value)| (name.as_ref(), value.view()))
    }
}

impl Mapping for Map<String, Value> {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, place: usize) -> Option<(&str, View<'_>)> {
        self.iter().nth(place).map(|(name, value)| (name.as_str(), View::Json(value.clone())))
    }
}

/// Implements [`Reflected`] for what other languages get as plain JSON, because it stands in nothing they work with often.
macro_rules! as_json {
    ($($ty:ty),+) => {$(
        impl Reflected for $ty {
            fn kind() -> Kind {
                Kind::Json
            }
            fn view(&self) -> View<'_> {
                View::Json(serde_json::to_value(self).unwrap_or_default())
            }
        }
    )+};
}

as_json!(
    RawRange,
    crate::model::TimerPurpose,
    crate::model::CaseAction,
    crate::model::ReplyAction,
    crate::policy::Condition,
    crate::model::CustomerEvent,
    crate::store::EffectAction,
    crate::error::Error
);

#[cfg(test)]
mod tests {
    use super::shortest;

    #[test]
    fn a_number_is_written_as_it_was_meant() {
        for value in [0.0, 1.5, -2.25, 0.1, 0.7, 1e-7, 3.4e38, 16_777_217.0, 0.333_333_34, 8191.875_f32] {
            assert_eq!(serde_json::to_string(&shortest(value)).unwrap(), serde_json::to_string(&value).unwrap());
        }
    }
}
