//! The words before a number that say what it is.

use std::cell::OnceCell;

use super::is_unspaced;

/// What a word before a number says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// Somebody can be called there.
    Phone,
    /// It is only called a number, as a telephone's mostly is.
    Number,
    /// It names an order, a parcel, a booking.
    Reference,
    /// It is only called a number by an abbreviation, as those of orders mostly are.
    Numbered,
    /// It is a payment card's.
    Card,
}

/// The words before a number, read when they are first asked for.
#[derive(Debug)]
pub(super) struct Cue<'a> {
    before: &'a str,
    near: OnceCell<String>,
    topic: OnceCell<Option<Topic>>,
}

/// So many bytes before a number are looked at.
const NEAR: usize = 40;

impl<'a> Cue<'a> {
    /// What stands before the byte `at` of `text`.
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        let mut start = at.saturating_sub(NEAR);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        Self { before: &text[start..at], near: OnceCell::new(), topic: OnceCell::new() }
    }

    /// Whether somebody can be called there, or it is called a number and nothing else is named.
    pub(super) fn is_phone(&self) -> bool {
        matches!(self.topic(), Some(Topic::Phone | Topic::Number))
    }

    /// Whether an order or the like is named, or no more than that it has a number.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.topic(), Some(Topic::Reference | Topic::Numbered))
    }

    fn near(&self) -> &str {
        self.near.get_or_init(|| self.before.to_lowercase())
    }

    fn has_words(&self) -> bool {
        self.before.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'#' || byte >= 0x80)
    }

    /// Whether one of these is among the words; one with `*` is how a word begins.
    pub(super) fn says(&self, cues: &[&str]) -> bool {
        self.has_words() && cues.iter().any(|cue| self.is_said(cue))
    }

    fn is_said(&self, cue: &str) -> bool {
        let near = self.near();
        let (stem, whole) = cue.strip_suffix('*').map_or((cue, true), |stem| (stem, false));
        near.match_indices(stem).any(|(at, _)| {
            let within = |character: Option<char>| character.is_some_and(|c| c.is_alphabetic() && !is_unspaced(c));
            let end = at + stem.len();
            !(within(near[..at].chars().next_back()) || whole && within(near[end..].chars().next()))
        })
    }

    /// What the nearest word that says anything says; that it is a number counts only if nothing else is named.
    pub(super) fn topic(&self) -> Option<Topic> {
        *self.topic.get_or_init(|| if self.has_words() { nearest(self.near()) } else { None })
    }
}

fn nearest(near: &str) -> Option<Topic> {
    if near.ends_with('#') && !near.trim_end_matches('#').ends_with(char::is_whitespace) {
        return Some(Topic::Reference);
    }
    let mut number = None;
    for word in near.rsplit(|character: char| !character.is_alphanumeric() && !is_mark(character)) {
        match said(word) {
            None => {}
            Some(Said::Topic(topic)) => return Some(topic),
            Some(Said::Number(topic)) => number = number.or(Some(topic)),
        }
    }
    let symbol = near.trim_end().ends_with(['#', '°', 'º']);
    number.or(symbol.then_some(Topic::Numbered))
}

/// Vowel signs are parts of words in scripts of India.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{900}'..='\u{dff}' | '\u{300}'..='\u{36f}')
}

enum Said {
    Topic(Topic),
    /// Only that it is a number, and what that mostly is.
    Number(Topic),
}

fn said(word: &str) -> Option<Said> {
    if word.is_empty() {
        return None;
    }
    let topics = [(Topic::Phone, PHONES), (Topic::Reference, REFERENCES), (Topic::Card, CARDS)];
    if word.chars().any(is_unspaced) {
        let place = |cue: &str| word.rfind(cue.trim_end_matches('*'));
        let places = topics.iter().flat_map(|(topic, cues)| cues.iter().map(move |cue| (place(cue), *topic)));
        return places.max_by_key(|(at, _)| *at).and_then(|(at, topic)| at.map(|_| Said::Topic(topic)));
    }
    let begins = |cues: &[&str]| cues.iter().any(|cue| is_word(word, cue));
    if let Some((topic, _)) = topics.iter().find(|(_, cues)| begins(cues)) {
        return Some(Said::Topic(*topic));
    }
    let number = [(Topic::Number, NUMBERS), (Topic::Numbered, ABBREVIATED)];
    number.iter().find(|(_, cues)| begins(cues)).map(|(topic, _)| Said::Number(*topic))
}

/// Whether `word` is `cue`, or begins with it where the cue ends with `*`.
fn is_word(word: &str, cue: &str) -> bool {
    match cue.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == cue,
    }
}

#[rustfmt::skip]
const PHONES: &[&str] = &[
    "phone*", "telephone*", "tel", "mob", "mobile*", "cell", "cellphone*", "whatsapp*", "call", "calls", "called",
    "calling", "callback", "dial", "dialed", "ring", "rang", "contact*", "text", "texted", "sms", "fax", "landline*",
    "viber",
    "telefon*", "handy*", "mobil*", "anruf*", "anrufen", "rückruf*", "ruf", "rufen", "ruft", "erreich*", "festnetz*",
    "téléphon*", "portable*", "appel*", "rappel*", "joindre", "fixe",
    "teléfono*", "telefono*", "móvil*", "movil*", "celular*", "cel", "llam*", "llám*", "fono", "fijo",
    "telefone*", "telemóvel*", "telemovel*", "ligue*", "ligar", "zap", "fone",
    "cellulare*", "chiama*", "telefoon*", "bel", "bellen", "gsm", "zadzwoń*", "dzwoń*", "komórk*",
    "cep", "aray*", "arasın*", "tlf", "puh", "puhelin*", "soita", "ringa", "hringdu",
    "τηλ*", "κιν*", "телефон*", "тел", "моб*", "звон*", "позвон*", "дзвон*", "набер*",
    "هاتف*", "هاتفي", "الهاتف", "جوال*", "جوالي", "الجوال", "موبايل*", "واتس*", "تلفون*", "اتصل*", "تلفن*", "موبایل*",
    "טלפון*", "נייד*", "הנייד", "להתקשר", "התקשרו", "फ़ोन*", "फोन*", "मोबाइल*", "कॉल*", "ফোন*", "মোবাইল*",
    "điện", "thoại", "sđt", "sdt", "hotline", "gọi", "telp", "telepon", "hubungi", "simu", "piga",
    "전화*", "휴대폰*", "핸드폰*", "연락처*",
    "電話", "電话", "电话", "携帯", "手机", "手機", "โทร", "เบอร์", "มือถือ",
];

#[rustfmt::skip]
const REFERENCES: &[&str] = &[
    "order*", "ticket*", "ref", "reference*", "booking*", "case*", "track*", "parcel*", "package*", "shipment*",
    "consignment*", "invoice*", "confirmation*", "flight*", "serial*", "imei", "sn", "sku", "model*", "item*",
    "product*", "article*", "account*", "acct", "customer*", "member*", "policy*", "claim*", "pnr", "reservation*",
    "itinerary*", "voucher*", "coupon*", "receipt*", "transaction*", "txn", "utr", "awb", "waybill*", "barcode*",
    "isbn", "ean", "upc", "meter*", "loyalty*", "code", "otp", "pin",
    "bestell*", "auftrag*", "rechnung*", "sendung*", "kunden*", "vorgang*", "buchung*", "paket*", "artikel*",
    "vertrag*", "gutschein*", "zähler*", "ticketn*", "referenz*", "serien*",
    "commande*", "colis", "dossier*", "facture*", "client*", "réf", "référence*", "réservation*", "suivi", "contrat*",
    "pedido*", "reserva*", "factura*", "seguimiento", "rastreo", "incidencia*", "localizador", "envío", "guía",
    "fatura*", "encomenda*", "rastrea*", "protocolo*", "nota",
    "ordine*", "fattura*", "pratica*", "prenotazione*", "spedizione*", "pacco",
    "klant*", "bestel*", "zending*", "factuur*", "pakket*",
    "zamów*", "paczk*", "faktur*", "przesył*", "zgłosz*", "sipariş*", "kargo*", "fatura*", "beställning*", "bestilling*",
    "tilaus*", "objednáv*", "zásilk*", "comand*", "rendelés*", "παραγγελ*", "δέμα*",
    "заказ*", "трек*", "посылк*", "накладн*", "замовлен*", "посилк*",
    "طلب*", "الطلب", "طلبي", "شحن*", "الشحن*", "حجز*", "سفارش*", "הזמנה*", "ऑर्डर*", "অর্ডার*",
    "pesanan*", "resi", "đơn", "mã", "vận", "agizo*", "주문*", "송장*", "예약*", "운송장*",
    "注文", "订单", "訂單", "单号", "單號", "快递", "追跡", "คำสั่งซื้อ", "พัสดุ",
];

#[rustfmt::skip]
const CARDS: &[&str] = &[
    "card*", "credit*", "debit*", "visa", "mastercard*", "amex", "maestro", "karte*", "kreditkart*", "bankkarte*",
    "kart*", "carte*", "tarjeta*", "carta", "cartão*", "cartao*", "kaart*", "creditcard*", "kortti*", "kort", "kortet",
    "карт*", "κάρτα*", "بطاق*", "البطاقة", "کارت*", "כרטיס*", "कार्ड*", "카드*", "thẻ", "kadi*",
    "カード", "卡号", "卡號", "信用卡", "บัตรเครดิต",
];

/// Words that only say that a number follows.
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "number*", "nummer*", "numéro*", "número*", "numero*", "numer*", "numara*", "nomor*", "номер*", "αριθμ*",
    "رقم*", "رقمي", "شماره*", "מספר*", "नंबर*", "নম্বর*", "번호*", "số", "namba*",
];

/// Abbreviations of it, which stand before orders and the like.
const ABBREVIATED: &[&str] = &["nr", "no", "id", "num", "n°", "nº", "№"];
