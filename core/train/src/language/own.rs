//! What we wrote ourselves: whole sentences and common words of languages that the sets lack or hardly show as people
//! write to each other.

use crate::rows::Row;

/// The name the rows go by, as those of a set.
pub(super) const SET: &str = "own";

macro_rules! texts {
    ($($language:literal)*) => {
        &[$(($language, include_str!(concat!("texts/", $language, ".txt")))),*]
    };
}

const TEXTS: &[(&str, &str)] = texts!(
    "ca" "da" "de" "en" "es" "eu" "fr" "gl" "hi" "hi-Latn" "hr" "id" "it" "mr" "ms" "nl" "no" "pl" "pt" "ru" "sr" "sv" "tl" "tr"
    "uk"
);

/// A row per line.
pub(super) fn rows() -> impl Iterator<Item = Row> {
    TEXTS.iter().flat_map(|(language, texts)| {
        texts.lines().enumerate().map(move |(line, text)| Row {
            set: SET.into(),
            id: format!("{language}-{line}"),
            text: text.into(),
            lang: Some((*language).into()),
            ..Row::default()
        })
    })
}
