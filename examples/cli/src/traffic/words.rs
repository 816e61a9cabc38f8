//! What people write: templates by language, intent and subject, with slots. Every sentence here is made up.

use super::chance::Chance;

/// A language of the day, as a BCP 47 tag, with its share of a hundred people.
pub(crate) const LANGUAGES: [(&str, u32); 7] =
    [("en", 44), ("de", 17), ("es", 14), ("fr", 13), ("pt", 5), ("it", 4), ("ja", 3)];

/// What somebody wants to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Intent {
    Complaint,
    Question,
    Request,
    Praise,
    Chatter,
    Spam,
    /// The app is down.
    Outage,
    /// A further turn in a thread that runs.
    Further,
    /// A turn that ends a thread.
    Thanks,
    /// What an agent answers in public.
    Answer,
    /// What an agent answers in private.
    PrivateAnswer,
    /// What the brand posts.
    Announcement,
}

/// A text with what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) text: String,
    /// The subject in the words of the built-in categories; empty where there is none.
    pub(crate) category: &'static str,
    pub(crate) language: &'static str,
}

/// Says something of that intent in that language, or in English where the language has no such text.
pub(crate) fn say(chance: &mut Chance, language: &'static str, intent: Intent) -> Words {
    let (language, of) = match templates(language, intent) {
        [] => ("en", templates("en", intent)),
        own => (language, own),
    };
    let (category, template) = *chance.pick(of);
    let mut text = fill(chance, template, language);
    if matches!(intent, Intent::Complaint | Intent::Question | Intent::Request | Intent::Outage) {
        text = dress(chance, text, language);
    }
    Words { text, category, language }
}

/// An opening and an ending, as moods have it.
fn dress(chance: &mut Chance, text: String, language: &str) -> String {
    let (openings, endings): (&[&str], &[&str]) = match language {
        "de" => (
            &["Hallo, ", "Moin, ", "Guten Tag, ", "Mal ehrlich: ", "Liebes Team, "],
            &[" Danke!", " Bitte um Hilfe.", " Grüße", " 😕", " Das geht so nicht.", " Ich warte auf Antwort."],
        ),
        "es" => (
            &["Hola, ", "Buenas, ", "Buenos días: ", "A ver, ", "Perdón, "],
            &[" ¡Gracias!", " Espero respuesta.", " Un saludo", " 😕", " Necesito ayuda.", " Así no se puede."],
        ),
        "fr" => (
            &["Bonjour, ", "Salut, ", "Bonsoir, ", "Franchement, ", "Rebonjour, "],
            &[" Merci !", " J'attends une réponse.", " Cordialement", " 😕", " Aidez-moi svp.", " Merci d'avance."],
        ),
        "pt" => (&["Olá, ", "Oi, ", "Bom dia, "], &[" Obrigada!", " Aguardo resposta.", " 😕"]),
        "it" => (&["Ciao, ", "Salve, ", "Buongiorno, "], &[" Grazie!", " Attendo risposta.", " 😕"]),
        "ja" => (&["こんにちは。", "すみません、"], &["よろしくお願いします。", "😕"]),
        _ => (
            &["Hi, ", "Hello, ", "Hey team, ", "Honestly, ", "So, ", "Good morning, ", "Sorry to bother you, "],
            &[
                " Thanks!",
                " Please help.",
                " Any update?",
                " 😕",
                " Not good enough.",
                " Cheers",
                " Waiting for an answer.",
            ],
        ),
    };
    let opening = if chance.percent(38) { *chance.pick(openings) } else { "" };
    let ending = if chance.percent(42) { *chance.pick(endings) } else { "" };
    format!("{opening}{text}{ending}")
}

/// Puts something into every `{slot}`.
fn fill(chance: &mut Chance, template: &str, language: &str) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(&value(chance, slot, language));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn value(chance: &mut Chance, slot: &str, language: &str) -> String {
    match slot {
        "product" => chance.pick(&PRODUCTS).to_string(),
        "order" => format!("AC-{}", chance.number(100_000, 999_999)),
        "days" => chance.number(2, 21).to_string(),
        "weeks" => chance.number(2, 6).to_string(),
        "minutes" => (chance.number(4, 18) * 5).to_string(),
        "times" => chance.number(2, 7).to_string(),
        "code" => format!("E{}", chance.number(10, 99)),
        "version" => format!("{}.{}.{}", chance.number(3, 6), chance.number(0, 12), chance.number(0, 9)),
        "city" => chance.pick(cities(language)).to_string(),
        "day" => chance.pick(weekdays(language)).to_string(),
        "amount" => {
            let (whole, part) = (chance.number(9, 389), chance.number(0, 9) * 10 + 9);
            match language {
                "en" => format!("£{whole}.{part:02}"),
                "ja" => format!("{}円", whole * 150),
                _ => format!("{whole},{part:02} €"),
            }
        }
        "device" => chance.pick(&["Pixelito 9", "Orange Phone 15", "Galaxia S26", "old tablet", "Fenix 6"]).to_string(),
        other => other.to_owned(),
    }
}

const PRODUCTS: [&str; 18] = [
    "Acme Kettle Pro",
    "Acme Toaster Duo",
    "Acme Home Hub 3",
    "Acme Robo Vac X2",
    "Acme Air Mini",
    "Acme Coffee One",
    "Acme Smart Scale",
    "Acme Night Lamp",
    "Acme Fryer S",
    "Acme Blender 700",
    "Acme Doorbell 2",
    "Acme Thermostat",
    "Acme Garden Cam",
    "Acme Speaker Go",
    "Acme Steam Iron",
    "Acme Heater Slim",
    "Acme Tracker Tag",
    "Acme Plug 4-pack",
];

fn cities(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["Musterstadt", "Köln", "Leipzig", "Wien", "Bremen", "Graz"],
        "es" => &["Sevilla", "Valencia", "Bilbao", "Zaragoza", "Málaga", "Murcia"],
        "fr" => &["Lyon", "Nantes", "Lille", "Toulouse", "Dijon", "Metz"],
        "pt" => &["Lisboa", "Porto", "Braga", "Recife"],
        "it" => &["Torino", "Bologna", "Bari", "Padova"],
        "ja" => &["大阪", "札幌", "福岡"],
        _ => &["Leeds", "Bristol", "Cardiff", "Dublin", "Glasgow", "York", "Derby"],
    }
}

fn weekdays(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"],
        "es" => &["lunes", "martes", "miércoles", "jueves", "viernes"],
        "fr" => &["lundi", "mardi", "mercredi", "jeudi", "vendredi"],
        "pt" => &["segunda", "terça", "quarta", "quinta", "sexta"],
        "it" => &["lunedì", "martedì", "mercoledì", "giovedì", "venerdì"],
        "ja" => &["月曜日", "水曜日", "金曜日"],
        _ => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
    }
}

type Templates = &'static [(&'static str, &'static str)];

fn templates(language: &str, intent: Intent) -> Templates {
    match language {
        "de" => german(intent),
        "es" => spanish(intent),
        "fr" => french(intent),
        "pt" => portuguese(intent),
        "it" => italian(intent),
        "ja" => japanese(intent),
        _ => english(intent),
    }
}

fn english(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "my order {order} is {days} days late and nobody answers my e-mails."),
            ("delivery", "the courier says delivered, but there is no parcel. Order {order}, {city}."),
            ("delivery", "order {order} was promised for {day} and it is still sitting in a depot near {city}."),
            ("delivery", "I got someone else's {product} in my parcel. Where is mine? {order}"),
            ("delivery", "the box arrived crushed & wet, the {product} inside is broken."),
            ("product", "my {product} stopped working after {weeks} weeks. That can't be normal."),
            ("product", "the {product} makes a terrible noise since {day}, I'm really disappointed."),
            ("product", "third {product} in a row that leaks. What is going on with your quality?"),
            ("product", "my {product} smells of burnt plastic when I switch it on. Is this dangerous?"),
            ("product", "the battery of the {product} dies after {minutes} minutes. You promised ten hours!"),
            ("billing", "you charged me twice for order {order}, {amount} each time."),
            ("billing", "still no refund of {amount} after {weeks} weeks. I sent the {product} back ages ago."),
            ("billing", "why was {amount} taken from my account? I cancelled the subscription in time."),
            ("billing", "the invoice for {order} is wrong, it shows {amount} instead of the sale price."),
            ("account", "I am locked out of my account since {day} and the reset mail never comes."),
            ("account", "somebody changed the e-mail address of my account. I think it was hacked."),
            ("website", "your checkout throws error {code} whenever I want to pay. Tried {times} times."),
            ("website", "the voucher code is refused on your website although it is valid until {day}."),
            ("technical", "since update {version} the {product} drops the Wi-Fi every {minutes} minutes."),
            ("technical", "the app crashes on my {device} as soon as I open the {product} page."),
            ("technical", "my {product} shows error {code} and a restart does not help."),
            ("technical", "pairing the {product} fails {times} times out of ten. Useless."),
            ("delivery", "{days} days without a single update on {order}. Worst delivery I ever had."),
            ("billing", "customer service promised me {amount} back on {day}. Nothing came. I feel cheated."),
        ],
        Intent::Question => &[
            ("product", "does the {product} work with 110 volts?"),
            ("product", "which filter do I need for the {product}?"),
            ("product", "is the {product} dishwasher safe?"),
            ("product", "when will the {product} be back in stock?"),
            ("delivery", "do you ship the {product} to {city}, and how long does it take?"),
            ("delivery", "where can I see when order {order} arrives?"),
            ("billing", "can I still pay order {order} by invoice?"),
            ("billing", "how do I get a copy of the receipt for {order}?"),
            ("account", "how can I change the e-mail address of my account?"),
            ("account", "is it possible to merge two accounts?"),
            ("website", "where on the website do I find the manual of the {product}?"),
            ("technical", "how do I reset the {product}? The button does nothing."),
            ("technical", "does the {product} need the app, or does it run without?"),
            ("technical", "what does error {code} on the {product} mean?"),
        ],
        Intent::Request => &[
            ("delivery", "please change the address of order {order} before it ships."),
            ("delivery", "could you deliver {order} on {day} instead? I'm not at home before."),
            ("billing", "please cancel order {order} and refund the {amount}."),
            ("billing", "please send the invoice for {order} again, with my company name on it."),
            ("account", "please delete my account and all data you have about me."),
            ("product", "I'd like to exchange my {product} for a bigger one, order {order}."),
            ("technical", "could someone call me about my {product}? It is urgent."),
        ],
        Intent::Praise => &[
            ("", "just wanted to say: love my new {product}! 😍"),
            ("", "big thanks to your support, problem with the {product} solved in {minutes} minutes 👏"),
            ("", "the {product} is the best thing I bought this year. Great work!"),
            ("", "fast delivery, nice packaging, happy customer. Thank you!"),
            ("", "kudos to the lady on the phone in {city}, so friendly and helpful ❤️"),
            ("", "{weeks} weeks with the {product} and still impressed. Well done!"),
            ("", "beautiful design, works perfectly. Five stars from me ⭐⭐⭐⭐⭐"),
        ],
        Intent::Chatter => &[
            ("", "good morning from {city} ☀️"),
            ("", "saw your advert on the bus in {city} today 😄"),
            ("", "haha the cat loves the box more than the {product}"),
            ("", "who else is watching the match on {day}?"),
            ("", "my neighbour has one of those too"),
            ("", "tagging my sister here, she knows why 😂"),
            ("", "happy {day} everyone"),
            ("", "that colour looks like my old school bag"),
        ],
        Intent::Spam => &[
            ("", "EARN {amount} A DAY from home!!! Click the link in my bio 💰💰💰"),
            ("", "Get 10,000 followers instantly, cheap and safe ➡️ followers.example"),
            ("", "🔥 FREE crypto giveaway, send 1 coin get 2 back 🔥 coins.example/win"),
            ("", "Congratulations! You have won a {product}. Claim within {minutes} minutes: prize.example"),
            ("", "Hot singles in {city} are waiting for you 💋 dates.example"),
            ("", "I recovered my lost money thanks to expert hacker at fixer.example, contact him now!!"),
        ],
        Intent::Outage => &[
            ("technical", "app down? I cannot log in since {minutes} minutes."),
            ("technical", "is your service down? The app only shows error {code}."),
            ("technical", "can't log in, app keeps spinning. {city} here."),
            ("technical", "nothing works: app dead, website dead, {product} offline."),
            ("technical", "login fails with error {code}. Is there an outage?"),
            ("technical", "the app is down AGAIN. My {product} does not respond at all."),
            ("technical", "anyone else unable to log in? Outage in {city}?"),
            ("technical", "your servers are down, I can't turn my heating on. Unacceptable."),
        ],
        Intent::Further => &[
            ("", "order number is {order}, I wrote it above."),
            ("", "no, still the same problem."),
            ("", "I tried that already {times} times, it did not help."),
            ("", "ok, I have sent you the details."),
            ("", "how long will that take?"),
            ("", "and what about the {amount}?"),
            ("", "I'm still waiting for an answer."),
            ("", "the serial number starts with {code}, does that help?"),
        ],
        Intent::Thanks => &[
            ("", "perfect, it works now. Thank you!"),
            ("", "great, thanks for the quick help 🙏"),
            ("", "refund arrived, thanks."),
            ("", "that did it. Have a nice day!"),
        ],
        Intent::Answer => &[
            (
                "",
                "Sorry to hear that! Please send us your order number in a private message so that we can look into it.",
            ),
            ("", "Thanks for letting us know. Our team is on it and we will come back to you today."),
            ("", "We are sorry for the trouble. Could you try a restart and tell us whether that helps?"),
            ("", "Good question! You find the manual in the app under Help."),
            ("", "We checked with the warehouse: your parcel leaves tomorrow."),
        ],
        Intent::PrivateAnswer => &[
            ("", "Thank you for the details. I have started the refund, it takes three to five working days."),
            ("", "I checked your order: a new parcel is on its way."),
            ("", "We have unlocked your account. Please choose a new password."),
            ("", "I am passing this on to our technicians and write again as soon as I know more."),
        ],
        Intent::Announcement => &[
            ("", "New in our shop: the {product}. What do you think?"),
            ("", "Autumn sale: 20 % off the {product} until {day}."),
            ("", "Five tips to get more out of your {product}."),
            ("", "We are looking for testers in {city}! Tell us why it should be you."),
            ("", "Update {version} is rolling out. Thank you for your patience."),
        ],
    }
}

fn german(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "meine Bestellung {order} ist seit {days} Tagen überfällig und niemand meldet sich."),
            ("delivery", "laut Sendungsverfolgung zugestellt, aber hier in {city} ist nichts angekommen. {order}"),
            ("delivery", "das Paket kam völlig zerdrückt an, {product} ist kaputt."),
            ("product", "{product} funktioniert nach {weeks} Wochen nicht mehr. Sehr enttäuschend."),
            ("product", "mein Gerät ({product}) riecht beim Einschalten verbrannt. Ist das gefährlich?"),
            ("product", "der Akku hält nur {minutes} Minuten, versprochen waren zehn Stunden."),
            ("billing", "mir wurden für {order} zweimal {amount} abgebucht!"),
            ("billing", "ich warte seit {weeks} Wochen auf die Erstattung von {amount}."),
            ("billing", "die Rechnung zu {order} stimmt nicht, da stehen {amount} statt des Angebotspreises."),
            ("account", "ich komme seit {day} nicht mehr in mein Konto, die Mail zum Zurücksetzen kommt nie."),
            ("website", "beim Bezahlen erscheint immer Fehler {code}. Schon {times} Mal versucht."),
            ("technical", "seit dem Update {version} verliert {product} ständig das WLAN."),
            ("technical", "die App stürzt auf meinem {device} sofort ab."),
        ],
        Intent::Question => &[
            ("product", "welchen Filter brauche ich für {product}?"),
            ("product", "wann ist {product} wieder lieferbar?"),
            ("delivery", "liefert ihr auch nach {city}, und wie lange dauert das?"),
            ("billing", "kann ich {order} noch per Rechnung bezahlen?"),
            ("account", "wie ändere ich die E-Mail-Adresse in meinem Konto?"),
            ("technical", "was bedeutet Fehler {code} bei {product}?"),
        ],
        Intent::Request => &[
            ("delivery", "bitte ändert die Adresse der Bestellung {order}, bevor sie rausgeht."),
            ("billing", "bitte storniert {order} und erstattet mir {amount}."),
            ("account", "bitte löscht mein Konto und alle meine Daten."),
            ("product", "ich möchte {product} umtauschen, Bestellung {order}."),
        ],
        Intent::Praise => &[
            ("", "ganz großes Lob an euren Service, Problem in {minutes} Minuten gelöst! 👏"),
            ("", "ich liebe mein neues Gerät ({product})! 😍"),
            ("", "schnelle Lieferung, schön verpackt, rundum zufrieden. Danke!"),
            ("", "{product} ist das Beste, was ich dieses Jahr gekauft habe. Weiter so!"),
        ],
        Intent::Chatter => &[
            ("", "guten Morgen aus {city} ☀️"),
            ("", "eure Werbung hing heute an der Haltestelle in {city} 😄"),
            ("", "meine Nachbarin hat auch so eins"),
            ("", "wer schaut am {day} noch das Spiel?"),
        ],
        Intent::Outage => &[
            ("technical", "App down? Ich kann mich seit {minutes} Minuten nicht anmelden."),
            ("technical", "ist bei euch eine Störung? Die App zeigt nur Fehler {code}."),
            ("technical", "Anmeldung geht nicht, {product} reagiert auch nicht mehr."),
            ("technical", "eure Server sind schon wieder ausgefallen, oder?"),
        ],
        Intent::Further => &[
            ("", "die Bestellnummer ist {order}, steht doch oben."),
            ("", "nein, immer noch dasselbe Problem."),
            ("", "das habe ich schon {times} Mal probiert."),
            ("", "wie lange dauert das denn noch?"),
        ],
        Intent::Thanks => &[
            ("", "super, jetzt geht es wieder. Vielen Dank!"),
            ("", "das Geld ist da, danke für die schnelle Hilfe 🙏"),
        ],
        Intent::Answer => &[
            (
                "",
                "Das tut uns leid! Schick uns bitte deine Bestellnummer als private Nachricht, dann schauen wir nach.",
            ),
            ("", "Danke für den Hinweis, wir kümmern uns darum und melden uns heute noch."),
        ],
        Intent::PrivateAnswer => &[
            ("", "Danke für die Angaben. Die Erstattung ist veranlasst und dauert drei bis fünf Werktage."),
            ("", "Ein neues Paket ist unterwegs, entschuldige bitte die Umstände."),
        ],
        Intent::Announcement => &[("", "Neu im Shop: {product}. Wie gefällt es euch?")],
        Intent::Spam => &[("", "VERDIENE {amount} AM TAG von zu Hause!!! Link im Profil 💰💰💰")],
    }
}

fn spanish(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "mi pedido {order} lleva {days} días de retraso y nadie me responde."),
            ("delivery", "pone entregado, pero en {city} no ha llegado nada. Pedido {order}."),
            ("delivery", "el paquete llegó destrozado y {product} está roto."),
            ("product", "{product} dejó de funcionar a las {weeks} semanas. Muy decepcionada."),
            ("product", "el aparato ({product}) hace un ruido horrible desde el {day}."),
            ("billing", "me han cobrado dos veces el pedido {order}, {amount} cada vez."),
            ("billing", "sigo esperando la devolución de {amount} desde hace {weeks} semanas."),
            ("account", "no puedo entrar en mi cuenta desde el {day} y el correo para la contraseña no llega."),
            ("website", "la web da error {code} al pagar. Lo he intentado {times} veces."),
            ("technical", "desde la actualización {version} {product} pierde el wifi cada rato."),
            ("technical", "la aplicación se cierra sola en mi {device}."),
        ],
        Intent::Question => &[
            ("product", "¿qué filtro necesita {product}?"),
            ("product", "¿cuándo vuelve a haber {product}?"),
            ("delivery", "¿enviáis a {city} y cuánto tarda?"),
            ("billing", "¿cómo consigo la factura del pedido {order}?"),
            ("account", "¿cómo cambio el correo de mi cuenta?"),
            ("technical", "¿qué significa el error {code} en {product}?"),
        ],
        Intent::Request => &[
            ("delivery", "por favor, cambiad la dirección del pedido {order} antes de que salga."),
            ("billing", "quiero cancelar el pedido {order} y que me devolváis {amount}."),
            ("account", "borrad mi cuenta y todos mis datos, por favor."),
        ],
        Intent::Praise => &[
            ("", "¡me encanta mi nuevo {product}! 😍"),
            ("", "gracias a vuestro equipo, problema resuelto en {minutes} minutos 👏"),
            ("", "envío rápido y todo perfecto. ¡Muy contenta!"),
        ],
        Intent::Chatter => &[
            ("", "buenos días desde {city} ☀️"),
            ("", "jaja, al gato le gusta más la caja"),
            ("", "he visto vuestro anuncio en {city} 😄"),
        ],
        Intent::Outage => &[
            ("technical", "¿se ha caído la app? No puedo entrar desde hace {minutes} minutos."),
            ("technical", "la aplicación no funciona, solo sale el error {code}."),
            ("technical", "otra vez caídos los servidores, {product} no responde."),
        ],
        Intent::Further => &[
            ("", "el número de pedido es {order}, lo puse arriba."),
            ("", "no, sigue igual."),
            ("", "ya lo he probado {times} veces."),
        ],
        Intent::Thanks => &[("", "perfecto, ya funciona. ¡Muchas gracias!"), ("", "ya llegó el dinero, gracias 🙏")],
        Intent::Answer => &[
            ("", "¡Lo sentimos mucho! Mándanos el número de pedido por mensaje privado y lo miramos."),
            ("", "Gracias por avisar, el equipo ya lo está revisando."),
        ],
        Intent::PrivateAnswer => &[("", "Gracias por los datos. La devolución tarda de tres a cinco días laborables.")],
        Intent::Announcement => &[("", "Novedad en la tienda: {product}. ¿Qué os parece?")],
        Intent::Spam => &[("", "¡¡GANA {amount} AL DÍA desde casa!! Enlace en mi perfil 💰💰💰")],
    }
}

fn french(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "ma commande {order} a {days} jours de retard et personne ne répond."),
            ("delivery", "le suivi indique livré, mais rien n'est arrivé à {city}. Commande {order}."),
            ("delivery", "colis écrasé, {product} est cassé."),
            ("product", "{product} ne marche plus au bout de {weeks} semaines. Très déçue."),
            ("product", "l'appareil ({product}) sent le brûlé quand je l'allume. C'est dangereux ?"),
            ("billing", "j'ai été débité deux fois pour {order}, {amount} à chaque fois."),
            ("billing", "toujours pas de remboursement de {amount} après {weeks} semaines."),
            ("account", "impossible d'accéder à mon compte depuis {day}, le mail n'arrive jamais."),
            ("website", "erreur {code} au moment de payer, j'ai essayé {times} fois."),
            ("technical", "depuis la mise à jour {version} {product} perd le wifi sans arrêt."),
            ("technical", "l'application plante sur mon {device}."),
        ],
        Intent::Question => &[
            ("product", "quel filtre faut-il pour {product} ?"),
            ("product", "quand {product} sera-t-il de nouveau en stock ?"),
            ("delivery", "livrez-vous à {city}, et en combien de jours ?"),
            ("billing", "comment obtenir la facture de {order} ?"),
            ("account", "comment changer l'adresse e-mail de mon compte ?"),
            ("technical", "que veut dire l'erreur {code} sur {product} ?"),
        ],
        Intent::Request => &[
            ("delivery", "merci de changer l'adresse de la commande {order} avant l'envoi."),
            ("billing", "je veux annuler {order} et être remboursé de {amount}."),
            ("account", "supprimez mon compte et toutes mes données, s'il vous plaît."),
        ],
        Intent::Praise => &[
            ("", "j'adore mon nouveau {product} ! 😍"),
            ("", "bravo au service client, problème réglé en {minutes} minutes 👏"),
            ("", "livraison rapide, tout est parfait, merci !"),
        ],
        Intent::Chatter => &[
            ("", "bonjour de {city} ☀️"),
            ("", "haha, le chat préfère le carton"),
            ("", "j'ai vu votre affiche à {city} 😄"),
        ],
        Intent::Outage => &[
            ("technical", "l'appli est en panne ? Impossible de me connecter depuis {minutes} minutes."),
            ("technical", "panne chez vous ? L'application affiche l'erreur {code}."),
            ("technical", "encore une panne, {product} ne répond plus."),
        ],
        Intent::Further => &[
            ("", "le numéro de commande est {order}, je l'ai écrit plus haut."),
            ("", "non, toujours le même problème."),
            ("", "j'ai déjà essayé {times} fois."),
        ],
        Intent::Thanks => &[("", "parfait, ça marche. Merci beaucoup !"), ("", "remboursement reçu, merci 🙏")],
        Intent::Answer => &[
            ("", "Nous sommes désolés ! Envoyez-nous votre numéro de commande en message privé."),
            ("", "Merci de nous avoir prévenus, l'équipe s'en occupe."),
        ],
        Intent::PrivateAnswer => {
            &[("", "Merci pour ces précisions. Le remboursement prend trois à cinq jours ouvrés.")]
        }
        Intent::Announcement => &[("", "Nouveau en boutique : {product}. Qu'en pensez-vous ?")],
        Intent::Spam => &[("", "GAGNEZ {amount} PAR JOUR depuis chez vous !!! Lien dans ma bio 💰💰💰")],
    }
}

fn portuguese(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "a minha encomenda {order} está {days} dias atrasada e ninguém responde."),
            ("billing", "cobraram duas vezes a encomenda {order}, {amount} de cada vez."),
            ("product", "{product} avariou ao fim de {weeks} semanas. Que desilusão."),
            ("technical", "a aplicação fecha sozinha desde a atualização {version}."),
        ],
        Intent::Question => &[
            ("delivery", "fazem entregas em {city}? Quanto tempo demora?"),
            ("product", "quando volta a haver {product}?"),
        ],
        Intent::Praise => &[("", "adoro o meu novo {product}! 😍"), ("", "entrega rápida, tudo perfeito, obrigada!")],
        Intent::Outage => &[("technical", "a app está em baixo? Não consigo entrar há {minutes} minutos.")],
        Intent::Further => &[("", "o número da encomenda é {order}."), ("", "não, continua igual.")],
        Intent::Thanks => &[("", "já funciona, muito obrigada!")],
        _ => &[],
    }
}

fn italian(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "il mio ordine {order} è in ritardo di {days} giorni e nessuno risponde."),
            ("billing", "mi avete addebitato due volte l'ordine {order}, {amount} ogni volta."),
            ("product", "{product} ha smesso di funzionare dopo {weeks} settimane. Che delusione."),
            ("technical", "l'app si chiude da sola dopo l'aggiornamento {version}."),
        ],
        Intent::Question => &[
            ("delivery", "spedite anche a {city}? Quanto ci vuole?"),
            ("product", "quando torna disponibile {product}?"),
        ],
        Intent::Praise => &[("", "adoro il mio nuovo {product}! 😍"), ("", "consegna veloce, tutto perfetto, grazie!")],
        Intent::Outage => &[("technical", "l'app è giù? Non riesco ad accedere da {minutes} minuti.")],
        Intent::Further => &[("", "il numero dell'ordine è {order}."), ("", "no, sempre lo stesso problema.")],
        Intent::Thanks => &[("", "adesso funziona, grazie mille!")],
        _ => &[],
    }
}

fn japanese(intent: Intent) -> Templates {
    match intent {
        Intent::Complaint => &[
            ("delivery", "注文番号{order}の商品が{days}日過ぎても届きません。"),
            ("billing", "{order}の代金{amount}が二重に請求されています。"),
            ("product", "{product}が{weeks}週間で壊れました。とても残念です。"),
        ],
        Intent::Question => &[
            ("product", "{product}はいつ再入荷しますか?"),
            ("technical", "{product}のエラー{code}はどういう意味ですか?"),
        ],
        Intent::Praise => &[("", "新しい{product}、最高です!😍")],
        Intent::Outage => &[("technical", "アプリが落ちていますか?{minutes}分前からログインできません。")],
        Intent::Further => &[("", "注文番号は{order}です。")],
        Intent::Thanks => &[("", "直りました。ありがとうございます!")],
        _ => &[],
    }
}

/// A message with personal facts in it, as people post them although they should not.
pub(crate) fn private_facts(chance: &mut Chance, mail: &str) -> (String, PrivateFact) {
    let order = format!("AC-{}", chance.number(100_000, 999_999));
    match chance.number(0, 3) {
        0 => (format!("refund please, my card is {}, order {order}.", card(chance)), PrivateFact::Card),
        1 => (format!("please send the money to {}, order {order}.", iban(chance)), PrivateFact::Iban),
        2 => (
            format!("call me about {order}, my number is +44 20 7946 0{}.", chance.number(100, 999)),
            PrivateFact::Phone,
        ),
        _ => (format!("write to me at {mail} about order {order}, I can't log in."), PrivateFact::Mail),
    }
}

/// What kind of personal fact stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PrivateFact {
    Card,
    Iban,
    Phone,
    Mail,
}

/// A card number of the test range 4000 00.. with a check digit that fits (Luhn).
fn card(chance: &mut Chance) -> String {
    let mut digits = vec![4, 0, 0, 0, 0, 0];
    digits.extend((0..9).map(|_| chance.number(0, 9)));
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    digits.push((10 - sum % 10) % 10);
    let text: Vec<String> = digits.chunks(4).map(|group| group.iter().map(u32::to_string).collect()).collect();
    text.join(" ")
}

/// A German account number at a bank that does not exist, with check digits that fit (ISO 7064, mod 97).
fn iban(chance: &mut Chance) -> String {
    let account: String = std::iter::repeat_with(|| chance.number(0, 9).to_string()).take(10).collect();
    let bban = format!("99999999{account}");
    let rest = format!("{bban}131400").bytes().fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{bban}", 98 - rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_filled_and_nothing_is_empty() {
        let mut chance = Chance::new(3, "words");
        let intents = [
            Intent::Complaint,
            Intent::Question,
            Intent::Request,
            Intent::Praise,
            Intent::Chatter,
            Intent::Spam,
            Intent::Outage,
            Intent::Further,
            Intent::Thanks,
            Intent::Answer,
            Intent::PrivateAnswer,
            Intent::Announcement,
        ];
        for (language, _) in LANGUAGES {
            for intent in intents {
                for _ in 0..60 {
                    let words = say(&mut chance, language, intent);
                    assert!(!words.text.is_empty() && !words.text.contains(['{', '}']), "{words:?}");
                    let known = ["product", "order", "amount", "days", "weeks", "version", "code", "device", "times"];
                    assert!(!known.contains(&words.text.as_str()));
                }
            }
        }
    }

    #[test]
    fn cards_and_ibans_pass_their_own_checks() {
        let mut chance = Chance::new(5, "facts");
        for _ in 0..200 {
            let digits: Vec<u32> = card(&mut chance).chars().filter_map(|c| c.to_digit(10)).collect();
            let doubled =
                digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d });
            assert_eq!((digits.len(), doubled.sum::<u32>() % 10), (16, 0));
            let iban = iban(&mut chance);
            let moved = format!("{}1314{}", &iban[4..], &iban[2..4]);
            assert_eq!(moved.bytes().fold(0u32, |rest, b| (rest * 10 + u32::from(b - b'0')) % 97), 1, "{iban}");
        }
    }
}
