//! The "why" panel: what careline concludes about a message, with every rule that had a say marked in the text.

use careline::model::{Assessment, Finding, Question, Span};
use maud::{Markup, html};

use super::pieces::pieces;
use super::words::{label, lang};

/// The questions, the telling ones first. The first few are unfolded.
const ORDER: [Question; 13] = [
    Question::Tier,
    Question::NeedsResponse,
    Question::Intent,
    Question::Category,
    Question::Sentiment,
    Question::Pii,
    Question::Urgency,
    Question::Risk,
    Question::Surface,
    Question::Relevance,
    Question::Language,
    Question::Spam,
    Question::Abuse,
];
const UNFOLDED: usize = 6;

/// What one rule says for one answer, with all the places where it says so.
struct Reason<'a> {
    first: &'a Finding,
    weight: f32,
    spans: Vec<Span>,
    /// Stands at its marks in the text; absent for what is no place.
    number: Option<usize>,
}

/// Why a message is held to be what it is.
pub(super) fn panel(text: &str, assessment: &Assessment) -> Markup {
    let reasons = reasons(&assessment.evidence);
    let language = lang(&assessment.language);
    html! {
        section.card.why #why aria-labelledby="why-title" {
            header.card-head {
                h2 #why-title { "Why" }
                span.muted { (percent(assessment.confidence)) " sure of intent and need for an answer" }
            }
            dl.verdict {
                @for (name, value) in verdict(assessment) { div { dt { (name) } dd { (value) } } }
            }
            @if assessment.do_not_engage { p.advice { "Its author seems to want only to argue: better not to engage." } }
            @if text.is_empty() {
                p.gone { "The text is not kept any more; the rules that spoke are." }
            } @else {
                blockquote.text.evidence dir="auto" lang=[language] { (marked(text, &reasons)) }
                p.key aria-label="What the marks mean" {
                    @for kind in ["intent", "category", "sentiment", "pii", "risk", "other"] {
                        mark class={ "ev ev-" (kind) } { (meaning(kind)) } " "
                    }
                }
            }
            (legend(text, assessment, &reasons))
            p.models.muted {
                "Judged by "
                @for (place, (name, version)) in assessment.models.iter().enumerate() {
                    @if place > 0 { ", " } (name) " " (version)
                }
            }
        }
    }
}

/// One entry per rule and answer, in the order found.
fn reasons(evidence: &[Finding]) -> Vec<Reason<'_>> {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    let mut numbers = 0;
    for finding in evidence {
        let same = |known: &&mut Reason<'_>| {
            (&known.first.about, &known.first.rule, &known.first.value)
                == (&finding.about, &finding.rule, &finding.value)
        };
        let place = match reasons.iter_mut().position(|mut known| same(&mut known)) {
            Some(place) => place,
            None => {
                reasons.push(Reason { first: finding, weight: 0.0, spans: Vec::new(), number: None });
                reasons.len() - 1
            }
        };
        let reason = &mut reasons[place];
        reason.weight += finding.weight;
        if let Some(span) = finding.span {
            reason.spans.push(span);
            numbers += usize::from(reason.number.is_none());
            reason.number.get_or_insert(numbers);
        }
    }
    reasons
}

/// The text with a mark wherever a rule saw something; where marks overlap, the most telling kind gives the colour.
fn marked(text: &str, reasons: &[Reason<'_>]) -> Markup {
    let placed: Vec<(Span, &Reason<'_>)> =
        reasons.iter().flat_map(|reason| reason.spans.iter().map(move |span| (*span, reason))).collect();
    let spans: Vec<Span> = placed.iter().map(|(span, _)| *span).collect();
    html! {
        @for piece in pieces(text, &spans) {
            @if piece.marks.is_empty() {
                (piece.text)
            } @else {
                @let on_it: Vec<_> = piece.marks.iter().map(|mark| placed[*mark].1).collect();
                mark class={ "ev ev-" (strongest(&on_it)) } title=(named(&on_it)) data-refs=(numbers(&on_it)) { (piece.text) }
            }
        }
    }
}

fn strongest(reasons: &[&Reason<'_>]) -> &'static str {
    let kinds = ["pii", "risk", "intent", "category", "sentiment"];
    kinds
        .into_iter()
        .find(|kind| reasons.iter().any(|reason| self::kind(&reason.first.about) == *kind))
        .unwrap_or("other")
}

fn named(reasons: &[&Reason<'_>]) -> String {
    let one = |reason: &&Reason<'_>| {
        format!("{}: {} ({})", label(reason.first.about.as_str()), reason.first.value, reason.first.rule)
    };
    reasons.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn numbers(reasons: &[&Reason<'_>]) -> String {
    let mut numbers: Vec<_> = reasons.iter().filter_map(|reason| reason.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The kind of mark for a question.
fn kind(about: &Question) -> &'static str {
    match about {
        Question::Intent | Question::NeedsResponse => "intent",
        Question::Category => "category",
        Question::Sentiment => "sentiment",
        Question::Pii => "pii",
        Question::Urgency | Question::Risk | Question::Spam | Question::Abuse => "risk",
        _ => "other",
    }
}

fn meaning(kind: &str) -> &'static str {
    match kind {
        "intent" => "Intent",
        "category" => "Subject",
        "sentiment" => "Tone",
        "pii" => "Personal data",
        "risk" => "Urgency, risk",
        _ => "Other",
    }
}

fn legend(text: &str, assessment: &Assessment, reasons: &[Reason<'_>]) -> Markup {
    let of = |question: &Question| {
        let mut found: Vec<_> = reasons.iter().filter(|reason| reason.first.about == *question).collect();
        found.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        found
    };
    html! {
        div.legend {
            @for (place, question) in ORDER.iter().enumerate() {
                @let found = of(question);
                @if !found.is_empty() { (questioned(text, assessment, question, &found, place < UNFOLDED)) }
            }
            @for question in reasons.iter().map(|reason| &reason.first.about).filter(|about| matches!(about, Question::Other(_))) {
                (questioned(text, assessment, question, &of(question), false))
            }
        }
    }
}

fn questioned(text: &str, assessment: &Assessment, question: &Question, found: &[&Reason<'_>], open: bool) -> Markup {
    let answer = answer(assessment, question);
    html! {
        details open[open] {
            summary {
                span.question { (asked(question)) }
                @if !answer.is_empty() { " " strong { (label(&answer)) } }
                span.muted { " " (found.len()) }
            }
            table {
                thead.hidden { tr { th { "Mark" } th { "Rule" } th { "Speaks for" } th { "Weight" } } }
                tbody {
                    @for reason in found {
                        tr.against[!answer.is_empty() && reason.first.value != answer] {
                            td.number { @if let Some(number) = reason.number { (number) } }
                            td { code { (reason.first.rule) } (quotes(text, reason)) }
                            td { (reason.first.value) }
                            td.weight { (format!("{:+.1}", reason.weight)) }
                        }
                    }
                }
            }
        }
    }
}

fn quotes(text: &str, reason: &Reason<'_>) -> Markup {
    const MOST: usize = 3;
    const LONGEST: usize = 48;
    html! {
        @for span in reason.spans.iter().take(MOST) {
            @let words = span.of(text);
            @if !words.is_empty() {
                " " q dir="auto" { (words.chars().take(LONGEST).collect::<String>()) @if words.chars().nth(LONGEST).is_some() { "…" } }
            }
        }
        @if reason.spans.len() > MOST { " and " (reason.spans.len() - MOST) " more" }
    }
}

fn asked(question: &Question) -> String {
    match question {
        Question::NeedsResponse => "Needs an answer?".to_owned(),
        Question::Pii => "Personal data".to_owned(),
        Question::Surface => "Where to answer".to_owned(),
        Question::Category => "Subject".to_owned(),
        Question::Sentiment => "Tone".to_owned(),
        Question::Relevance => "About us?".to_owned(),
        other => label(other.as_str()),
    }
}

/// What was concluded, in the words of the findings; empty where the assessment keeps no answer.
fn answer(assessment: &Assessment, question: &Question) -> String {
    let yes = |answer: bool| if answer { "yes" } else { "no" }.to_owned();
    match question {
        Question::Tier => assessment.tier.to_string(),
        Question::NeedsResponse => yes(assessment.needs_response),
        Question::Intent => assessment.intent.to_string(),
        Question::Category => assessment.category.to_string(),
        Question::Sentiment => assessment.sentiment.to_string(),
        Question::Surface => assessment.surface.to_string(),
        Question::Relevance => assessment.relevance.to_string(),
        Question::Language => assessment.language.to_string(),
        Question::Spam => yes(assessment.spam),
        Question::Abuse => yes(assessment.abuse),
        _ => String::new(),
    }
}

fn verdict(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let surface = match assessment.surface.as_str() {
        "stay" => "Answer where it was asked",
        "private" => "Answer in private",
        _ => "No answer",
    };
    vec![
        ("Tier", assessment.tier.to_string()),
        ("Intent", label(assessment.intent.as_str())),
        ("Subject", label(&assessment.category)),
        ("Tone", format!("{} ({:+.1})", label(assessment.sentiment.as_str()), assessment.sentiment_score)),
        ("Language", assessment.language.to_string()),
        ("Where", surface.to_owned()),
    ]
}

fn percent(share: f32) -> String {
    format!("{:.0} %", share.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(about: Question, value: &str, rule: &str, at: Option<(usize, usize)>) -> Finding {
        let span = at.and_then(|(start, end)| Span::new(start, end));
        Finding { about, value: value.into(), weight: 1.25, rule: rule.into(), span }
    }

    #[test]
    fn a_rule_that_speaks_twice_is_one_reason_with_two_places() {
        let word = |at| finding(Question::Intent, "complaint", "text.broken", Some(at));
        let evidence = [word((0, 6)), finding(Question::Tier, "1", "conclude.x", None), word((10, 16))];
        let reasons = reasons(&evidence);
        assert_eq!(reasons.len(), 2);
        assert_eq!((reasons[0].weight, reasons[0].spans.len(), reasons[0].number), (2.5, 2, Some(1)));
        assert_eq!(reasons[1].number, None);
        let html = marked("broken & <broken>", &reasons).into_string();
        assert!(html.contains("&amp; &lt;<mark") && html.matches("<mark").count() == 2, "{html}");
    }

    #[test]
    fn where_marks_overlap_personal_data_gives_the_colour() {
        let evidence = [
            finding(Question::Sentiment, "negative", "text.bad", Some((0, 8))),
            finding(Question::Pii, "card", "pii.card", Some((4, 12))),
        ];
        let html = marked("abcdefghijkl", &reasons(&evidence)).into_string();
        let kinds: Vec<_> = html.match_indices("ev-").map(|(at, _)| &html[at..at + 6]).collect();
        assert_eq!(kinds, ["ev-sen", "ev-pii", "ev-pii"]);
        assert!(html.contains("data-refs=\"1 2\""), "{html}");
    }
}
