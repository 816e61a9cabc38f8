//! The customers of the day: names that nobody has.

use super::chance::Chance;
use super::words::LANGUAGES;

/// Somebody with a profile on every network, of which most use one.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The name shown.
    pub(crate) name: String,
    /// The handle, where a network has handles.
    pub(crate) handle: String,
    /// The language they write.
    pub(crate) language: &'static str,
    /// Their number on this day, from 1.
    pub(crate) number: u32,
}

/// Somebody met on two networks.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// Network and native id here.
    pub(crate) one: (&'static str, String),
    /// Network and native id there.
    pub(crate) other: (&'static str, String),
}

/// Everybody met so far.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    met: u32,
    /// Who was met twice.
    pub(crate) pairs: Vec<Pair>,
}

impl Cast {
    /// Somebody new.
    pub(crate) fn meet(&mut self, chance: &mut Chance) -> Person {
        self.met += 1;
        let language = chance.weighted(&LANGUAGES);
        let given = *chance.pick(given_names(language));
        let family = *chance.pick(&FAMILY_NAMES);
        let handle = format!("{}_{}{}", plain(given), family.to_lowercase(), self.met);
        Person { name: format!("{given} {family}"), handle, language, number: self.met }
    }
}

impl Person {
    /// Their id on X.
    pub(crate) fn x_id(&self) -> String {
        (1_500_000_000_000_000_000 + u64::from(self.number) * 104_729).to_string()
    }

    /// Their id in public on Facebook.
    pub(crate) fn facebook_id(&self) -> String {
        (24_000_000_000_000_000 + u64::from(self.number) * 15_485_863).to_string()
    }

    /// Their id in private threads with the page.
    pub(crate) fn psid(&self) -> String {
        (6_100_000_000_000_000 + u64::from(self.number) * 32_452_843).to_string()
    }

    /// Their id on the Mastodon double.
    pub(crate) fn mastodon_id(&self) -> String {
        (109_000_000_000_000_000 + u64::from(self.number) * 49_979_687).to_string()
    }

    /// The server they are on; some are on the brand's own.
    pub(crate) fn server(&self) -> Option<&'static str> {
        ["rivers.example", "meadow.example", "harbour.example", "hills.example"].get(self.number as usize % 5).copied()
    }

    /// Their address.
    pub(crate) fn mail(&self) -> String {
        format!("{}@mail.example", self.handle)
    }
}

fn given_names(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["Jürgen", "Anke", "Uwe", "Heike", "Lena", "Björn", "Käthe", "Malte", "Ulla", "Till"],
        "es" => &["Lucía", "Íñigo", "Carmen", "Nuria", "Álvaro", "Paco", "Begoña", "Rocío"],
        "fr" => &["Chloé", "Benoît", "Amélie", "Loïc", "Margaux", "Théo", "Zoé", "Gaël"],
        "pt" => &["João", "Inês", "Tiago", "Conceição"],
        "it" => &["Giulia", "Niccolò", "Chiara", "Piero"],
        "ja" => &["花子", "太郎", "さくら"],
        _ => {
            &["Jo", "Sam", "Dana", "Alex", "Robin", "Casey", "Morgan", "Pat", "Kim", "Lee", "Max", "Charlie", "Siobhán"]
        }
    }
}

const FAMILY_NAMES: [&str; 24] = [
    "Doe",
    "Sample",
    "Example",
    "Placeholder",
    "Mockford",
    "Testington",
    "Nobody",
    "Anyone",
    "Muster",
    "Beispiel",
    "Probe",
    "Ejemplo",
    "Fulano",
    "Mengano",
    "Exemple",
    "Untel",
    "Lambda",
    "Esempio",
    "Tizio",
    "Exemplo",
    "Ipsum",
    "Dolor",
    "Fakenham",
    "Standin",
];

/// A name in letters that every network takes in a handle.
fn plain(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter_map(|letter| match letter.to_lowercase().next().unwrap_or(letter) {
            'ü' => Some('u'),
            'ö' | 'ò' | 'ó' | 'õ' => Some('o'),
            'ä' | 'á' | 'ã' => Some('a'),
            'é' | 'ê' | 'ë' => Some('e'),
            'í' | 'î' | 'ï' => Some('i'),
            'ñ' => Some('n'),
            'ç' => Some('c'),
            letter if letter.is_ascii_alphanumeric() => Some(letter),
            _ => None,
        })
        .collect();
    if plain.is_empty() { "user".to_owned() } else { plain }
}
