//! What the guards object to and what not, in eight languages. All texts are made up.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use careline::engage::guard::{Earlier, Fingerprint, Guard, Guarded, Instead, Objection, TextLength, Weight};
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

// ---- How well is it told? ----

/// Made-up answers of one language, the same cases in every language: what asks for personal data, blames, defends us, and
/// what only comes close to it. They were written before the rules.
struct Answers {
    language: &'static str,
    asking: &'static [&'static str],
    not_asking: &'static [&'static str],
    rude: &'static [&'static str],
    not_rude: &'static [&'static str],
}

#[rustfmt::skip]
const ANSWERS: &[Answers] = &[
    Answers {
        language: "en",
        asking: &[
            "Sorry about that! Please give us your phone number and we'll ring you.",
            "Could you tell us the order number?",
            "Would you mind sharing your e-mail address with us?",
            "What postcode is the account under?",
            "We just need your date of birth to find the booking.",
            "To look this up we would need the account number.",
            "Your customer number, please!",
            "Kindly confirm your delivery address below.",
            "Just type your full name under this post.",
            "Which phone number can we reach you on?",
            "Can I take your surname and your date of birth?",
            "Let us have your contact details and a colleague will call.",
            "Do you have your booking reference to hand?",
            "Which e-mail did you register with?",
            "Drop your mobile number in the comments so the shop can call you.",
            "Reply with your membership number and we'll check.",
            "We can't find you yet, so please send over your e-mail address.",
            "May we ask for your address?",
            "Include your customer number in your next reply, please.",
            "Order number? We'll check right away.",
            "Thanks! Now enter your card number here, please.",
            "We're only missing your postcode.",
            "Feel free to post your order number here and we'll have a look.",
            "Happy to help! All we need is your order number.",
        ],
        not_asking: &[
            "Please DM us your phone number and we'll ring you.",
            "Send us a private message with your order number, please.",
            "Please don't share your e-mail address here.",
            "We'll never ask for your password.",
            "You can change your delivery address in your account.",
            "Your order number starts with AC and has eight digits.",
            "We've sent everything to your e-mail address.",
            "Our phone number has changed, please note the new one.",
            "Please use our contact form and have your customer number ready.",
            "There is no need to tell us your date of birth.",
            "Could you tell us which model you have?",
            "We need a little more time to look into your card payment.",
            "Did the courier give you a tracking number?",
            "Please check your e-mail for the new password.",
            "Let us know if your phone number has changed.",
            "Thanks for sending your order number, we're checking it now.",
            "We will send your new card to your home address tomorrow.",
            "Please remove the phone number from your comment.",
            "Please enter your order number here: https://acme.example/track",
            "Nobody here will ask you for your card number.",
            "Please tell us more about what happened.",
        ],
        rude: &[
            "You should have backed up your data.",
            "You could have asked us first.",
            "If you had read the instructions, this would not have happened.",
            "This happened because you did not follow the steps.",
            "As we have said before, it takes a week.",
            "That is your own mistake.",
            "You obviously didn't look at the label.",
            "You are wrong, the shop was open.",
            "Calm down, please.",
            "How many times do we have to explain this?",
            "It is not our fault that it broke.",
            "We can't be held responsible for that.",
            "That's not our problem.",
            "We did nothing wrong.",
        ],
        not_rude: &[
            "You should have received a confirmation by now.",
            "You should have your refund by Friday.",
            "It's our fault, not yours, and we are sorry.",
            "You were right to tell us.",
            "We should have told you earlier, sorry.",
            "Nobody could have known that.",
            "As promised, here is the update.",
            "There is something we can do: we'll send a new one.",
            "It's our responsibility to put this right.",
            "Thanks!! So happy to hear that!",
            "We are responsible for the delay.",
            "You should have been told about this sooner.",
        ],
    },
    Answers {
        language: "es",
        asking: &[
            "¡Lo sentimos! Danos tu número de teléfono y te llamamos.",
            "¿Podrías decirnos el número de pedido?",
            "¿Te importaría compartir con nosotros tu correo electrónico?",
            "¿Con qué código postal está la cuenta?",
            "Solo necesitamos tu fecha de nacimiento para encontrar la reserva.",
            "Para mirarlo nos haría falta el número de cuenta.",
            "¡Tu número de cliente, por favor!",
            "Por favor, confirma tu dirección de entrega aquí abajo.",
            "Simplemente escribe tu nombre completo bajo esta publicación.",
            "¿A qué número de teléfono podemos llamarte?",
            "¿Nos das tus apellidos y tu fecha de nacimiento?",
            "Déjanos tus datos de contacto y un compañero te llama.",
            "¿Tienes a mano tu número de reserva?",
            "¿Con qué correo te registraste?",
            "Deja tu móvil en los comentarios para que te llame la tienda.",
            "Responde con tu número de cliente y lo comprobamos.",
            "Aún no te encontramos, así que mándanos tu dirección de correo.",
            "¿Podemos pedirte tu dirección?",
            "Incluye tu número de cliente en la próxima respuesta, por favor.",
            "¿Número de pedido? Lo miramos enseguida.",
            "¡Gracias! Ahora introduce tu número de tarjeta aquí, por favor.",
            "Solo nos falta tu código postal.",
            "Puedes publicar tu número de pedido aquí y lo miramos.",
            "¡Encantados de ayudar! Solo hace falta tu número de pedido.",
        ],
        not_asking: &[
            "Mándanos tu número de teléfono por DM y te llamamos.",
            "Envíanos un mensaje privado con tu número de pedido, por favor.",
            "Por favor, no compartas tu correo electrónico aquí.",
            "Nunca te pediremos tu contraseña.",
            "Puedes cambiar tu dirección de entrega en tu cuenta.",
            "Tu número de pedido empieza por AC y tiene ocho cifras.",
            "Lo hemos enviado todo a tu correo electrónico.",
            "Nuestro número de teléfono ha cambiado, apunta el nuevo.",
            "Usa nuestro formulario y ten a mano tu número de cliente.",
            "No hace falta que nos digas tu fecha de nacimiento.",
            "¿Podrías decirnos qué modelo tienes?",
            "Necesitamos un poco más de tiempo para revisar el pago con tu tarjeta.",
            "¿El mensajero te dio un número de seguimiento?",
            "Mira en tu correo la nueva contraseña.",
            "Avísanos si tu número de teléfono ha cambiado.",
            "Gracias por enviarnos tu número de pedido, lo estamos mirando.",
            "Mañana enviaremos tu nueva tarjeta a tu dirección.",
            "Por favor, borra el número de teléfono de tu comentario.",
            "Introduce tu número de pedido aquí: https://acme.example/track",
            "Nadie de aquí te pedirá tu número de tarjeta.",
            "Cuéntanos más de lo que pasó, por favor.",
        ],
        rude: &[
            "Deberías haber guardado una copia de tus datos.",
            "Podrías habernos preguntado antes.",
            "Si hubieras leído las instrucciones, esto no habría pasado.",
            "Ha pasado porque no seguiste los pasos.",
            "Como ya hemos dicho, tarda una semana.",
            "Es tu propio error.",
            "Evidentemente no miraste la etiqueta.",
            "Estás equivocado, la tienda estaba abierta.",
            "Cálmate, por favor.",
            "¿Cuántas veces tenemos que explicarlo?",
            "No es culpa nuestra que se rompiera.",
            "No nos hacemos responsables de eso.",
            "No es nuestro problema.",
            "No hemos hecho nada malo.",
        ],
        not_rude: &[
            "Deberías haber recibido ya una confirmación.",
            "Tendrás el reembolso antes del viernes.",
            "Es culpa nuestra, no tuya, y lo sentimos.",
            "Hiciste bien en decírnoslo.",
            "Deberíamos habértelo dicho antes, perdona.",
            "Nadie podría haberlo sabido.",
            "Como prometimos, aquí tienes las novedades.",
            "Sí podemos hacer algo: te enviamos uno nuevo.",
            "Es nuestra responsabilidad arreglarlo.",
            "¡¡Gracias!! ¡Qué alegría leerlo!",
            "Somos responsables del retraso.",
            "Deberían haberte avisado antes de esto.",
        ],
    },
    Answers {
        language: "fr",
        asking: &[
            "Désolés ! Donnez-nous votre numéro de téléphone et nous vous rappelons.",
            "Pourriez-vous nous dire le numéro de commande ?",
            "Cela vous ennuierait de partager avec nous votre adresse e-mail ?",
            "Sous quel code postal est le compte ?",
            "Il nous faut juste votre date de naissance pour trouver la réservation.",
            "Pour vérifier, nous aurions besoin du numéro de compte.",
            "Votre numéro de client, s'il vous plaît !",
            "Merci de confirmer votre adresse de livraison ci-dessous.",
            "Écrivez simplement votre nom complet sous cette publication.",
            "À quel numéro de téléphone pouvons-nous vous joindre ?",
            "Puis-je avoir votre nom de famille et votre date de naissance ?",
            "Laissez-nous vos coordonnées et un collègue vous appellera.",
            "Avez-vous votre numéro de réservation sous la main ?",
            "Avec quel e-mail vous êtes-vous inscrit ?",
            "Laissez votre numéro de portable en commentaire pour que le magasin vous appelle.",
            "Répondez avec votre numéro d'adhérent et nous vérifions.",
            "Nous ne vous trouvons pas encore, envoyez-nous donc votre adresse mail.",
            "Pouvons-nous vous demander votre adresse ?",
            "Indiquez votre numéro de client dans votre prochaine réponse, merci.",
            "Numéro de commande ? Nous regardons tout de suite.",
            "Merci ! Saisissez maintenant votre numéro de carte ici.",
            "Il ne nous manque que votre code postal.",
            "Vous pouvez publier votre numéro de commande ici et nous regarderons.",
            "Avec plaisir ! Il suffit de votre numéro de commande.",
        ],
        not_asking: &[
            "Envoyez-nous votre numéro de téléphone en MP et nous vous rappelons.",
            "Envoyez-nous un message privé avec votre numéro de commande, merci.",
            "Merci de ne pas partager votre adresse e-mail ici.",
            "Nous ne vous demanderons jamais votre mot de passe.",
            "Vous pouvez changer votre adresse de livraison dans votre compte.",
            "Votre numéro de commande commence par AC et a huit chiffres.",
            "Nous avons tout envoyé à votre adresse e-mail.",
            "Notre numéro de téléphone a changé, notez bien le nouveau.",
            "Utilisez notre formulaire et gardez votre numéro de client sous la main.",
            "Il n'est pas nécessaire de nous dire votre date de naissance.",
            "Pourriez-vous nous dire quel modèle vous avez ?",
            "Il nous faut encore un peu de temps pour vérifier le paiement par votre carte.",
            "Le livreur vous a-t-il donné un numéro de suivi ?",
            "Regardez dans vos mails pour le nouveau mot de passe.",
            "Dites-nous si votre numéro de téléphone a changé.",
            "Merci de nous avoir envoyé votre numéro de commande, nous vérifions.",
            "Nous enverrons demain votre nouvelle carte à votre adresse.",
            "Merci de supprimer le numéro de téléphone de votre commentaire.",
            "Saisissez votre numéro de commande ici : https://acme.example/track",
            "Personne ici ne vous demandera votre numéro de carte.",
            "Dites-nous en plus sur ce qui s'est passé.",
        ],
        rude: &[
            "Vous auriez dû sauvegarder vos données.",
            "Vous auriez pu nous demander avant.",
            "Si vous aviez lu la notice, cela ne serait pas arrivé.",
            "C'est arrivé parce que vous n'avez pas suivi les étapes.",
            "Comme nous l'avons déjà dit, il faut une semaine.",
            "C'est votre propre erreur.",
            "Visiblement, vous n'avez pas regardé l'étiquette.",
            "Vous avez tort, le magasin était ouvert.",
            "Calmez-vous, s'il vous plaît.",
            "Combien de fois faut-il vous l'expliquer ?",
            "Ce n'est pas notre faute si c'est cassé.",
            "Nous ne pouvons pas être tenus responsables de cela.",
            "Ce n'est pas notre problème.",
            "Nous n'avons rien fait de mal.",
        ],
        not_rude: &[
            "Vous auriez dû recevoir une confirmation entre-temps.",
            "Vous devriez avoir votre remboursement vendredi.",
            "C'est notre faute, pas la vôtre, et nous en sommes désolés.",
            "Vous avez bien fait de nous le dire.",
            "Nous aurions dû vous le dire plus tôt, pardon.",
            "Personne n'aurait pu le savoir.",
            "Comme promis, voici les nouvelles.",
            "Nous pouvons faire quelque chose : en envoyer un neuf.",
            "C'est notre responsabilité de réparer cela.",
            "Merci !! Quelle joie de vous lire !",
            "Nous sommes responsables du retard.",
            "Vous auriez dû être prévenu plus tôt.",
        ],
    },
    Answers {
        language: "de",
        asking: &[
            "Das tut uns leid! Geben Sie uns bitte Ihre Telefonnummer, dann rufen wir an.",
            "Könnten Sie uns die Bestellnummer sagen?",
            "Würdest du uns deine E-Mail-Adresse verraten?",
            "Unter welcher Postleitzahl läuft das Konto?",
            "Wir brauchen nur Ihr Geburtsdatum, um die Buchung zu finden.",
            "Um nachzusehen, bräuchten wir die Kontonummer.",
            "Ihre Kundennummer, bitte!",
            "Bestätigen Sie bitte hier unten Ihre Lieferadresse.",
            "Schreib einfach deinen vollständigen Namen unter diesen Beitrag.",
            "Unter welcher Telefonnummer erreichen wir Sie?",
            "Darf ich Ihren Nachnamen und Ihr Geburtsdatum haben?",
            "Hinterlassen Sie uns Ihre Kontaktdaten, dann meldet sich jemand.",
            "Haben Sie Ihre Buchungsnummer zur Hand?",
            "Mit welcher E-Mail haben Sie sich angemeldet?",
            "Schreib deine Handynummer in die Kommentare, dann ruft der Laden an.",
            "Antworten Sie mit Ihrer Mitgliedsnummer, dann prüfen wir das.",
            "Wir finden dich noch nicht, also schick uns bitte deine E-Mail-Adresse.",
            "Dürfen wir nach Ihrer Adresse fragen?",
            "Geben Sie bitte in der nächsten Antwort Ihre Kundennummer an.",
            "Bestellnummer? Wir sehen sofort nach.",
            "Danke! Jetzt hier bitte Ihre Kartennummer eingeben.",
            "Uns fehlt nur noch Ihre Postleitzahl.",
            "Du kannst deine Bestellnummer gern hier posten, dann sehen wir nach.",
            "Gern! Alles, was wir brauchen, ist Ihre Bestellnummer.",
        ],
        not_asking: &[
            "Schick uns deine Telefonnummer per DM, dann rufen wir an.",
            "Senden Sie uns bitte eine private Nachricht mit Ihrer Bestellnummer.",
            "Bitte teilen Sie Ihre E-Mail-Adresse nicht hier.",
            "Wir werden nie nach Ihrem Passwort fragen.",
            "Sie können Ihre Lieferadresse im Kundenkonto ändern.",
            "Ihre Bestellnummer beginnt mit AC und hat acht Ziffern.",
            "Wir haben alles an Ihre E-Mail-Adresse geschickt.",
            "Unsere Telefonnummer hat sich geändert, bitte merken Sie sich die neue.",
            "Nutzen Sie unser Kontaktformular und halten Sie Ihre Kundennummer bereit.",
            "Sie müssen uns Ihr Geburtsdatum nicht nennen.",
            "Könnten Sie uns sagen, welches Modell Sie haben?",
            "Wir brauchen noch etwas Zeit, um die Zahlung mit Ihrer Karte zu prüfen.",
            "Hat der Bote Ihnen eine Sendungsnummer gegeben?",
            "Das neue Passwort finden Sie in Ihrem Postfach.",
            "Sagen Sie uns, falls sich Ihre Telefonnummer geändert hat.",
            "Danke für Ihre Bestellnummer, wir prüfen sie gerade.",
            "Wir senden Ihre neue Karte morgen an Ihre Adresse.",
            "Bitte entfernen Sie die Telefonnummer aus Ihrem Kommentar.",
            "Geben Sie bitte Ihre Bestellnummer hier ein: https://acme.example/track",
            "Niemand von uns wird Sie nach Ihrer Kartennummer fragen.",
            "Erzählen Sie uns bitte mehr darüber.",
        ],
        rude: &[
            "Sie hätten Ihre Daten sichern müssen.",
            "Du hättest uns vorher fragen können.",
            "Wenn Sie die Anleitung gelesen hätten, wäre das nicht passiert.",
            "Das ist passiert, weil Sie die Schritte nicht befolgt haben.",
            "Wie schon gesagt, dauert das eine Woche.",
            "Das ist Ihr eigener Fehler.",
            "Offensichtlich haben Sie nicht auf das Etikett gesehen.",
            "Sie irren sich, der Laden war offen.",
            "Beruhigen Sie sich bitte.",
            "Wie oft sollen wir das noch erklären?",
            "Es ist nicht unsere Schuld, dass es kaputt ist.",
            "Dafür können wir nicht haftbar gemacht werden.",
            "Das ist nicht unser Problem.",
            "Wir haben nichts falsch gemacht.",
        ],
        not_rude: &[
            "Sie hätten inzwischen eine Bestätigung erhalten sollen.",
            "Sie sollten Ihr Geld bis Freitag haben.",
            "Es ist unsere Schuld, nicht Ihre, und es tut uns leid.",
            "Es war richtig, uns das zu sagen.",
            "Wir hätten es Ihnen früher sagen müssen, Entschuldigung.",
            "Das hätte niemand wissen können.",
            "Wie versprochen, hier ist die Neuigkeit.",
            "Wir können etwas tun: Wir schicken ein neues.",
            "Es ist unsere Verantwortung, das zu richten.",
            "Danke!! Das freut uns sehr!",
            "Wir sind verantwortlich für die Verspätung.",
            "Das hätte man Ihnen früher sagen müssen.",
        ],
    },
    Answers {
        language: "pt",
        asking: &[
            "Lamentamos! Dê-nos o seu número de telefone e ligamos.",
            "Poderia nos dizer o número do pedido?",
            "Importa-se de partilhar connosco o seu endereço de e-mail?",
            "Com que código postal está a conta?",
            "Só precisamos da sua data de nascimento para achar a reserva.",
            "Para verificar, precisaríamos do número da conta.",
            "O seu número de cliente, por favor!",
            "Por favor, confirme o seu endereço de entrega aqui em baixo.",
            "Basta escrever o seu nome completo neste post.",
            "Para que número de telefone podemos ligar?",
            "Pode me passar o seu apelido e a data de nascimento?",
            "Deixe-nos os seus dados de contacto e um colega liga.",
            "Tem o seu número de reserva à mão?",
            "Com que e-mail se registou?",
            "Deixe o seu telemóvel nos comentários para a loja ligar.",
            "Responda com o seu número de cliente e verificamos.",
            "Ainda não o encontramos, por isso envie-nos o seu endereço de e-mail.",
            "Podemos pedir a sua morada?",
            "Inclua o seu número de cliente na próxima resposta, por favor.",
            "Número do pedido? Vamos ver já.",
            "Obrigado! Agora insira aqui o seu número do cartão, por favor.",
            "Só nos falta o seu código postal.",
            "Pode publicar aqui o seu número de pedido e nós vemos.",
            "Com prazer! Basta o seu número do pedido.",
        ],
        not_asking: &[
            "Mande-nos o seu número de telefone por DM e ligamos.",
            "Envie-nos uma mensagem privada com o número do pedido, por favor.",
            "Por favor, não partilhe o seu endereço de e-mail aqui.",
            "Nunca lhe vamos pedir a sua senha.",
            "Pode mudar o seu endereço de entrega na sua conta.",
            "O seu número de pedido começa por AC e tem oito dígitos.",
            "Enviámos tudo para o seu endereço de e-mail.",
            "O nosso número de telefone mudou, anote o novo.",
            "Use o nosso formulário e tenha à mão o seu número de cliente.",
            "Não é preciso nos dizer a sua data de nascimento.",
            "Poderia nos dizer qual é o modelo?",
            "Precisamos de mais algum tempo para ver o pagamento com o seu cartão.",
            "O estafeta deu-lhe um código de rastreio?",
            "Veja no seu e-mail a nova senha.",
            "Diga-nos se o seu número de telefone mudou.",
            "Obrigado por nos enviar o seu número do pedido, estamos a ver.",
            "Amanhã enviamos o seu novo cartão para a sua morada.",
            "Por favor, apague o número de telefone do seu comentário.",
            "Insira o seu número do pedido aqui: https://acme.example/track",
            "Ninguém daqui vai pedir o seu número do cartão.",
            "Conte-nos mais sobre o que aconteceu.",
        ],
        rude: &[
            "Você deveria ter guardado os seus dados.",
            "Você poderia ter perguntado antes.",
            "Se tivesse lido as instruções, isto não teria acontecido.",
            "Aconteceu porque não seguiu os passos.",
            "Como já dissemos, demora uma semana.",
            "Foi erro seu.",
            "Obviamente você não olhou para a etiqueta.",
            "Você está errado, a loja estava aberta.",
            "Acalme-se, por favor.",
            "Quantas vezes temos de explicar isto?",
            "Não é culpa nossa que se tenha partido.",
            "Não nos responsabilizamos por isso.",
            "Não é problema nosso.",
            "Não fizemos nada de errado.",
        ],
        not_rude: &[
            "Você já deveria ter recebido uma confirmação.",
            "Deve ter o reembolso até sexta-feira.",
            "A culpa é nossa, não sua, e pedimos desculpa.",
            "Fez bem em nos dizer.",
            "Devíamos ter avisado mais cedo, desculpe.",
            "Ninguém poderia ter sabido isso.",
            "Como prometido, aqui estão as novidades.",
            "Podemos fazer algo: enviamos um novo.",
            "É nossa responsabilidade resolver isto.",
            "Obrigado!! Que bom ler isso!",
            "Somos responsáveis pelo atraso.",
            "Você deveria ter sido avisado mais cedo.",
        ],
    },
    Answers {
        language: "it",
        asking: &[
            "Ci dispiace! Dacci il tuo numero di telefono e ti chiamiamo.",
            "Potrebbe dirci il numero d'ordine?",
            "Ti dispiacerebbe condividere con noi il tuo indirizzo e-mail?",
            "Sotto quale codice cliente è l'account?",
            "Ci serve solo la tua data di nascita per trovare la prenotazione.",
            "Per controllare avremmo bisogno del numero di conto.",
            "Il suo codice cliente, per favore!",
            "Per favore, conferma qui sotto il tuo indirizzo di consegna.",
            "Scrivi semplicemente il tuo nome e cognome sotto questo post.",
            "A quale numero di telefono possiamo chiamarti?",
            "Posso avere il suo cognome e la sua data di nascita?",
            "Lasciaci i tuoi dati di contatto e un collega ti chiama.",
            "Hai il tuo codice prenotazione a portata di mano?",
            "Con quale e-mail ti sei registrato?",
            "Lascia il tuo cellulare nei commenti, così il negozio ti chiama.",
            "Rispondi con il tuo codice cliente e controlliamo.",
            "Non ti troviamo ancora, quindi mandaci il tuo indirizzo e-mail.",
            "Possiamo chiederti il tuo indirizzo?",
            "Includi il tuo codice cliente nella prossima risposta, per favore.",
            "Numero d'ordine? Controlliamo subito.",
            "Grazie! Ora inserisci qui il tuo numero di carta, per favore.",
            "Ci manca solo il tuo codice fiscale.",
            "Puoi pubblicare qui il tuo numero d'ordine e controlliamo.",
            "Volentieri! Basta il tuo numero d'ordine.",
        ],
        not_asking: &[
            "Mandaci il tuo numero di telefono in DM e ti chiamiamo.",
            "Inviaci un messaggio privato con il tuo numero d'ordine, per favore.",
            "Per favore, non condividere qui il tuo indirizzo e-mail.",
            "Non ti chiederemo mai la tua password.",
            "Puoi cambiare il tuo indirizzo di consegna nel tuo account.",
            "Il tuo numero d'ordine comincia con AC e ha otto cifre.",
            "Abbiamo inviato tutto al tuo indirizzo e-mail.",
            "Il nostro numero di telefono è cambiato, prendi nota di quello nuovo.",
            "Usa il nostro modulo e tieni pronto il tuo codice cliente.",
            "Non serve dirci la tua data di nascita.",
            "Potrebbe dirci quale modello ha?",
            "Ci serve ancora un po' di tempo per controllare il pagamento con la tua carta.",
            "Il corriere ti ha dato un numero di tracking?",
            "Controlla nella tua mail la nuova password.",
            "Facci sapere se il tuo numero di telefono è cambiato.",
            "Grazie per averci inviato il tuo numero d'ordine, stiamo controllando.",
            "Domani invieremo la tua nuova carta al tuo indirizzo.",
            "Per favore, cancella il numero di telefono dal tuo commento.",
            "Inserisci qui il tuo numero d'ordine: https://acme.example/track",
            "Nessuno di noi ti chiederà il tuo numero di carta.",
            "Raccontaci di più su cosa è successo.",
        ],
        rude: &[
            "Avresti dovuto salvare i tuoi dati.",
            "Avresti potuto chiederci prima.",
            "Se avessi letto le istruzioni, non sarebbe successo.",
            "È successo perché non hai seguito i passaggi.",
            "Come abbiamo già detto, ci vuole una settimana.",
            "È un errore tuo.",
            "Evidentemente non hai guardato l'etichetta.",
            "Si sbaglia, il negozio era aperto.",
            "Si calmi, per favore.",
            "Quante volte dobbiamo spiegarlo?",
            "Non è colpa nostra se si è rotto.",
            "Non possiamo essere ritenuti responsabili.",
            "Non è un problema nostro.",
            "Non abbiamo fatto nulla di male.",
        ],
        not_rude: &[
            "Avresti dovuto ricevere una conferma ormai.",
            "Dovresti avere il rimborso entro venerdì.",
            "È colpa nostra, non tua, e ci dispiace.",
            "Hai fatto bene a dircelo.",
            "Avremmo dovuto dirtelo prima, scusa.",
            "Nessuno avrebbe potuto saperlo.",
            "Come promesso, ecco le novità.",
            "Possiamo fare qualcosa: te ne mandiamo uno nuovo.",
            "È nostra responsabilità sistemare le cose.",
            "Grazie!! Che bello leggerlo!",
            "Siamo responsabili del ritardo.",
            "Avresti dovuto essere avvisato prima.",
        ],
    },
    Answers {
        language: "nl",
        asking: &[
            "Wat vervelend! Geef ons je telefoonnummer, dan bellen we.",
            "Kunt u ons het bestelnummer vertellen?",
            "Zou je je e-mailadres met ons willen delen?",
            "Onder welke postcode staat het account?",
            "We hebben alleen je geboortedatum nodig om de boeking te vinden.",
            "Om dit op te zoeken hebben we het rekeningnummer nodig.",
            "Uw klantnummer, alstublieft!",
            "Bevestig hieronder even uw bezorgadres.",
            "Typ gewoon je volledige naam onder dit bericht.",
            "Op welk telefoonnummer kunnen we je bereiken?",
            "Mag ik uw achternaam en geboortedatum?",
            "Laat je contactgegevens achter, dan belt een collega.",
            "Heb je je boekingsnummer bij de hand?",
            "Met welk e-mailadres heb je je aangemeld?",
            "Zet je mobiele nummer in de reacties, dan belt de winkel je.",
            "Antwoord met je klantnummer, dan kijken we het na.",
            "We vinden je nog niet, dus stuur ons je e-mailadres.",
            "Mogen we je adres vragen?",
            "Vermeld je klantnummer in je volgende reactie, alsjeblieft.",
            "Bestelnummer? We kijken meteen.",
            "Bedankt! Vul nu hier je kaartnummer in.",
            "We missen alleen nog je postcode.",
            "Je kunt je bestelnummer hier plaatsen, dan kijken we.",
            "Graag! Het enige wat we nodig hebben is je bestelnummer.",
        ],
        not_asking: &[
            "Stuur ons je telefoonnummer via DM, dan bellen we.",
            "Stuur ons een privébericht met je bestelnummer.",
            "Deel je e-mailadres hier niet, alsjeblieft.",
            "We vragen nooit om je wachtwoord.",
            "Je kunt je bezorgadres in je account wijzigen.",
            "Je bestelnummer begint met AC en heeft acht cijfers.",
            "We hebben alles naar je e-mailadres gestuurd.",
            "Ons telefoonnummer is veranderd, noteer het nieuwe.",
            "Gebruik ons contactformulier en houd je klantnummer bij de hand.",
            "Je hoeft ons je geboortedatum niet te geven.",
            "Kun je ons vertellen welk model je hebt?",
            "We hebben nog wat tijd nodig om de betaling met je kaart na te kijken.",
            "Heeft de bezorger je een trackingnummer gegeven?",
            "Kijk in je mail voor het nieuwe wachtwoord.",
            "Laat ons weten of je telefoonnummer is veranderd.",
            "Bedankt voor het sturen van je bestelnummer, we kijken het na.",
            "We sturen je nieuwe pas morgen naar je adres.",
            "Haal het telefoonnummer alsjeblieft uit je reactie.",
            "Vul je bestelnummer hier in: https://acme.example/track",
            "Niemand van ons zal om je kaartnummer vragen.",
            "Vertel ons meer over wat er gebeurde.",
        ],
        rude: &[
            "Je had je gegevens moeten opslaan.",
            "U had het ons eerst kunnen vragen.",
            "Als u de handleiding had gelezen, was dit niet gebeurd.",
            "Dit komt doordat je de stappen niet hebt gevolgd.",
            "Zoals we al zeiden, duurt het een week.",
            "Dat is je eigen fout.",
            "Je hebt duidelijk niet op het etiket gekeken.",
            "U vergist zich, de winkel was open.",
            "Kalmeer een beetje.",
            "Hoe vaak moeten we dit nog uitleggen?",
            "Het is niet onze schuld dat het kapot is.",
            "Wij zijn daar niet verantwoordelijk voor.",
            "Dat is niet ons probleem.",
            "We hebben niets fout gedaan.",
        ],
        not_rude: &[
            "Je had al een bevestiging moeten ontvangen.",
            "Je hebt je geld voor vrijdag terug.",
            "Het is onze schuld, niet de jouwe, en het spijt ons.",
            "Goed dat je het ons vertelt.",
            "We hadden het je eerder moeten zeggen, sorry.",
            "Niemand had dat kunnen weten.",
            "Zoals beloofd, hier is het nieuws.",
            "We kunnen er wel iets aan doen: we sturen een nieuwe.",
            "Het is onze verantwoordelijkheid om dit op te lossen.",
            "Dank je!! Wat fijn om te lezen!",
            "Wij zijn verantwoordelijk voor de vertraging.",
            "Dat hadden we je eerder moeten laten weten.",
        ],
    },
    Answers {
        language: "pl",
        asking: &[
            "Przykro nam! Podaj nam swój numer telefonu, to zadzwonimy.",
            "Czy może Pani powiedzieć nam numer zamówienia?",
            "Czy mógłbyś podzielić się z nami swoim adresem e-mail?",
            "Pod jakim kodem pocztowym jest konto?",
            "Potrzebujemy tylko Twojej daty urodzenia, żeby znaleźć rezerwację.",
            "Aby to sprawdzić, potrzebowalibyśmy numeru konta.",
            "Pana numer klienta, proszę!",
            "Prosimy potwierdzić poniżej adres dostawy.",
            "Napisz po prostu swoje imię i nazwisko pod tym postem.",
            "Pod jakim numerem telefonu możemy Cię złapać?",
            "Czy mogę prosić o nazwisko i datę urodzenia?",
            "Zostaw nam swoje dane kontaktowe, kolega zadzwoni.",
            "Czy masz pod ręką numer rezerwacji?",
            "Na jaki e-mail się rejestrowałeś?",
            "Zostaw numer komórki w komentarzu, sklep zadzwoni.",
            "Odpisz z numerem klienta, a my sprawdzimy.",
            "Jeszcze Cię nie znaleźliśmy, więc wyślij nam swój adres e-mail.",
            "Czy możemy zapytać o Twój adres?",
            "Dopisz numer klienta w następnej odpowiedzi, proszę.",
            "Numer zamówienia? Zaraz sprawdzimy.",
            "Dziękujemy! Teraz wpisz tutaj numer karty.",
            "Brakuje nam tylko Twojego kodu pocztowego.",
            "Możesz wpisać tutaj numer zamówienia, a my sprawdzimy.",
            "Z chęcią! Wystarczy numer zamówienia.",
        ],
        not_asking: &[
            "Wyślij nam swój numer telefonu w DM, zadzwonimy.",
            "Prosimy o prywatną wiadomość z numerem zamówienia.",
            "Prosimy nie udostępniać tutaj adresu e-mail.",
            "Nigdy nie zapytamy o Twoje hasło.",
            "Adres dostawy możesz zmienić na swoim koncie.",
            "Twój numer zamówienia zaczyna się od AC i ma osiem cyfr.",
            "Wysłaliśmy wszystko na Twój adres e-mail.",
            "Nasz numer telefonu się zmienił, prosimy zapisać nowy.",
            "Skorzystaj z formularza i przygotuj swój numer klienta.",
            "Nie musisz nam podawać daty urodzenia.",
            "Czy możesz nam powiedzieć, jaki masz model?",
            "Potrzebujemy jeszcze trochę czasu, żeby sprawdzić płatność kartą.",
            "Czy kurier dał Ci numer przesyłki?",
            "Nowe hasło znajdziesz w swoim mailu.",
            "Daj nam znać, czy Twój numer telefonu się zmienił.",
            "Dziękujemy za numer zamówienia, już sprawdzamy.",
            "Jutro wyślemy Twoją nową kartę na Twój adres.",
            "Prosimy usunąć numer telefonu z komentarza.",
            "Wpisz numer zamówienia tutaj: https://acme.example/track",
            "Nikt z nas nie zapyta o numer karty.",
            "Napisz nam więcej o tym, co się stało.",
        ],
        rude: &[
            "Powinieneś był zapisać swoje dane.",
            "Mogłeś nas najpierw zapytać.",
            "Gdybyś przeczytał instrukcję, to by się nie stało.",
            "Stało się tak, bo nie zrobiłeś tego, co trzeba.",
            "Jak już mówiliśmy, to trwa tydzień.",
            "To Twój własny błąd.",
            "Najwyraźniej nie spojrzałeś na etykietę.",
            "Myli się Pan, sklep był otwarty.",
            "Proszę się uspokoić.",
            "Ile razy mamy to wyjaśniać?",
            "To nie nasza wina, że się zepsuło.",
            "Nie możemy za to odpowiadać.",
            "To nie nasz problem.",
            "Nie zrobiliśmy nic złego.",
        ],
        not_rude: &[
            "Powinnaś była już otrzymać potwierdzenie.",
            "Zwrot powinien dotrzeć do piątku.",
            "To nasza wina, nie Twoja, przepraszamy.",
            "Dobrze, że nam o tym mówisz.",
            "Powinniśmy byli powiedzieć wcześniej, przepraszamy.",
            "Nikt nie mógł tego wiedzieć.",
            "Jak obiecaliśmy, oto nowości.",
            "Możemy coś zrobić: wyślemy nowy.",
            "To nasza odpowiedzialność, żeby to naprawić.",
            "Dziękujemy!! Miło to czytać!",
            "Odpowiadamy za opóźnienie.",
            "Powinieneś był dostać tę informację wcześniej.",
        ],
    },
];

/// How many of those that are found should be, and of those that should be are.
fn told(
    what: &str,
    guard: Guard,
    parts: impl Fn(&Answers) -> (&'static [&'static str], &'static [&'static str]),
) -> (f64, f64) {
    let policy = policy(OWN);
    let objected =
        |text: &&&str| guards(&policy.guards().objections(&Guarded::new(text, now()).in_public())).contains(&guard);
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    for answers in ANSWERS {
        let (wanted, unwanted) = parts(answers);
        let (found, lost): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|text| objected(text));
        let taken: Vec<_> = unwanted.iter().filter(objected).collect();
        println!(
            "{what} {}: {} of {}, {} of {} wrongly",
            answers.language,
            found.len(),
            wanted.len(),
            taken.len(),
            unwanted.len()
        );
        lost.iter().for_each(|text| println!("  missed: {text}"));
        taken.iter().for_each(|text| println!("  wrong: {text}"));
        (right, wrong, missed) = (right + found.len(), wrong + taken.len(), missed + lost.len());
    }
    let share = |other: usize| right as f64 / (right + other) as f64;
    println!("{what}: precision {:.3}, recall {:.3}", share(wrong), share(missed));
    (share(wrong), share(missed))
}

#[test]
fn requests_for_personal_data_are_told_from_what_is_none() {
    let (precision, recall) = told("asking", Guard::AsksForPiiInPublic, |answers| (answers.asking, answers.not_asking));
    assert!(precision >= 0.99 && recall >= 0.97, "precision {precision:.3}, recall {recall:.3}");
    assert!(ANSWERS.iter().all(|answers| answers.asking.len() + answers.not_asking.len() >= 40));
}

#[test]
fn a_rude_tone_is_told_from_a_kind_one() {
    let (precision, recall) = told("tone", Guard::Tone, |answers| (answers.rude, answers.not_rude));
    // Verbs that end their clause, as in "wenn Sie das gelesen hätten", are not told from what is said of others.
    assert!(precision >= 0.99 && recall >= 0.95, "precision {precision:.3}, recall {recall:.3}");
    assert!(ANSWERS.iter().all(|answers| answers.rude.len() + answers.not_rude.len() >= 20));
}

// ---- Said before ----

const SAID: &str = "We are sorry for the delay. Your parcel leaves our house tomorrow morning. ^AB";

/// How a draft is taken after `SAID` was sent so many days ago, in this conversation, to the same people.
fn after(text: &str, days: i64, here: bool, same_audience: bool, rules: &str) -> Vec<Objection> {
    let (one, other) = (ConversationId::from("t1"), ConversationId::from("t2"));
    let said = Fingerprint::new(SAID);
    let earlier = Earlier {
        fingerprint: &said,
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
    let said = Fingerprint::new("Thank you!");
    let earlier = [Earlier { fingerprint: &said, at: now(), conversation: &conversation, same_audience: true }];
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
    for part in [
        "send us your e-mail ",
        "your ",
        "don't send your e-mail ",
        "e-mail address ",
        "enter the e-mail address ",
        "sie hätten ",
        "!",
        "A ",
        "a.",
        "@",
        "\u{301}",
        "nicht ",
        "“,",
    ] {
        let text = part.repeat(60_000 / part.len());
        let start = std::time::Instant::now();
        let conversation = ConversationId::from("t");
        let said = Fingerprint::new(&text);
        let earlier = [Earlier { fingerprint: &said, at: now(), conversation: &conversation, same_audience: true }];
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
        let said = Fingerprint::new(&text);
        let earlier = [Earlier { fingerprint: &said, at: now(), conversation: &conversation, same_audience: true }];
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
