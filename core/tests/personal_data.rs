//! Personal data in made-up sentences of many languages, and near misses that are none.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use careline::triage::pii;

/// What is found in `text`: kinds and words.
fn found(text: &str) -> Vec<(String, &str)> {
    pii::find(text).into_iter().map(|pii| (pii.kind.to_string(), pii.span.of(text))).collect()
}

/// Sentences in which `«kind:…»` marks what is to be found.
const SENTENCES: &[&str] = &[
    // English.
    "Hi, my card «card:4111 1111 1111 1111» was charged twice on 12/03/2026.",
    "Paid with «card:5555555555554444» and again with «card:3782 822463 10005», no parcel.",
    "The old Maestro card «card:6304 0000 0000 0000» still gets refused.",
    "It says card «card:676770000005» is unknown to you",
    "Diners «card:30569309025904» and JCB «card:3530111333300000» both fail at checkout",
    "You can reach me on «phone:+44 20 7946 0958» after 5 pm or «phone:07700 900123».",
    "Call me back at «phone:(212) 555-0147» or «phone:212.555.0147x12» please!!",
    "my number is «phone:2125550147», order 998877665",
    "Just call «phone:555-0147» any time after 10:30",
    "From the US dial «phone:011 44 20 7946 0958»; from here «phone:020 7946 0958»",
    "Write to «email:jo.doe+shop@mail.example», not to @acmehelp",
    "It is «email:o'neil_99@acme-mail.co.example»!",
    "SSN «national_id:536-90-4399» is in your mail in plain text, unbelievable",
    "my ssn: «national_id:536904399»",
    "NI number «national_id:AB 12 34 56 C», date of birth 1 Jan 1980",
    "NHS number «national_id:943 476 5919» was on the letter",
    "SIN «national_id:046 454 286» was asked for on the phone, why?",
    "My TFN is «national_id:876543210», what for?",
    "PPS number «national_id:1234567T» as you asked",
    "Passport no. «national_id:X1234567» is not accepted on check-in",
    "All requests come from «ip_address:203.0.113.77»:8080, block it",
    "My router «ip_address:2001:db8:85a3::8a2e:370:7334» and «ip_address:198.51.100.24» cannot reach you.",
    "Refund to «iban:GB29 NWBK 6016 1331 9268 19» please",
    // German.
    "Bitte buchen Sie von «iban:DE89 3704 0044 0532 0130 00» ab, nicht von der Karte.",
    "Erreichbar unter «phone:0151 23456789» oder «phone:+49 (0)30 1234567», Bestellnummer 302-1234567",
    "Meine Handynummer: «phone:0171/2345678»; Kundennummer 0171234567",
    "Steuer-ID «national_id:86095742719» liegt bei",
    "Schreiben Sie an «email:jürgen.müller@bäckerei.example» bis morgen",
    "Meine Kreditkarte «card:4012-8888-8888-1881» läuft 12/27 ab",
    "Österreich: «phone:0043 1 5123456» oder «phone:+43 664 1234567»",
    "SVNR «national_id:1237 010180» hatte ich angegeben",
    "Meine AHV-Nummer «national_id:756.9217.0769.85» steht auf dem Brief, Tel. «phone:044 668 18 00»",
    // French.
    "Mon numéro : «phone:06 12 34 56 78», commande n° 1234567890",
    "Appelez-moi au «phone:+33 6 12 34 56 78» avant 18h30",
    "Mon RIB : «iban:FR14 2004 1010 0505 0001 3M02 606», merci",
    "Numéro de sécu «national_id:1 85 05 78 006 084 91»",
    "Carte «card:4970100000000154» débitée deux fois de 45,90 €",
    "Numéro national «national_id:85.07.30-033.28» et tél. «phone:0470 12 34 56»",
    // Spanish.
    "Mi DNI es «national_id:12345678Z» y mi móvil «phone:612 345 678»",
    "NIE «national_id:X-1234567-L», pedido 4567891230",
    "Llámame al «phone:+34 912 345 678», gracias",
    "Cuenta «iban:ES91 2100 0418 4502 0005 1332», por favor",
    "Mi CURP es «national_id:HEGG560427MVZRRL04»",
    "RUT «national_id:12.345.678-5», compra del 03-05-2026",
    "mi CUIL «national_id:20-12345678-6» y DNI «national_id:12.345.678»",
    "Mi celular es «phone:55 1234 5678»",
    // Portuguese.
    "Meu CPF é «national_id:111.444.777-35», pedido 123456",
    "Me liga no «phone:(11) 91234-5678», é o celular",
    "WhatsApp «phone:+55 11 91234-5678»",
    "O meu NIF é «national_id:123456789» e o telemóvel «phone:912 345 678»",
    // Italian.
    "Il mio codice fiscale è «national_id:RSSMRA85T10A562S»",
    "Chiamatemi al «phone:+39 347 123 4567», ordine 40012345",
    "IBAN «iban:IT60X0542811101000000123456», grazie",
    // Dutch.
    "Mijn nummer is «phone:06-12345678», bestelling 71234567",
    "BSN «national_id:111222333» staat in de mail",
    "Rekening «iban:NL91 ABNA 0417 1643 00» klopt niet",
    // Polish.
    "Mój telefon to «phone:601 234 567», zamówienie 12345678",
    "PESEL «national_id:44051401359» i konto «iban:PL61 1090 1014 0000 0712 1981 2874»",
    // Turkish.
    "Telefonum «phone:0532 123 45 67», sipariş no 987654321",
    "TC kimlik «national_id:10000000146»",
    "IBAN «iban:TR33 0006 1005 1978 6457 8413 26»",
    // Nordic.
    "Mitt personnummer är «national_id:811228-9874» och mobil «phone:070-123 45 67»",
    "Fødselsnummer «national_id:01010750160», tlf «phone:912 34 567»",
    "Henkilötunnus «national_id:131052-308T», puhelin «phone:+358 40 1234567»",
    "CPR «national_id:010180-1234» og konto «iban:DK50 0040 0440 1162 43»",
    // Czech, Romanian, Hungarian, Croatian, Bulgarian, Greek.
    "Rodné číslo «national_id:736028/5163», tel. «phone:+420 601 123 456»",
    "CNP «national_id:1800101221144», telefon «phone:0721 234 567»",
    "TAJ szám «national_id:111 111 110», telefon «phone:+36 20 123 4567»",
    "OIB «national_id:94577403194», mobitel «phone:091 234 5678»",
    "ЕГН «national_id:7523169263» и телефон «phone:0888 123 456»",
    "Το τηλέφωνό μου είναι «phone:694 123 4567»",
    // Russian, Ukrainian.
    "Мой номер «phone:8 (912) 345-67-89», заказ 1234567",
    "Телефон: «phone:89123456789», позвоните",
    "СНИЛС «national_id:112-233-445 95» нужен?",
    "Карта «card:2200 0000 0000 0004» заблокирована",
    "Мій телефон «phone:+380 67 123 45 67», замовлення 20450012345678",
    // Arabic, Persian, Hebrew.
    "رقمي «phone:٠٥٠١٢٣٤٥٦٧» ورقم الطلب ١٢٣٤٥٦٧",
    "هاتفي \u{202a}«phone:+966 50 123 4567»\u{202c} شكرا",
    "شماره موبایل «phone:۰۹۱۲۳۴۵۶۷۸۹» است",
    "کد ملی «national_id:0499370899»",
    "הטלפון שלי «phone:054-1234567», הזמנה 7654321",
    "תעודת זהות «national_id:123456782»",
    // Hindi, Bengali.
    "मेरा मोबाइल «phone:९८७६५४३२१०» है, ऑर्डर 12345678",
    "Aadhaar «national_id:2341 2341 2346» aur PAN «national_id:ABCPE1234F» diya tha",
    "call me on «phone:98765 43210»",
    // Thai, Vietnamese, Indonesian, Malay.
    "โทร «phone:081-234-5678» หมายเลขพัสดุ 123456789",
    "Số điện thoại của tôi: «phone:0912 345 678», đơn hàng 1234567",
    "Hubungi saya di «phone:0812-3456-7890», pesanan 123456789",
    "IC saya «national_id:800101-14-5678»",
    // Chinese, Japanese, Korean.
    "我的电话是«phone:13800138000»，订单号202611281234",
    "身份证«national_id:11010519491231002X»",
    "電話は«phone:090-1234-5678»です。注文番号は1234567です",
    "カード番号は«card:４１１１　１１１１　１１１１　１１１１»です",
    "マイナンバー «national_id:1234 5678 9018» を送りました",
    "제 번호는 «phone:010-1234-5678»이고 주문번호는 20261128001입니다",
    "주민번호 «national_id:800101-1234567» 왜 필요해요?",
    "身分證 «national_id:A123456789» 已上傳",
    "NRIC «national_id:S1234567D», HKID «national_id:A123456(3)»",
    // As copied from telephones.
    "you can call \u{202a}«phone:+49\u{a0}151\u{a0}23456789»\u{202c} or \u{202d}«phone:+1\u{a0}(212)\u{a0}555‑0147»\u{202c}",
    "«email:jo@mail.example»,«email:li@mail.example»;«email:ann@mail.example»",
    "メールは«email:jo@mail.example»です",
];

/// Texts in which nothing is personal data.
const NEAR_MISSES: &[&str] = &[
    // Orders, parcels, invoices, bookings, serial numbers.
    "order 123456789012 not arrived",
    "Order #4567891230 and order no. 0301234567",
    "order number 2125550147, placed 3 days ago",
    "tracking 9400 1000 0000 0000 0000 00",
    "tracking number 1Z999AA10123456784 says delivered",
    "FedEx tracking number 676770000005",
    "parcel JJD000390007882123456 is lost",
    "RR123456789GB left the country",
    "ticket #20261128-0042, case 00123456",
    "booking ABC123, ref: 0123456789",
    "Invoice INV-2026-000123 is wrong",
    "Bestellnummer 0151234567, Rechnung 0301234567",
    "Sendungsnummer 00340434161094000000",
    "Kundennummer: 0221 1234567",
    "commande 0612345678, dossier 0145678901",
    "pedido 612345678 sin llegar",
    "zamówienie 601234567 nie dotarło",
    "sipariş 05321234567 nerede",
    "заказ 89123456789 не пришёл",
    "订单13800138000还没到",
    "注文番号 090-1234-5678 が届きません",
    "serial number 0123456789AB",
    "IMEI 490154203237518",
    "order id 536-90-4399 is open",
    "model AB123456C, ref AB123456C",
    "voucher 1234-5678-9012-3456",
    // Numbers that fail their check.
    "4111 1111 1111 1112",
    "1234567812345678 and 9999999999999999",
    "0000 0000 0000 0000",
    "DE88370400440532013000",
    "IBAN XX89 3704 0044 0532 0130 00",
    "000-12-3456 and 666-12-3456",
    "111.444.777-36",
    "12345678A",
    "RSSMRA85T10A562T",
    "11010519491231002Y",
    "A123456(4), S1234567A",
    "BSN 111222334, PESEL 44051401358",
    "756.9217.0769.84",
    "111222333 without a word",
    // Flights, seats, gates, times and dates.
    "flight LH 1234 from FRA to JFK, seat 12A, gate B17",
    "AA1234/UA5678 both cancelled on 11/28",
    "22.11.2026, 2026-11-22, 22/11/26 and 11-22-2026",
    "2026-11-28T19:38:06Z",
    "20261128193806 and 1790000000000",
    "from 10:00-12:30 and 14:00–18:00",
    "12:30:45, 01:02:03.456",
    "2024 2025 2026 were bad",
    "call me in 2024-2025 or 1999 2000",
    "01.02.2026 10:30 Uhr",
    "Mo-Fr 08:00-20:00, Sa 09:00-14:00",
    "le 01/02/2026 à 09h30",
    "2026年11月28日10時30分",
    // Prices, quantities, sizes, scores.
    "$1,200.50, 1.000.000 €, £12,345,678",
    "paid 0123456789 €",
    "1 000 000 or 700 000 000 people",
    "USD 1234567.89",
    "Rs. 98,76,543",
    "₹9876543210 was debited",
    "1234567 followers, 12,345,678 views",
    "3 x 500 g, 1920x1080, 16:9",
    "50% off, 3-0, 6-4 7-6 6-3",
    "12345678 steps",
    "pi is 3.14159265358979",
    // Coordinates and versions.
    "52.520008, 13.404954",
    "-33.8688197, 151.2092955",
    "0.1234567890",
    "version 1.2.3.4 and v10.20.30.40",
    "firmware 192.168.1.1 update",
    "chapter 1.2.3.4 says so",
    "300.1.1.1, 1.2.3, 1.2.3.4.5",
    "iOS 17.0.1, Windows 10.0.19045.3693",
    "Chrome 120.0.6099.130",
    // Links, handles, hashtags, ids of posts.
    "https://acme.example/4111111111111111",
    "https://acme.example/?tel=+493012345678&mail=jo@mail.example",
    "www.acme.example/order/0612345678",
    "acme.example/t/2125550147",
    "status 1790000000000000000 is gone",
    "@115712 hi, @user2125550147 and @0612345678",
    "#0612345678 #2026 #acme",
    "@jo@mastodon.example and @li99@social.example",
    "jo@, @mail.example, jo@mail",
    "a@b.c, jo@@mail.example",
    "me @ work. @home",
    "user_4111111111111111",
    "ISBN 978-3-16-148410-0",
    "EAN 4006381333931",
    "#ff00aa, 0x1234567890",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "00:1a:2b:3c:4d:5e",
    "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "room 101-102-1033",
    "B2B, 24/7, 4K, 5G, H2O, COVID-19",
    "zip 90210-1234, 10115 Berlin, SW1A 1AA",
    "PO Box 1234567",
    "hotel 12345678, cancelled 87654321, during 11223344",
    "meter reading 0012345678",
    "+1 for that, +100, ++49",
    "(123) 4, (2026), (1)",
    "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
];

/// The sentence without marks, and what they mark.
fn unmarked(sentence: &str) -> (String, Vec<(String, String)>) {
    let mut parts = sentence.split('«');
    let mut text = parts.next().unwrap().to_owned();
    let mut gold = Vec::new();
    for part in parts {
        let (marked, rest) = part.split_once('»').unwrap();
        let (kind, words) = marked.split_once(':').unwrap();
        gold.push((kind.to_owned(), words.to_owned()));
        text.push_str(words);
        text.push_str(rest);
    }
    (text, gold)
}

#[test]
fn personal_data_is_found_in_many_languages_and_to_the_letter() {
    let (mut gold_count, mut wrong) = (0, Vec::new());
    for sentence in SENTENCES {
        let (text, gold) = unmarked(sentence);
        gold_count += gold.len();
        let found: Vec<_> = found(&text).into_iter().map(|(kind, words)| (kind, words.to_owned())).collect();
        if found != gold {
            wrong.push(format!("{text:?}\n    expected {gold:?}\n    found    {found:?}"));
        }
    }
    assert!(SENTENCES.len() >= 100 && gold_count >= 125, "{} sentences, {gold_count} spans", SENTENCES.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SENTENCES.len(), wrong.join("\n"));
}

#[test]
fn near_misses_are_left_alone() {
    let wrong: Vec<_> =
        NEAR_MISSES.iter().map(|text| (text, found(text))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(NEAR_MISSES.len() >= 95, "{}", NEAR_MISSES.len());
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), NEAR_MISSES.len());
}
