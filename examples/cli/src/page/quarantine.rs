//! `/quarantine`: what came in and could not be read, or belongs to nobody. Kept raw, and can be redriven.

use careline::store::Quarantined;
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::words::{count, since};

const PAGE: usize = 100;

pub(super) async fn show(desk: Desk) -> Page {
    let page = desk.page(PAGE);
    let later = page.after.is_some();
    let listed = desk.tenant.quarantine(page).await?;
    let href = |after: &str| desk.href("/quarantine", &[("after", after)]);
    let main = html! {
        div.page-head {
            h1 { "Quarantine" }
            p.muted {
                "What could not be read, or names an account nobody owns. Its raw form is kept, and the rest of its delivery \
                 went on. Mend the policy or the connector, then redrive it."
            }
        }
        @if listed.items.is_empty() && !later {
            div.empty { p.empty-title { "Nothing is set aside" } p.muted { "Everything that came in could be read." } }
        } @else {
            p.muted { (count(listed.items.len() as i64, "item")) @if listed.after.is_some() { " and more" } }
            ol.cases.quarantine { @for item in &listed.items { li { (row(&desk, item)) } } }
            (frame::pages(&href(""), later, listed.after.as_deref().map(href), ""))
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
