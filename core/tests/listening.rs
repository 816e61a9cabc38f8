//! What is about us and what is not, and what is said to everybody and waits for no answer. All texts are made up.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use careline::model::{Assessment, Finding, Inbound, Profile, Question, ReplyTarget, Surface, Visibility};
use careline::policy::{CompiledPolicy, Policy};
use careline::triage::{Subject, TriageInput, Triages};

fn policy(rules: &str) -> CompiledPolicy {
    let accounts = "accounts = [{ id = 'acme-x', network = 'x', native_id = '7', handle = '@acme' }]";
    let policy = Policy::parse(&format!("brand = {{ name = 'Acme' }}\n{accounts}\n{rules}"), "acme.toml");
    policy.and_then(CompiledPolicy::new).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn message(text: &str) -> Inbound {
    let mut message = Inbound::new("x", "1", Surface::Post, Visibility::Public);
    message.content.text = text.to_owned();
    message
}

fn assess(message: &Inbound, policy: &CompiledPolicy) -> Assessment {
    let network = "x".into();
    let input = TriageInput::new(message, policy).through(Some(&network), Some("acme-x"));
    Triages::default().assess(&input, &Subject::of_inbound(message))
}

fn rules(assessment: &Assessment) -> Vec<&str> {
    assessment.evidence.iter().map(|finding| finding.rule.as_str()).collect()
}

fn finding<'a>(assessment: &'a Assessment, rule: &str) -> &'a Finding {
    assessment.evidence.iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("{rule}: {assessment:#?}"))
}

const QUERIES: &str = "
[[listening.queries]]
id = 'kettle'
query = 'kettle NEAR/4 (broken OR leak*) network:x account:acme-x'
[[listening.queries]]
id = 'german'
query = 'Wasserkocher lang:de'
[[listening.queries]]
id = 'cartoon'
query = 'acme (coyote OR cartoon)'
relevance = 'none'
";

#[test]
fn queries_say_what_is_about_us_and_mark_it() {
    let policy = policy(QUERIES);
    let text = "ugh, the kettle I bought leaks all over the kitchen";
    let found = assess(&message(text), &policy);
    assert_eq!(found.relevance.as_str(), "about");
    let reason = finding(&found, "listen.query.kettle");
    assert_eq!((&reason.about, reason.value.as_str()), (&Question::Relevance, "about"));
    assert_eq!(reason.span.unwrap().of(text), "kettle");
    let german = assess(&message("Der Wasserkocher ist schon wieder kaputt und niemand antwortet"), &policy);
    assert_eq!(german.relevance.as_str(), "about", "{german:#?}");
    let elsewhere =
        Triages::default().assess(&TriageInput::new(&message(text), &policy), &Subject::of_inbound(&message(text)));
    assert_eq!(elsewhere.relevance.as_str(), "none", "it is not known through which account it came");
}

#[test]
fn queries_say_what_is_not_about_us_although_our_name_is_in_it() {
    let policy = policy(QUERIES);
    let found = assess(&message("The coyote orders from Acme again, the kettle is broken, best cartoon ever"), &policy);
    assert_eq!(found.relevance.as_str(), "none", "{found:#?}");
    let mut private = message("Is the acme coyote yours?");
    private.visibility = Visibility::Private;
    assert_eq!(assess(&private, &policy).relevance.as_str(), "addressed", "who writes to us means us");
}

#[test]
fn many_matches_do_not_outweigh_one_that_speaks_against() {
    let many: String = (0..50).map(|n| format!("[[listening.queries]]\nid = 'q{n}'\nquery = 'kettle'\n")).collect();
    let policy = policy(&format!("{QUERIES}{many}"));
    let found = assess(&message("acme cartoon kettle"), &policy);
    assert_eq!(found.relevance.as_str(), "none");
    assert_eq!(rules(&found).iter().filter(|rule| rule.starts_with("listen.query.q")).count(), 12);
}

#[test]
fn a_name_that_is_a_common_word_needs_context() {
    let policy = policy("listening = { context = ['kettle', 'order'], terms = ['peak of'] }");
    for (text, relevance) in [
        ("what an acme of bad taste", "none"),
        ("at the peak of the hill", "none"),
        ("my acme order is late", "about"),
        ("@acme what is this?", "addressed"),
        ("my order is late", "none"),
    ] {
        assert_eq!(assess(&message(text), &policy).relevance.as_str(), relevance, "{text}");
    }
    assert!(rules(&assess(&message("an acme"), &policy)).contains(&"listen.brand_term_without_context"));
}

#[test]
fn our_own_posts_wait_for_no_answer() {
    let mut own = message("Is your Acme kettle broken? Where did it break?");
    own.author = Some(Profile::new("x", "7"));
    let found = assess(&own, &policy(""));
    assert!(!found.needs_response && rules(&found).contains(&"listen.own_post"));
    own.author = Some(Profile::new("x", "8"));
    assert!(!rules(&assess(&own, &policy(""))).contains(&"listen.own_post"));
}

#[test]
fn what_is_said_to_everybody_waits_for_no_answer() {
    let policy = policy("");
    for (kind, text) in [
        ("job_ad", "Acme is growing: we're hiring drivers! Apply at https://jobs.example/1"),
        ("job_ad", "Acme: Wir suchen dich als Kollegin in Vollzeit (m/w/d)"),
        ("job_ad", "Acme grandit, nous recrutons des chauffeurs"),
        ("job_ad", "Oferta de empleo en Acme, envía tu CV"),
        ("job_ad", "Vaga de emprego na Acme, envie seu currículo"),
        ("job_ad", "Offerta di lavoro: Acme cerca autisti"),
        ("job_ad", "Vacature bij Acme: solliciteer vandaag"),
        ("promotion", "Use code ACME20 at checkout to save big on every Acme kettle"),
        ("promotion", "Mit dem Rabattcode ACME20 spart ihr bei Acme"),
        ("promotion", "Code promo ACME20 : profitez-en chez Acme"),
        ("promotion", "Código de descuento ACME20, ahorra en Acme"),
        ("promotion", "Código de desconto ACME20, aproveite na Acme"),
        ("promotion", "Codice sconto ACME20: risparmia da Acme"),
        ("promotion", "Kortingscode ACME20: bespaar bij Acme"),
        ("news", "Acme shares fell sharply after the report https://news.example/1"),
        ("news", "Aktie von Acme fällt nach Quartalszahlen https://news.example/1"),
        ("news", "L'action Acme chute à la bourse"),
        ("news", "Las acciones de Acme caen https://news.example/1"),
        ("news", "As ações da Acme sobem https://news.example/1"),
        ("news", "Il titolo Acme crolla in borsa"),
        ("news", "Het aandeel Acme daalt op de beurs"),
        ("bot", "Acme status: all good. This is an automated message"),
        ("bot", "Acme: dies ist eine automatisch generierte Meldung, automatisch generiert"),
        ("bot", "Acme: ce message est généré automatiquement"),
        ("bot", "Acme: publicado automáticamente"),
        ("bot", "Acme: gerado automaticamente"),
        ("bot", "Acme: messaggio automatico"),
        ("bot", "Acme: dit is een automatisch bericht"),
        ("repost", "RT @jo: where is my Acme order?"),
    ] {
        let found = assess(&message(text), &policy);
        let reason = finding(&found, &format!("listen.{kind}"));
        assert_eq!((&reason.about, reason.value.as_str()), (&Question::NeedsResponse, "no"));
        assert!(!found.needs_response, "{text}: {found:#?}");
    }
}

#[test]
fn who_has_a_trouble_is_no_advertiser() {
    let policy = policy("");
    for text in [
        "@acme your promo code is not working at checkout, help!",
        "@acme I used code SAVE20 and was charged twice. Where is my refund?",
        "@acme my order is late, is this breaking news to you?",
        "@acme der Rabattcode funktioniert nicht",
        "@acme are you hiring drivers or why is nobody bringing my parcel?",
        "@acme I hope a bot is not answering me, my order never came",
    ] {
        let found = assess(&message(text), &policy);
        assert!(found.needs_response, "{text}: {found:#?}");
        assert!(
            !rules(&found)
                .iter()
                .any(|rule| ["listen.job_ad", "listen.promotion", "listen.news", "listen.bot"].contains(rule)),
            "{text}"
        );
    }
    let mut answer = message("we're hiring people who answer, you said. Nobody answers.");
    answer.reply_to = Some(ReplyTarget { native_id: "5".into(), author: Some("7".into()) });
    assert!(!rules(&assess(&answer, &policy)).contains(&"listen.job_ad"), "an answer is not said to everybody");
}
