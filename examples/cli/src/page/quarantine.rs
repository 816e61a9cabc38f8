//! `/quarantine`: what came in and could not be read, or belongs to nobody. Kept raw, and can be redriven.

use careline::store::Quarantined;
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::words::{count, since};

const MOST: usize = 200;

pub(super) async fn show(desk: Desk) -> Page {
    let items = desk.tenant.quarantine(MOST).await?;
    let main = html! {
        div.page-head {
            h1 { "Quarantine" }
            p.muted {
                "What could not be read, or names an account nobody owns. Its raw form is kept, and the rest of its delivery \
                 went on. Mend the policy or the connector, then redrive it."
            }
        }
        @if items.is_empty() {
            div.empty { p.empty-title { "Nothing is set aside" } p.muted { "Everything that came in could be read." } }
        } @else {
            p.muted { (count(items.len() as i64, "item")) @if items.len() == MOST { " and more" } }
            ol.cases.quarantine { @for item in &items { li { (row(&desk, item)) } } }
        }
    };
    Ok(frame::page(&desk, "Quarantine", main))
}

fn row(desk: &Desk, item: &Quarantined) -> Markup {
    let text = |name: &str| item.error.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let context = item.error.get("context").and_then(serde_json::Value::as_object);
    html! {
        article.row.set-aside id=(item.id) {
            div.row-main {
                p.row-head { strong { (text("message")) } span.chip.warn { (text("code")) } }
                dl.facts {
                    dt { "Came through" } dd { code { (item.endpoint) } }
                    dt { "Received" } dd { (since(item.received_at, desk.now)) }
                    dt { "Delivery" } dd { code { (item.delivery) } @if let Some(range) = item.range { " bytes " (range.start) "–" (range.end) } }
                    @for (name, value) in context.into_iter().flatten() {
                        dt { (name) } dd dir="auto" { (value.as_str().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}
