//! Bodies of Facebook of every kind; each place named lies in the body, each span in its text.
#![no_main]

use careline::model::{EventBody, NativeAccount, NetworkName, Timestamp};
use careline::network::BodyKind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let account = NativeAccount::new(NetworkName::new("facebook"), "104000000000001");
    for kind in [BodyKind::Webhook, BodyKind::Rest] {
        let Ok(parsed) = careline_facebook::normalise(kind, body, &account, Timestamp::default()) else { continue };
        for event in &parsed.events {
            if let Some(raw) = event.raw {
                assert!(body.get(raw.start as usize..raw.end as usize).is_some());
            }
            if let EventBody::Message(message) = &event.body {
                let text = &message.content.text;
                let spans = message.content.entities.iter().map(|entity| entity.span);
                assert!(spans.into_iter().all(|span| text.get(span.start as usize..span.end as usize).is_some()));
            }
        }
    }
});
