//! What the guards object to and what not, in eight languages. All texts are made up.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use careline::engage::guard::{Earlier, Guard, Guarded, Instead, Objection, TextLength, Weight};
use careline::model::{ConversationId, Timestamp};
use careline::policy::{CompiledPolicy, Policy};
use proptest::prelude::*;

const OWN: &str = "own_addresses = ['acme.example', '+49 30 1234567']\n";

fn policy(guards: &str) -> CompiledPolicy {
    let text = format!("[brand]\nname = 'Acme'\n[guards]\n{guards}");
    Policy::parse(&text, "").and_then(CompiledPolicy::new).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
}

fn public(text: &str) -> Vec<Objection> {
    policy(OWN).guards().objections(&Guarded::new(text, now()).in_public())
}

fn guards(objections: &[Objection]) -> Vec<Guard> {
    objections.iter().map(|objection| objection.guard).collect()
}

fn marked<'a>(objection: &Objection, text: &'a str) -> Vec<&'a str> {
    objection.spans.iter().map(|span| span.of(text)).collect()
}

/// The one objection to a public answer.
fn the(guard: Guard, text: &str) -> Objection {
    let mut objections = public(text);
    assert_eq!(guards(&objections), [guard], "{text}: {objections:?}");
    objections.remove(0)
}

// ---- Personal data in public ----

#[test]
fn personal_data_is_not_published() {
    for (text, kind, words) in [
        ("We have written to jo.doe@mail.example.", "email", "jo.doe@mail.example"),
        ("We will call you on +44 20 7946 0958 today.", "phone", "+44 20 7946 0958"),
        ("Is 4111 1111 1111 1111 your card?", "card", "4111 1111 1111 1111"),
        ("Das Geld geht an DE89 3704 0044 0532 0130 00.", "iban", "DE89 3704 0044 0532 0130 00"),
        ("Su documento es 12345678Z, gracias.", "national_id", "12345678Z"),
        ("Scritto a jo\u{200b}@mail.example oggi", "email", "jo\u{200b}@mail.example"),
        ("Zadzwonimy: ＋４８ 601 234 567", "phone", "＋４８ 601 234 567"),
    ] {
        let objection = the(Guard::PiiInPublic, text);
        assert_eq!(marked(&objection, text), [words], "{text}");
        assert_eq!(objection.reasons[0].note, format!("1 of kind {kind}"));
        assert_eq!((objection.weight, objection.instead), (Weight::Block, Instead::MoveToPrivate));
    }
}

#[test]
fn personal_data_may_be_said_in_private_and_the_brands_own_anywhere() {
    let draft = Guarded::new("We have written to jo@mail.example.", now());
    assert_eq!(policy("").guards().objections(&draft), []);
    for text in ["Write to care@acme.example", "Call +49 30 1234567 or 030 1234567", "Set DNS to 192.0.2.7"] {
        assert_eq!(public(text), [], "{text}");
    }
    let strange = Guarded::new("Write to care@acme.example", now()).in_public();
    assert_eq!(guards(&policy("").guards().objections(&strange)), [Guard::PiiInPublic]);
}

#[test]
fn the_policy_says_what_counts_as_personal_data() {
    let draft = Guarded::new("ac-123456 at 192.0.2.7, jo@mail.example", now()).in_public();
    let found = |rules: &str| {
        let objections = policy(rules).guards().objections(&draft);
        objections.first().map(|objection| marked(objection, draft.text)).unwrap_or_default()
    };
    assert_eq!(found("pii = ['ip_address']"), ["192.0.2.7"]);
    assert_eq!(found("pii = []\norder_numbers = ['AC-######']"), ["ac-123456"]);
    assert_eq!(found("pii = []"), [""; 0]);
    assert_eq!(found("order_numbers = ['AC-######']"), ["ac-123456", "jo@mail.example"]);
}

#[test]
fn an_order_number_is_told_once_although_it_looks_like_a_telephone_number() {
    let draft = Guarded::new("It is 0301-234567 then", now()).in_public();
    let objections = policy("order_numbers = ['####-######']").guards().objections(&draft);
    assert_eq!(
        objections[0].reasons.iter().map(|reason| &*reason.note).collect::<Vec<_>>(),
        ["1 of kind order_number"]
    );
}

// ---- Asking for personal data in public ----

const REQUESTS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "Sorry to hear that! What is your e-mail address?",
            "What's your phone number?",
            "Please send us your phone number and we will call.",
            "Could you share your order number with us?",
            "We can't find it, can you tell us your order number?",
            "Please reply with your full name and date of birth.",
            "Which e-mail address did you use?",
            "May I have your postcode, please?",
            "Hi Jo! Your e-mail?",
            "Post your account number here in the comments and we will look. You can also DM us later.",
            "We'll need your email to look into this.",
            "Don't hesitate to send us your order number.",
            "Please don't DM us, just reply with your phone number.",
            "Let us know your delivery address.",
            "What is your current mobile number?",
        ],
    ),
    (
        "es",
        &[
            "¿Cuál es tu correo electrónico?",
            "Por favor, envíanos tu número de teléfono.",
            "¿Nos das tu número de pedido?",
            "Para ayudarte necesitamos tu DNI.",
            "Facilítenos su correo, por favor.",
            "¿Podría indicarnos su número de cliente?",
            "¿Tu teléfono?",
        ],
    ),
    (
        "fr",
        &[
            "Quelle est votre adresse e-mail ?",
            "Pouvez-vous nous communiquer votre numéro de téléphone ?",
            "Merci de nous indiquer votre numéro de commande.",
            "Envoyez-nous votre mail, s'il vous plaît.",
            "Nous aurions besoin de votre date de naissance.",
            "Donne-nous ton numéro de client ici même.",
            "Votre numéro de commande\u{a0}?",
        ],
    ),
    (
        "de",
        &[
            "Wie lautet Ihre E-Mail-Adresse?",
            "Bitte schicken Sie uns Ihre Telefonnummer.",
            "Könntest du uns deine Bestellnummer nennen?",
            "Können Sie Ihre Kundennummer durchgeben?",
            "Wir brauchen Ihre Kontonummer.",
            "Bitte Ihre Handynummer mitteilen.",
            "Ihre Bestellnummer benötigen wir noch.",
            "Welche E-Mail-Adresse haben Sie benutzt?",
        ],
    ),
    (
        "pt",
        &[
            "Qual é o seu e-mail?",
            "Por favor, envie-nos o seu número de telefone.",
            "Pode nos informar o número do pedido?",
            "Precisamos do seu CPF.",
            "Qual o seu telefone?",
            "Diga-nos a sua morada, por favor.",
            "Me passa seu celular?",
        ],
    ),
    (
        "it",
        &[
            "Qual è il tuo indirizzo e-mail?",
            "Inviaci il tuo numero di telefono, per favore.",
            "Puoi dirci il numero d'ordine?",
            "Ci serve il suo codice fiscale.",
            "Potremmo avere la tua mail?",
            "Ci indichi il suo recapito telefonico.",
            "Il tuo numero di cellulare?",
        ],
    ),
    (
        "nl",
        &[
            "Wat is je e-mailadres?",
            "Stuur ons je telefoonnummer, dan bellen we.",
            "Kunt u uw klantnummer doorgeven?",
            "Mogen we je bestelnummer?",
            "We hebben je geboortedatum nodig.",
            "Geef ons uw postcode even door.",
            "Welk e-mailadres heb je gebruikt?",
        ],
    ),
    (
        "pl",
        &[
            "Jaki jest Twój adres e-mail?",
            "Prosimy o podanie numeru telefonu.",
            "Podaj nam swój numer zamówienia.",
            "Czy może Pan podać numer klienta?",
            "Potrzebujemy numer konta.",
            "Prosimy o PESEL.",
            "Prześlij nam swojego maila.",
        ],
    ),
];

#[test]
fn asking_for_personal_data_in_public_leads_to_private() {
    for (language, texts) in REQUESTS {
        for text in *texts {
            let objection = the(Guard::AsksForPiiInPublic, text);
            assert_eq!((objection.weight, objection.instead), (Weight::Block, Instead::MoveToPrivate));
            let note = &objection.reasons[0].note;
            assert!(note.contains(&format!("in {language}")), "{text}: {note}");
            assert!(!marked(&objection, text)[0].is_empty(), "{text}");
        }
    }
}

#[test]
fn a_request_is_marked_from_what_asks_to_what_is_asked_for() {
    let text = "Hello! Please send us your full name, phone number and order number. Thanks!";
    let objection = the(Guard::AsksForPiiInPublic, text);
    assert_eq!(marked(&objection, text), ["send us your full name", "phone number", "order number"]);
}

#[test]
fn asking_for_it_in_private_is_what_is_wanted() {
    for (_, texts) in REQUESTS {
        for text in *texts {
            let draft = Guarded::new(text, now());
            assert_eq!(policy("").guards().objections(&draft), [], "{text}");
        }
    }
}

/// Beside the polite answers: what comes close to a request and is none, or leads to where nobody else reads.
#[test]
fn what_is_no_request_or_leads_away_is_let_pass() {
    for text in [
        "DM us your order number.",
        "What is your e-mail? You can send it in a direct message.",
        "Please send us a DM. What we need is your phone number and date of birth.",
        "Never post your card number here.",
        "You don't need to send us your phone number.",
        "Please call us with your customer number.",
        "Tell us your order number at care@acme.example.",
        "Please let us know whether our phone number works for you.",
        "Let us know when your order number arrives.",
        "We only share your phone number with the courier.",
        "What is happening with e-mails today? We are looking into it.",
        "Publica aquí tu foto favorita.",
        "No hace falta que nos digas tu número de pedido.",
        "No nos envíes tu número de tarjeta.",
        "Envoyez-nous un message avec votre numéro de commande.",
        "Inutile de nous donner votre numéro de client.",
        "Können Sie uns sagen, ob Ihre Bestellnummer angezeigt wird?",
        "Bitte nennen Sie hier keine Kontonummer.",
        "Não nos envie o seu número de cartão.",
        "Non inviarci mai il numero di carta.",
        "We hebben je e-mailadres niet nodig.",
        "Geef ons nooit je wachtwoord.",
        "Nie podawaj nam numeru karty.",
        "Podaj nam swój numer zamówienia na priv.",
    ] {
        assert_eq!(public(text), [], "{text}");
    }
}

// ---- Tone ----

const RUDE: &[(&str, &[&str], &[&str])] = &[
    (
        "en",
        &["You should have read the terms.", "As we already told you, it takes a week.", "This is your own fault."],
        &["That is not our fault.", "There's nothing we can do."],
    ),
    (
        "es",
        &["Como ya te dijimos, tarda una semana.", "Es culpa tuya.", "Deberías haber leído las condiciones."],
        &["No es nuestra culpa.", "Es su problema."],
    ),
    (
        "fr",
        &["Comme déjà expliqué, il faut attendre.", "C'est votre faute.", "Vous auriez dû lire les conditions."],
        &["Ce n’est pas notre faute.", "C'est votre problème."],
    ),
    (
        "de",
        &["Wie bereits erwähnt, dauert es eine Woche.", "Das ist Ihre eigene Schuld.", "Sie hätten das lesen müssen."],
        &["Das ist nicht unser Fehler.", "Dafür können wir nichts."],
    ),
    (
        "pt",
        &["Como já dissemos, demora uma semana.", "A culpa é sua.", "Você deveria ter lido as condições."],
        &["A culpa não é nossa.", "Isso não é problema nosso."],
    ),
    (
        "it",
        &["Come già detto, ci vuole una settimana.", "È colpa tua.", "Avresti dovuto leggere le condizioni."],
        &["Non è colpa nostra.", "È un tuo problema."],
    ),
    (
        "nl",
        &["Zoals we al zeiden, het duurt een week.", "Dat is je eigen schuld.", "U had moeten lezen wat er stond."],
        &["Dat is niet onze fout.", "Daar kunnen we niets aan doen."],
    ),
    (
        "pl",
        &["Jak już pisaliśmy, to trwa tydzień.", "To pana wina.", "Powinieneś był przeczytać regulamin."],
        &["To nie nasza wina.", "To nie nasz problem."],
    ),
];

#[test]
fn blaming_and_defending_are_told_in_every_language() {
    for (language, blaming, defending) in RUDE {
        for (texts, what) in [(blaming, "blames the customer"), (defending, "defends us")] {
            for text in *texts {
                let objection = the(Guard::Tone, text);
                assert_eq!((objection.weight, objection.instead), (Weight::Warn, Instead::Reword));
                let notes: Vec<&str> = objection.reasons.iter().map(|reason| &*reason.note).collect();
                assert_eq!(notes, [format!("{what}, 1 times")], "{text}");
                assert_eq!(objection.spans.len(), 1, "{text}");
                let mut draft = Guarded::new(text, now());
                draft.language = Some(language);
                assert_eq!(guards(&policy("").guards().objections(&draft)), [Guard::Tone], "{text} is {language}");
            }
        }
    }
}

#[test]
fn phrases_of_another_language_than_the_drafts_are_not_its_tone() {
    let of = |language: Option<&'static str>| {
        let mut draft = Guarded::new("Calmati e kalmeer", now());
        draft.language = language;
        policy("").guards().objections(&draft).first().map_or(0, |objection| objection.spans.len())
    };
    assert_eq!([of(None), of(Some("it-IT")), of(Some("nl")), of(Some("en")), of(Some("fi"))], [2, 1, 1, 0, 2]);
}

#[test]
fn shouting_is_told_by_capitals_and_marks() {
    let text = "PLEASE READ THE MANUAL, it is all in there!!!";
    let objection = the(Guard::Tone, text);
    assert_eq!(marked(&objection, text).last(), Some(&"!!!"));
    assert_eq!(objection.reasons.len(), 3, "{objection:?}");
    let draft = Guarded::new("Great, thank you!!", now());
    assert_eq!(guards(&policy("exclamation_marks = 2").guards().objections(&draft)), [Guard::Tone]);
    assert_eq!(policy("").guards().objections(&draft), []);
    let names = Guarded::new("ACME ROBO VAC: nice to see SEPA with IBAN", now());
    assert_eq!(policy("capitals = 0.9").guards().objections(&names), []);
}

// ---- Said before ----

const SAID: &str = "We are sorry for the delay. Your parcel leaves our house tomorrow morning. ^AB";

/// How a draft is taken after `SAID` was sent so many days ago, in this conversation, to the same people.
fn after(text: &str, days: i64, here: bool, same_audience: bool, rules: &str) -> Vec<Objection> {
    let (one, other) = (ConversationId::from("t1"), ConversationId::from("t2"));
    let earlier = Earlier {
        text: SAID,
        at: now().plus_millis(-days * 86_400_000),
        conversation: if here { &one } else { &other },
        same_audience,
    };
    let mut draft = Guarded::new(text, now());
    draft.conversation = Some(&one);
    let (earlier, names) = ([earlier], ["Ben Best", "Zoe"]);
    (draft.earlier, draft.names) = (&earlier, &names);
    policy(rules).guards().objections(&draft)
}

#[test]
fn what_was_sent_before_to_the_same_people_is_not_sent_again() {
    let again = "@zoe Hi Zoe, we are sorry for the delay. Your parcel leaves our house tomorrow morning. /Ben";
    let objections = after(again, 2, true, false, "");
    assert_eq!((guards(&objections), objections[0].instead), (vec![Guard::Repeated], Instead::Reword));
    let note = &objections[0].reasons[0].note;
    assert_eq!(note, "1.00 in common with what was sent in this conversation, 1 in all");
    assert_eq!(guards(&after(again, 2, false, true, "repeated = 'block'")), [Guard::Repeated]);
    assert_eq!(after(again, 2, false, false, ""), [], "somebody else reads it for the first time");
    assert_eq!(after(again, 8, true, true, ""), [], "a week later");
    assert_eq!(guards(&after(again, 8, true, true, "repeated_within = '30d'")), [Guard::Repeated]);
}

#[test]
fn nearly_the_same_is_what_the_policy_says() {
    let near = "We are sorry for the delay. Your parcel leaves our house tomorrow evening.";
    assert_eq!(guards(&after(near, 1, true, true, "")), [Guard::Repeated]);
    assert_eq!(after(near, 1, true, true, "repeated_from = 1.0"), []);
    let other = "We are sorry for the trouble. Have you tried to switch the kettle off and on?";
    assert_eq!(after(other, 1, true, true, ""), []);
    assert_eq!(guards(&after(other, 1, true, true, "repeated_from = 0.1")), [Guard::Repeated]);
}

#[test]
fn short_thanks_may_be_said_as_often_as_one_likes() {
    let conversation = ConversationId::from("t1");
    let earlier = [Earlier { text: "Thank you!", at: now(), conversation: &conversation, same_audience: true }];
    let mut draft = Guarded::new("Thank you!", now());
    draft.earlier = &earlier;
    assert_eq!(policy("").guards().objections(&draft), []);
    assert_eq!(guards(&policy("repeated_words = 2").guards().objections(&draft)), [Guard::Repeated]);
}

// ---- Facts ----

#[test]
fn facts_are_told_with_what_can_be_done() {
    type Fact = fn(&mut Guarded<'_>);
    let cases: [(Fact, Guard, Instead); 5] = [
        (|draft| draft.do_not_engage = true, Guard::DoNotEngage, Instead::AskALead),
        (|draft| draft.held_by_incident = true, Guard::IncidentHold, Instead::WaitForRelease),
        (|draft| (draft.read, draft.present) = (Some(3), Some(4)), Guard::ConversationMoved, Instead::ReadAgain),
        (|draft| draft.submitted_before = true, Guard::DuplicateSubmit, Instead::Nothing),
        (|draft| draft.length = Some(TextLength { used: 281, most: 280 }), Guard::TooLongForComment, Instead::Split),
    ];
    for (fact, guard, instead) in cases {
        let mut draft = Guarded::new("Thanks for waiting.", now());
        fact(&mut draft);
        let objections = policy("").guards().objections(&draft);
        assert_eq!(guards(&objections), [guard]);
        assert_eq!(objections[0].instead, instead);
        let weight = if guard == Guard::TooLongForComment { Weight::Warn } else { Weight::Block };
        assert_eq!(objections[0].weight, weight, "{guard}");
        let off = policy(&format!("{guard} = 'off'")).guards().objections(&draft);
        assert_eq!(off, [], "{guard} is off");
        let warned = policy(&format!("{guard} = 'warn'")).guards().objections(&draft);
        assert_eq!(warned[0].weight, Weight::Warn);
    }
}

#[test]
fn what_is_as_it_was_read_and_fits_may_go() {
    let mut draft = Guarded::new("Thanks for waiting.", now());
    (draft.read, draft.present) = (Some(4), Some(4));
    draft.length = Some(TextLength { used: 280, most: 280 });
    assert_eq!(policy("").guards().objections(&draft), []);
    draft.read = None;
    assert_eq!(policy("").guards().objections(&draft), [], "nobody wrote it");
}

#[test]
fn a_comment_holds_as_much_as_the_policy_says() {
    let draft = Guarded::new("Schöne Grüße", now());
    assert_eq!(
        guards(&policy("comment_length = 11").guards().objections(&draft.in_public())),
        [Guard::TooLongForComment]
    );
    assert_eq!(policy("comment_length = 12").guards().objections(&draft.in_public()), []);
    assert_eq!(policy("comment_length = 11").guards().objections(&draft), [], "in private it may be long");
}

// ---- All ----

#[test]
fn polite_answers_meet_no_objection() {
    let answers = include_str!("fixtures/polite_answers.txt").lines().filter(|line| !line.starts_with('#'));
    let guards = policy(OWN);
    let (mut count, mut wrong) = (0, Vec::new());
    for (language, text) in answers.map(|line| line.split_once('|').unwrap()) {
        count += 1;
        for language in [None, Some(language)] {
            let mut draft = Guarded::new(text, now()).in_public();
            draft.language = language;
            for objection in guards.guards().objections(&draft) {
                wrong.push(format!("{text}\n  {} {:?}", objection.guard, marked(&objection, text)));
            }
        }
    }
    assert!(count >= 60, "only {count} answers");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn objections_are_in_order_and_have_a_stable_form() {
    let mut draft = Guarded::new("Your e-mail is jo@mail.example? That is not our fault!", now()).in_public();
    draft.do_not_engage = true;
    let objections = policy("").guards().objections(&draft);
    assert!(objections.is_sorted_by_key(|objection| objection.guard));
    let json = serde_json::to_value(&objections[0]).unwrap();
    let expected = serde_json::json!({
        "guard": "pii_in_public",
        "weight": "block",
        "spans": [{ "start": 15, "end": 30 }],
        "reasons": [{ "rule": "guard.pii_in_public", "note": "1 of kind email" }],
        "instead": "move_to_private",
    });
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<Objection>(json).unwrap(), objections[0]);
    for (values, names) in [
        (
            Guard::ALL.iter().map(|guard| serde_json::json!(guard)).collect::<Vec<_>>(),
            Guard::ALL.iter().map(|g| g.as_str()).collect::<Vec<_>>(),
        ),
        (
            Instead::ALL.iter().map(|instead| serde_json::json!(instead)).collect(),
            Instead::ALL.iter().map(|i| i.as_str()).collect(),
        ),
    ] {
        assert_eq!(values, names);
    }
}

#[test]
fn no_word_of_the_draft_stands_in_a_reason() {
    let text = "Zanzibar jo@zanzibar.example! You should have told us. What is your e-mail address? ZANZIBAR!!!";
    let objections = public(text);
    assert_eq!(guards(&objections), [Guard::PiiInPublic, Guard::AsksForPiiInPublic, Guard::Tone]);
    let reasons: Vec<_> = objections.iter().flat_map(|objection| &objection.reasons).collect();
    let told = format!("{reasons:?}").to_lowercase();
    assert!(!told.contains("zanzibar") && !told.contains("should") && !told.contains("e-mail"), "{told}");
}

#[test]
fn only_so_many_places_are_marked() {
    let text = "jo@m.example ".repeat(70);
    let objection = the(Guard::PiiInPublic, text.trim_end());
    assert_eq!(objection.spans.len(), Objection::MOST_SPANS);
    assert_eq!(objection.reasons[0].note, "70 of kind email");
}

/// What every answer pays, most of all those that nothing is found in.
#[test]
fn a_common_answer_costs_few_allocations() {
    let policy = policy(OWN);
    let texts =
        ["Thanks for waiting, Anna! Your parcel left us today.", "Danke! Schicken Sie uns Ihre Bestellnummer per PN."];
    for text in texts {
        let draft = Guarded::new(text, now()).in_public();
        assert_eq!(policy.guards().objections(&draft), []);
        let allocated = allocation_counter::measure(|| drop(policy.guards().objections(&draft)));
        assert!(allocated.count_total <= 6, "{text}: {allocated:?}");
    }
}

/// Time must grow with the length of the text, whatever it is full of; a square would take minutes here.
#[test]
fn long_drafts_are_read_in_time() {
    for part in
        ["send us your e-mail ", "your ", "don't send your e-mail ", "!", "A ", "a.", "@", "\u{301}", "nicht ", "“,"]
    {
        let text = part.repeat(60_000 / part.len());
        let start = std::time::Instant::now();
        let conversation = ConversationId::from("t");
        let earlier = [Earlier { text: &text, at: now(), conversation: &conversation, same_audience: true }];
        let mut draft = Guarded::new(&text, now()).in_public();
        draft.earlier = &earlier;
        let _ = policy(OWN).guards().objections(&draft);
        assert!(start.elapsed().as_secs() < 20, "{part}: {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(
        words in proptest::collection::vec(
            "(send us|your|e-mail|don't|DM|!!!|NOT OUR FAULT|\u{200b}|é|e\u{301}|٣٤|＋４８|jo@a\\.example|AC-1234|漢|\\PC{0,6}|[.?!,\n ])",
            0..24,
        ),
        glue in "( |)",
    ) {
        let text = words.join(&glue);
        let conversation = ConversationId::from("t");
        let earlier = [Earlier { text: &text, at: now(), conversation: &conversation, same_audience: true }];
        let mut draft = Guarded::new(&text, now()).in_public();
        (draft.earlier, draft.names) = (&earlier, &["Jo É"]);
        let policy = policy("order_numbers = ['AC-####']\nrepeated_words = 1");
        let objections = policy.guards().objections(&draft);
        prop_assert_eq!(&objections, &policy.guards().objections(&draft));
        for span in objections.iter().flat_map(|objection| &objection.spans) {
            prop_assert!(span.start < span.end);
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} in {:?}", span, text);
        }
    }
}
