//! Every language is told in messages as customers write them, and what is in no language is not taken for one.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use careline::triage::language::{LANGUAGES, detect};

const SENTENCES: &[(&str, &[&str])] = &[
    (
        "af",
        &[
            "My pakkie het nog nie aangekom nie, wat is aan die gang?",
            "Julle diens is regtig swak, ek wag al drie weke vir 'n antwoord",
        ],
    ),
    ("am", &["ትዕዛዜ እስካሁን አልደረሰም", "እባክዎን በዚህ ጉዳይ ይርዱኝ"]),
    ("ar", &["لم تصلني الشحنة حتى الآن ولا أحد يرد على اتصالاتي", "كيف يمكنني تغيير كلمة السر لحسابي؟"]),
    (
        "az",
        &[
            "Sifarişim hələ də gəlməyib, nə vaxt çatdırılacaq?",
            "Zəhmət olmasa mənə kömək edin, hesabıma daxil ola bilmirəm",
        ],
    ),
    ("be", &["Мая пасылка да гэтага часу не прыйшла, калі яна будзе?", "Дзякуй за дапамогу, цяпер усё працуе"]),
    (
        "bg",
        &[
            "Поръчката ми все още не е пристигнала, какво става?",
            "Как мога да върна този продукт и да получа парите си?",
        ],
    ),
    ("bn", &["আমার অর্ডার এখনও আসেনি", "দয়া করে আমাকে এই বিল নিয়ে সাহায্য করুন"]),
    (
        "ca",
        &[
            "Encara no he rebut el paquet i ningú em respon",
            "Com puc canviar la contrasenya del meu compte, si us plau?",
        ],
    ),
    (
        "cs",
        &[
            "Můj balíček pořád nepřišel, kdy ho prosím doručíte?",
            "Už třetí den nefunguje internet a nikdo nezvedá telefon",
        ],
    ),
    (
        "da",
        &[
            "Min pakke er stadig ikke kommet, hvornår bliver den leveret?",
            "Jeg har ventet i telefonen i en time, det er simpelthen for dårligt",
        ],
    ),
    (
        "de",
        &[
            "Mein Paket ist immer noch nicht da, wann kommt es endlich?",
            "Ich komme seit heute früh nicht mehr in mein Konto",
        ],
    ),
    ("el", &["Η παραγγελία μου δεν έχει έρθει ακόμα", "Πώς μπορώ να αλλάξω τον κωδικό μου;"]),
    (
        "en",
        &[
            "My parcel still hasn't arrived, when will it get here?",
            "I was charged twice for the same order, please refund me",
        ],
    ),
    (
        "es",
        &[
            "Mi paquete todavía no ha llegado, ¿cuándo lo van a entregar?",
            "Me cobraron dos veces y nadie contesta el teléfono",
        ],
    ),
    (
        "et",
        &[
            "Minu pakk ei ole ikka veel kohale jõudnud, millal see tuleb?",
            "Palun aidake mind, ma ei saa oma kontole sisse logida",
        ],
    ),
    (
        "eu",
        &[
            "Nire paketea ez da oraindik iritsi, noiz ekarriko didazue?",
            "Mesedez, lagundu iezadazue, ezin dut kontuan sartu",
        ],
    ),
    ("fa", &["سفارش من هنوز نرسیده است، چه زمانی ارسال می‌شود؟", "لطفا کمک کنید، نمی‌توانم وارد حساب خودم بشوم"]),
    (
        "fi",
        &[
            "Pakettini ei ole vieläkään tullut perille, milloin se saapuu?",
            "Miten voin vaihtaa salasanani, en pääse kirjautumaan",
        ],
    ),
    (
        "fr",
        &[
            "Mon colis n'est toujours pas arrivé, quand sera-t-il livré ?",
            "J'ai été débité deux fois et personne ne répond au téléphone",
        ],
    ),
    (
        "gl",
        &[
            "O meu paquete aínda non chegou, cando mo ides entregar?",
            "Cobráronme dúas veces e ninguén contesta ao teléfono",
        ],
    ),
    ("gu", &["મારો ઓર્ડર હજી સુધી આવ્યો નથી", "કૃપા કરીને મને મદદ કરો"]),
    ("he", &["ההזמנה שלי עדיין לא הגיעה", "איך אני מחליף את הסיסמה שלי?"]),
    ("hi", &["मेरा ऑर्डर अभी तक नहीं आया है, कब मिलेगा?", "कृपया मेरी मदद करें, मैं अपने खाते में लॉगिन नहीं कर पा रहा हूँ"]),
    (
        "hi-Latn",
        &[
            "mera saman abhi tak nahi pahucha, kab tak aayega?",
            "aapke customer care wale phone hi nahi uthate, bahut kharab service hai",
        ],
    ),
    (
        "hr",
        &[
            "Moj paket još uvijek nije stigao, kada će biti isporučen?",
            "Gdje mogu promijeniti lozinku? Nitko mi ne odgovara već tjedan dana",
        ],
    ),
    (
        "hu",
        &[
            "A csomagom még mindig nem érkezett meg, mikor hozzák ki?",
            "Kétszer vonták le a pénzt és senki nem veszi fel a telefont",
        ],
    ),
    ("hy", &["Իմ պատվերը դեռ չի հասել", "Ինչպե՞ս կարող եմ փոխել գաղտնաբառս"]),
    (
        "id",
        &["Paket saya belum sampai juga, kapan dikirim ya?", "Tolong dibantu dong, saya nggak bisa masuk ke akun saya"],
    ),
    (
        "is",
        &["Pakkinn minn er ekki ennþá kominn, hvenær kemur hann?", "Ég get ekki skráð mig inn, getið þið hjálpað mér?"],
    ),
    (
        "it",
        &[
            "Il mio pacco non è ancora arrivato, quando verrà consegnato?",
            "Mi hanno addebitato due volte e nessuno risponde al telefono",
        ],
    ),
    ("ja", &["注文した商品がまだ届きません", "パスワードを変更するにはどうすればいいですか"]),
    ("ka", &["ჩემი შეკვეთა ჯერ არ მოსულა", "როგორ შევცვალო პაროლი?"]),
    (
        "kk",
        &[
            "Менің тапсырысым әлі келген жоқ, қашан жеткізесіздер?",
            "Өтінемін, көмектесіңізші, аккаунтыма кіре алмай жатырмын",
        ],
    ),
    ("km", &["ការបញ្ជាទិញរបស់ខ្ញុំមិនទាន់មកដល់ទេ", "សូមជួយខ្ញុំផង"]),
    ("kn", &["ನನ್ನ ಆರ್ಡರ್ ಇನ್ನೂ ಬಂದಿಲ್ಲ", "ದಯವಿಟ್ಟು ನನಗೆ ಸಹಾಯ ಮಾಡಿ"]),
    ("ko", &["주문한 상품이 아직도 안 왔어요", "비밀번호는 어떻게 바꾸나요?"]),
    ("lo", &["ເຄື່ອງຂອງຂ້ອຍຍັງບໍ່ມາຮອດ", "ກະລຸນາຊ່ວຍຂ້ອຍແດ່"]),
    (
        "lt",
        &[
            "Mano siunta vis dar neatėjo, kada ji bus pristatyta?",
            "Prašau padėti, negaliu prisijungti prie savo paskyros",
        ],
    ),
    (
        "lv",
        &[
            "Mans sūtījums vēl joprojām nav pienācis, kad to piegādās?",
            "Lūdzu palīdziet, es nevaru pieslēgties savam kontam",
        ],
    ),
    (
        "mk",
        &[
            "Мојата нарачка сè уште не е пристигната, кога ќе ја добијам?",
            "Ве молам помогнете ми, не можам да се најавам",
        ],
    ),
    ("ml", &["എന്റെ ഓർഡർ ഇതുവരെ വന്നിട്ടില്ല", "ദയവായി എന്നെ സഹായിക്കൂ"]),
    ("mr", &["माझी ऑर्डर अजून आलेली नाही, ती कधी मिळणार आहे?", "कृपया मला मदत करा, मला माझ्या खात्यात जाता येत नाही"]),
    (
        "ms",
        &[
            "Bungkusan saya masih belum sampai, bila nak hantar ni?",
            "Boleh tak tolong saya, saya tak dapat masuk akaun saya sejak semalam",
        ],
    ),
    ("my", &["ကျွန်တော့် အော်ဒါ မရောက်သေးပါဘူး", "ကူညီပေးပါ"]),
    (
        "nl",
        &[
            "Mijn pakketje is nog steeds niet bezorgd, wanneer komt het?",
            "Er is twee keer geld van mijn rekening afgeschreven",
        ],
    ),
    (
        "no",
        &[
            "Pakken min har fortsatt ikke kommet, når blir den levert?",
            "Jeg får ikke logget inn, kan noen hjelpe meg med dette nå?",
        ],
    ),
    ("pa", &["ਮੇਰਾ ਆਰਡਰ ਅਜੇ ਤੱਕ ਨਹੀਂ ਆਇਆ", "ਕਿਰਪਾ ਕਰਕੇ ਮੇਰੀ ਮਦਦ ਕਰੋ"]),
    (
        "pl",
        &[
            "Moja paczka nadal nie dotarła, kiedy zostanie dostarczona?",
            "Nie mogę się zalogować, a nikt nie odbiera telefonu",
        ],
    ),
    (
        "pt",
        &[
            "A minha encomenda ainda não chegou, quando vai ser entregue?",
            "Vocês me cobraram duas vezes e ninguém responde",
        ],
    ),
    (
        "ro",
        &[
            "Coletul meu încă nu a ajuns, când va fi livrat?",
            "Mi-ați luat banii de două ori și nimeni nu răspunde la telefon",
        ],
    ),
    (
        "ru",
        &["Моя посылка до сих пор не пришла, когда её доставят?", "С меня дважды списали деньги, верните пожалуйста"],
    ),
    ("si", &["මගේ ඇණවුම තවම ලැබුණේ නැහැ", "කරුණාකර මට උදව් කරන්න"]),
    ("sk", &["Môj balík stále neprišiel, kedy ho doručíte?", "Nemôžem sa prihlásiť do svojho účtu, pomôžte mi prosím"]),
    (
        "sl",
        &[
            "Moj paket še vedno ni prišel, kdaj ga boste dostavili?",
            "Ne morem se prijaviti v svoj račun, mi lahko kdo pomaga?",
        ],
    ),
    (
        "sq",
        &["Porosia ime nuk ka ardhur ende, kur do të vijë?", "Ju lutem më ndihmoni, nuk mund të hyj në llogarinë time"],
    ),
    (
        "sr",
        &[
            "Моја пошиљка још увек није стигла, када ће бити испоручена?",
            "Gde mogu da promenim lozinku? Niko mi ne odgovara već nedelju dana",
        ],
    ),
    (
        "sv",
        &[
            "Mitt paket har fortfarande inte kommit, när levereras det?",
            "Jag kan inte logga in på mitt konto, kan någon hjälpa mig?",
        ],
    ),
    ("sw", &["Mzigo wangu bado haujafika, utafika lini?", "Tafadhali nisaidieni, siwezi kuingia kwenye akaunti yangu"]),
    ("ta", &["என் ஆர்டர் இன்னும் வரவில்லை", "தயவுசெய்து எனக்கு உதவுங்கள்"]),
    ("te", &["నా ఆర్డర్ ఇంకా రాలేదు", "దయచేసి నాకు సహాయం చేయండి"]),
    ("th", &["สินค้าที่สั่งยังไม่มาเลยค่ะ", "เปลี่ยนรหัสผ่านยังไงคะ"]),
    (
        "tl",
        &[
            "Hindi pa dumarating ang padala ko, kailan po ba ito ihahatid?",
            "Dalawang beses akong siningil at walang sumasagot sa tawag ko",
        ],
    ),
    (
        "tr",
        &["Kargom hâlâ gelmedi, ne zaman teslim edilecek?", "Hesabıma giremiyorum, lütfen bana yardım eder misiniz?"],
    ),
    ("uk", &["Моя посилка досі не прийшла, коли її доставлять?", "З мене двічі зняли гроші, поверніть будь ласка"]),
    ("ur", &["میرا آرڈر ابھی تک نہیں آیا ہے، کب ملے گا؟", "براہ کرم میری مدد کریں، میں اپنے اکاؤنٹ میں نہیں جا سکتا"]),
    (
        "vi",
        &["Đơn hàng của tôi vẫn chưa tới, bao giờ mới giao vậy?", "Tôi không đăng nhập được, nhờ mọi người giúp với"],
    ),
    ("zh", &["我的包裹还没有到", "请问怎么修改密码?"]),
];

#[test]
fn every_language_is_told() {
    let mut tested: Vec<&str> =
        SENTENCES.iter().map(|(language, _)| *language).filter(|name| *name != "hi-Latn").collect();
    tested.dedup();
    assert_eq!(tested, LANGUAGES, "each language has its sentences");
    let mut wrong = Vec::new();
    for (language, sentences) in SENTENCES {
        for sentence in *sentences {
            if detect(sentence) != Some(*language) {
                wrong.push((language, detect(sentence), sentence));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_in_no_language_is_in_none() {
    for text in [
        "",
        " ",
        "!!! ??? ...",
        "12345 +49 30 123456, 2026-11-28",
        "😡😡😡 👍",
        "¯\\_(ツ)_/¯",
        "https://acme.example/where-is-my-order @acme_help",
        "ok",
        "a",
        "\u{202e}\u{202d}\u{2066}",
        "\0\0\0",
        "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋",
        // Cyrillic and Greek letters in the place of Latin ones, and Latin ones from mathematics.
        "Сlаim уоur frее рrizе nоw, уоu wоn thе lоttеrу",
        "𝓒𝓵𝓪𝓲𝓶 𝔂𝓸𝓾𝓻 𝓯𝓻𝓮𝓮 𝓹𝓻𝓲𝔃𝓮",
        "xkq zzv qqwrt jjkx vvbq",
    ] {
        assert_eq!(detect(text), None, "{text:?}");
    }
}

#[test]
fn dressed_up_text_is_still_text() {
    let plain = "Where is my parcel? I have been waiting for two weeks now";
    let zalgo: String = plain.chars().flat_map(|letter| [letter, '\u{0300}', '\u{0489}', '\u{033f}']).collect();
    for text in [
        zalgo,
        format!("\u{202e}{plain}\u{202c}"),
        plain.replace(' ', "\0"),
        format!("@acme #fail {plain} 😡😡 https://acme.example/bitte/hilfe/mein/paket"),
        plain.to_uppercase(),
        plain.replace("two", "twooooooooooo"),
    ] {
        assert_eq!(detect(&text), Some("en"), "{text:?}");
    }
}

#[test]
fn a_megabyte_is_no_more_than_its_beginning() {
    let long = "Where is my parcel? ".repeat(60_000);
    assert_eq!(detect(&long), Some("en"));
    assert_eq!(detect(&"é".repeat(600_000)), detect(&"é".repeat(5_000)));
    assert_eq!(detect(&"#a ".repeat(400_000)), None);
    assert_eq!(detect(&"\u{0300}".repeat(600_000)), None);
}
