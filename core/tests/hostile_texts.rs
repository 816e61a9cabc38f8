//! Texts that break readers, through the whole triage; and what a longer text costs.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::time::Duration;

use careline::model::{Assessment, Inbound, ReplyTarget, Span, Surface, Visibility};
use careline::policy::{CompiledPolicy, Policy};
use careline::triage::{Subject, TriageInput, Triages, pii};
use rustix::time::{ClockId, clock_gettime};

const MEGABYTE: usize = 1 << 20;

fn policy() -> CompiledPolicy {
    let policy = "[brand]\nname = 'Acme'\n";
    Policy::parse(policy, "").and_then(CompiledPolicy::new).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn inbound(text: &str) -> Inbound {
    let mut message = Inbound::new("fake", "1", Surface::Mention, Visibility::Public);
    message.content.text = text.to_owned();
    message.reply_to = Some(ReplyTarget { native_id: "0".into(), author: Some("7".into()) });
    message
}

fn assess(text: &str, policy: &CompiledPolicy) -> Assessment {
    let message = inbound(text);
    Triages::default().assess(&TriageInput::new(&message, policy), &Subject::of_inbound(&message))
}

/// `part` again and again, up to `length` bytes.
fn long(part: &str, length: usize) -> String {
    part.repeat(length.div_ceil(part.len()).max(1))
}

fn hostile_texts() -> Vec<(&'static str, String)> {
    vec![
        ("nothing", String::new()),
        ("spaces", " \t\r\n\u{a0}\u{3000}\u{2028}".repeat(100)),
        ("a megabyte", long("my parcel is late, ", MEGABYTE)),
        ("emoji alone", "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪😡".repeat(500)),
        ("half a flag and joiners alone", "🇩\u{200d}\u{fe0f}🏽\u{20e3}".repeat(50)),
        ("marks upon marks", format!("la{}te", "\u{336}\u{301}\u{489}\u{20dd}".repeat(5_000))),
        ("marks alone", "\u{301}\u{5b0}\u{64b}\u{93c}\u{e49}".repeat(200)),
        ("many scripts", "Where Где 我的 どこ 소포 طردي פריט पार्सल ไหน πού որտե սად ".repeat(20)),
        ("letters that look like others", "Му раrсеl іs lаtе, ѕсаm!".to_owned()),
        ("mathematical letters", "𝐦𝐲 𝓹𝓪𝓻𝓬𝓮𝓵 𝕚𝕤 𝚕𝚊𝚝𝚎 ⓛⓐⓣⓔ ｌａｔｅ ʟᴀᴛᴇ".to_owned()),
        ("directions", "\u{202e}etal si lecrap\u{202c} \u{2066}\u{2067}late\u{2069}\u{200f}".repeat(30)),
        ("directions never closed", "\u{202e}\u{2067}".repeat(10_000)),
        ("NUL and other controls", "my\0parcel\u{1}\u{7f}\u{1b}[31m is\u{8} late\u{9c}".to_owned()),
        ("halves of characters, repaired", "my \u{fffd}\u{fffd} parcel \u{fffd}".repeat(40)),
        ("characters that are none", "late\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}\u{e000}\u{feff}".to_owned()),
        ("letters that grow in lower case", "İİİ ẞẞẞ ŉ ΐ ﬃ ǅ Σς Ω K".repeat(100)),
        ("tags that do not show", "late \u{e0067}\u{e0062}\u{e007f}".repeat(100)),
        ("one character", "?".to_owned()),
        ("one long word", long("a", 100_000)),
        ("one long word without case", long("好", 100_000)),
        ("digits of many scripts", "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ०१२३४५६७८९ ０１２３４５６７８９ ๐๑๒๓๔".repeat(50)),
    ]
}

/// That a span can be shown: within the text, at the borders of characters.
fn fits(span: Span, text: &str) -> bool {
    text.get(span.start as usize..span.end as usize).is_some()
}

#[test]
fn hostile_texts_are_assessed_and_every_span_fits() {
    let policy = policy();
    for (name, text) in hostile_texts() {
        let assessment = assess(&text, &policy);
        for pii in &assessment.pii {
            assert!(fits(pii.span, &text) && !pii.span.of(&text).is_empty(), "{name}: {pii:?}");
        }
        for finding in &assessment.evidence {
            assert!(finding.span.is_none_or(|span| fits(span, &text)), "{name}: {finding:?}");
            assert!(finding.weight.is_finite(), "{name}: {finding:?}");
        }
        assert!((1..=4).contains(&assessment.tier), "{name}: {}", assessment.tier);
        let stored = serde_json::to_string(&assessment).unwrap();
        assert_eq!(serde_json::from_str::<Assessment>(&stored).unwrap(), assessment, "{name}");
        assert_eq!(assess(&text, &policy), assessment, "{name}: another look gives another answer");
    }
}

#[test]
fn what_is_hidden_in_a_text_hides_no_personal_data() {
    for (text, found) in [
        (
            "mein iban: \u{202a}DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00\u{202c}",
            "DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00",
        ),
        ("card 4111\u{200b}1111\u{200b}1111\u{200b}1111", "4111\u{200b}1111\u{200b}1111\u{200b}1111"),
        ("my card\0 4111111111111111\0", "4111111111111111"),
        ("\u{fffd}jo.doe@mail.example\u{fffd}", "jo.doe@mail.example"),
        ("\u{202e}4111111111111111\u{202c}", "4111111111111111"),
        ("👍4111111111111111👍", "4111111111111111"),
    ] {
        let pii = assess(text, &policy()).pii;
        assert_eq!(pii.iter().map(|pii| pii.span.of(text)).collect::<Vec<_>>(), [found], "{text:?}");
    }
}

#[test]
fn one_text_is_judged_alike_with_and_without_what_does_not_show() {
    let policy = policy();
    let (plain, dressed) = ("Acme my parcel is late", "\u{feff}\u{2066}Acme my parcel is late\u{2069}\u{200b}");
    let (plain, dressed) = (assess(plain, &policy), assess(dressed, &policy));
    assert_eq!(
        (plain.tier, &plain.intent, plain.needs_response),
        (dressed.tier, &dressed.intent, dressed.needs_response)
    );
}

/// What a text is made of, over and over.
const PARTS: &[(&str, &str)] = &[
    ("prose", "My parcel still has not arrived and nobody answers the phone. Could you please look into it? "),
    ("at signs", "@"),
    ("hash signs", "#"),
    ("digits", "4"),
    ("digits apart", "1 "),
    ("negators", "not "),
    ("intensifiers", "very very not good "),
    ("links", "https://acme.example/a1 "),
    ("one link", "https://a1"),
    ("one long word", "a"),
    ("brackets", "("),
    ("closed brackets", "[()]"),
    ("question marks", "?"),
    ("Chinese", "我的包裹还没有到"),
    ("Thai", "พัสดุของฉันยังไม่มา"),
    ("Arabic", "طلبي ١٢٣ "),
    ("emoji", "😡👍🏽"),
    ("marks", "\u{336}\u{301}"),
    ("spaces", " "),
    ("mentions", "@acme "),
    ("tags", "#late "),
    ("NUL", "\0"),
];

/// As above, for what looks for numbers and addresses.
const NUMBERS: &[(&str, &str)] = &[
    ("groups of digits", "4111 1111 "),
    ("pairs of digits", "11 "),
    ("digits and dots", "1.1."),
    ("digits and colons", "a1:"),
    ("digits and slashes", "1/"),
    ("digits of Devanagari", "१२ "),
    ("telephone numbers", "+49 30 1234567, "),
    ("named numbers", "call 5550147, order 5550147 "),
    ("parts of addresses", "a1@"),
    ("addresses", "a1@b.example "),
    ("letters and digits", "AB12"),
    ("one host", "a.example1"),
];

/// Text for the longer measurement; an eighth where nothing is optimised.
const LENGTH: usize = if cfg!(debug_assertions) { MEGABYTE / 8 } else { MEGABYTE };

/// Linear work for 16 times the text is 16, quadratic is 256.
const TIMES: usize = 16;
const LINEAR: f64 = 2.5 * TIMES as f64;

/// CPU time of this thread: others on the machine do not add to it.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// The least time of some rounds: what disturbs only adds.
fn least(rounds: usize, work: impl Fn()) -> f64 {
    let round = |_| {
        let start = cpu();
        work();
        (cpu() - start).as_secs_f64()
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}

/// How many times longer `work` takes on 16 times the text: the least of some looks, or the first that is linear.
fn growth(work: impl Fn(&str), part: &str) -> f64 {
    let (short, text) = (long(part, LENGTH / TIMES), long(part, LENGTH));
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let ratio = least(1, || work(&text)) / least(3, || work(&short)).max(1e-6);
        best = best.min(ratio);
        if best <= LINEAR {
            break;
        }
    }
    best
}

#[test]
fn finding_personal_data_is_linear_in_the_text() {
    for (name, part) in PARTS.iter().chain(NUMBERS) {
        let ratio = growth(|text| drop(pii::find(text)), part);
        assert!(ratio <= LINEAR, "{name}: 16 times the text costs {ratio:.0} times as much");
    }
}

#[test]
fn triage_is_linear_in_the_text() {
    let policy = policy();
    for (name, part) in PARTS {
        let ratio = growth(|text| drop(assess(text, &policy)), part);
        assert!(ratio <= LINEAR, "{name}: 16 times the text costs {ratio:.0} times as much");
    }
}

#[test]
fn growth_that_is_not_linear_is_seen() {
    let quadratic = |text: &str| {
        let bytes = &text.as_bytes()[..text.len() / 64];
        std::hint::black_box(bytes.iter().map(|a| bytes.iter().filter(|b| *b > a).count()).sum::<usize>());
    };
    assert!(growth(quadratic, "ab") > LINEAR);
}
