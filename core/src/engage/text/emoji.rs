//! Which sequences of code points are one emoji, as X counts them.

use std::sync::LazyLock;

use regex::Regex;
use unicode_properties::{EmojiStatus, UnicodeEmoji};

/// Whether `cluster`, of two code points or more, is one emoji that X draws (twemoji), so that it counts as one.
///
/// What is not surely one is said not to be: it is then counted by its parts, which is never less.
pub(super) fn is_sequence(cluster: &str) -> bool {
    if cluster.contains('\u{200d}') {
        return JOINED.is_match(cluster);
    }
    let mut characters = cluster.chars();
    match [characters.next(), characters.next(), characters.next(), characters.next()] {
        [Some(base), Some(SELECTOR), None, None] => takes_selector(base),
        [Some(base), Some(tone), None, None] if is_tone(tone) => takes_tone(base),
        [Some(base), Some(SELECTOR), Some(tone), None] if is_tone(tone) => takes_selector(base) && takes_tone(base),
        [Some('#' | '*' | '0'..='9'), Some(KEYCAP), None, None]
        | [Some('#' | '*' | '0'..='9'), Some(SELECTOR), Some(KEYCAP), None] => true,
        [Some(first), Some(second), None, None] => is_flag(first, second),
        [Some('🏴'), Some(_), Some(_), Some(_)] => REGIONS_OF_BRITAIN.contains(&cluster),
        _ => false,
    }
}

/// Asks for the emoji form of the character before it.
const SELECTOR: char = '\u{fe0f}';
/// Makes a key of the character before it.
const KEYCAP: char = '\u{20e3}';

/// England, Scotland and Wales, spelt in tag characters.
pub(in crate::engage) const REGIONS_OF_BRITAIN: [&str; 3] = [
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

fn is_tone(character: char) -> bool {
    matches!(character, '\u{1f3fb}'..='\u{1f3ff}')
}

fn takes_tone(base: char) -> bool {
    matches!(base.emoji_status(), EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase)
}

/// Whether twemoji takes the selector into the emoji: after what is text by default, and after some older emoji.
fn takes_selector(base: char) -> bool {
    match base.emoji_status() {
        EmojiStatus::EmojiOther | EmojiStatus::EmojiModifierBase => !base.is_ascii(),
        EmojiStatus::EmojiPresentation => {
            matches!(base, '\u{231a}' | '\u{231b}' | '\u{25fd}'..='\u{26fd}'
            | '\u{2757}' | '\u{2b1b}'..='\u{2b55}' | '\u{1f004}' | '\u{1f21a}' | '\u{1f22f}')
                && base != '\u{26ce}'
        }
        _ => false,
    }
}

/// Whether two regional indicators are a region that has a flag.
fn is_flag(first: char, second: char) -> bool {
    let letter = |character: char| {
        let index = u32::from(character).checked_sub(0x1f1e6).filter(|index| *index < 26)?;
        char::from_u32(u32::from('A') + index)
    };
    let (Some(first), Some(second)) = (letter(first), letter(second)) else { return false };
    FLAGS.iter().any(|flags| flags.starts_with(first) && flags[1..].contains(second))
}

/// Regions with a flag (Unicode `emoji-sequences.txt`): a first letter, then every second letter.
const FLAGS: [&str; 26] = [
    "ACDEFGILMOQRSTUWXZ",
    "BABDEFGHIJLMNOQRSTVWYZ",
    "CACDFGHIKLMNOPRUVWXYZ",
    "DEGJKMOZ",
    "EACEGHRSTU",
    "FIJKMOR",
    "GABDEFGHILMNPQRSTUWY",
    "HKMNRTU",
    "ICDELMNOQRST",
    "JEMOP",
    "KEGHIMNPRWYZ",
    "LABCIKRSTUVY",
    "MACDEFGHKLMNOPQRSTUVWXYZ",
    "NACEFGILOPRUZ",
    "OM",
    "PAEFGHKLMNRSTWY",
    "QA",
    "REOSUW",
    "SABCDEGHIJKLMNORSTVXYZ",
    "TACDFGHJKLMNORTVWZ",
    "UAGMNSYZ",
    "VACEGINU",
    "WFS",
    "XK",
    "YET",
    "ZAMW",
];

/// Emoji joined from others (Unicode `emoji-zwj-sequences.txt`, up to 15.1).
///
/// `+` joins, `T` is a skin tone, `V` the selector.
static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = [
        // Professions and hair.
        "[👨👩🧑]T?+(?:[⚕⚖✈]V|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳]|[🦯🦼🦽](?:+➡V)?)",
        "🧑T?+🎄",
        // What people do, by gender and direction.
        "[🏃🏄🏊👮👯👰👱👳👷💁💂💆💇🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🤦🤵🤷🤸🤹🤼🤽🤾🦸🦹🧍🧎🧏🧔🧖🧗🧘🧙🧚🧛🧜🧝🧞🧟]T?+[♀♂]V",
        "[🏃🚶🧎]T?(?:+[♀♂]V)?+➡V",
        "[🏋🏌🕵⛹](?:T|V)+[♀♂]V",
        // Families.
        "👨+(?:[👨👩]+)?(?:👦(?:+👦)?|👧(?:+[👦👧])?)",
        "👩+(?:👩+)?(?:👦(?:+👦)?|👧(?:+[👦👧])?)",
        "🧑+(?:🧑+)?🧒(?:+🧒)?",
        // Couples and hands.
        "👨T?+❤V+(?:💋+)?👨T?",
        "👩T?+❤V+(?:💋+)?[👨👩]T?",
        "🧑T+❤V+(?:💋+)?🧑T",
        "🧑T?+🤝+🧑T?",
        "👩T+🤝+[👨👩]T",
        "👨T+🤝+👨T",
        "🫱T+🫲T",
        // The rest.
        "🏳V+(?:🌈|⚧V)",
        "🏴+☠V",
        "👁V?+🗨V?",
        "🐕+🦺|🐈+⬛|🐻+❄V|🐦+⬛|🐦+🔥|🍋+🟩|🍄+🟫",
        "⛓V+💥|❤V+🔥|❤V+🩹|😮+💨|😵+💫|😶+🌫V|🙂+[↔↕]V",
    ]
    .join("|")
    .replace('+', "\u{200d}")
    .replace('T', "[\u{1f3fb}-\u{1f3ff}]")
    .replace('V', "\u{fe0f}");
    #[expect(clippy::expect_used, reason = "the pattern is constant")]
    Regex::new(&format!("^(?:{pattern})$")).expect("the pattern is sound")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_of_several_code_points_are_one() {
        let simple = ["👍🏽", "☺️", "1️⃣", "#⃣", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☝🏿", "⌚️"];
        let joined = ["👨‍👩‍👧‍👦", "👩🏾‍🚀", "🏃🏽‍♀️", "🕵️‍♂️", "🏳️‍🌈", "👩‍❤️‍💋‍👨", "🧑🏻‍🤝‍🧑🏿", "😶‍🌫️"];
        for emoji in simple.iter().chain(&joined) {
            assert!(is_sequence(emoji), "{emoji}");
        }
    }

    #[test]
    fn what_x_does_not_draw_is_several() {
        let letters = ["e\u{301}", "a️", "1️", "\r\n", "ก็"];
        let emoji = ["🐱‍🚀", "🇩🇩", "😀️", "🐱🏽", "👍🏽️", "🏴\u{e0067}\u{e007f}", "👨‍👦‍👧"];
        for text in letters.iter().chain(&emoji) {
            assert!(!is_sequence(text), "{text}");
        }
    }
}
