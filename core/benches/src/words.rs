//! Words that made-up customers use, by language, with how often the language occurs in a thousand.

pub(crate) const LANGUAGES: &[(&str, u32, &str)] = &[
    (
        "en",
        560,
        "my the order is still not here and I have been waiting for two weeks now please help with this invoice because \
         kettle stopped working again after update why nobody answers me where can somebody tell when does your shop open \
         thank you great job love it broken refund charged twice password login cannot parcel courier left number app \
         crashes every morning really worst service ever happy today friends coffee train photo best cancel subscription",
    ),
    (
        "es",
        120,
        "el pedido no ha llegado todavía y llevo dos semanas esperando por favor ayuda con la factura porque no funciona \
         otra vez nadie contesta cuándo abre la tienda muchas gracias me encanta roto reembolso cobrado contraseña paquete \
         servicio pésimo hoy amigos café cancelar suscripción dónde está mi dinero",
    ),
    (
        "de",
        90,
        "die Bestellung ist immer noch nicht da ich warte seit zwei Wochen bitte helft mir mit der Rechnung weil der Kocher \
         schon wieder kaputt ist niemand antwortet wann öffnet der Laden vielen Dank super Erstattung doppelt abgebucht \
         Passwort Paket heute Freunde Kaffee kündigen wo bleibt mein Geld",
    ),
    (
        "fr",
        80,
        "la commande est toujours pas arrivée et j'attends depuis deux semaines aidez moi avec la facture parce que elle ne \
         marche plus personne ne répond quand ouvre le magasin merci beaucoup génial cassé remboursement débité mot de passe \
         colis aujourd'hui amis café résilier où est mon argent",
    ),
    (
        "pt",
        70,
        "o pedido ainda não chegou e estou esperando há duas semanas por favor ajuda com a fatura porque parou de funcionar \
         ninguém responde quando abre a loja muito obrigado adorei quebrado reembolso cobrado senha pacote hoje amigos café \
         cancelar assinatura onde está meu dinheiro",
    ),
    (
        "ja",
        50,
        "注文 が まだ 届き ません 二週間 待って います 助けて ください 請求書 また 壊れました 返事 が ない いつ 開きますか ありがとう 最高 \
         返金 二重 パスワード 荷物 今日 友達 珈琲 解約",
    ),
    (
        "ar",
        30,
        "الطلب لم يصل بعد وأنا أنتظر منذ أسبوعين أرجو المساعدة في الفاتورة تعطل مرة أخرى لا أحد يجيب متى يفتح المتجر شكرا جزيلا استرداد المبلغ كلمة المرور اليوم أصدقاء قهوة",
    ),
];
