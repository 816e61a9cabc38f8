//! The frame around every page: head, navigation, search, footer.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use url::form_urlencoded;

use super::desk::Desk;

/// A whole page of a tenant.
pub(super) fn page(desk: &Desk, title: &str, main: Markup) -> Html<String> {
    let full = format!("{title} · {}", desk.brand());
    Html(document(&full, top(desk), main, Some(desk.now.as_millis())).into_string())
}

/// A page that belongs to no tenant.
pub(super) fn bare(title: &str, main: Markup) -> Markup {
    document(title, html! { a.logo href="/" { (mark()) span { "careline" } } }, main, None)
}

fn document(title: &str, top: Markup, main: Markup, now: Option<i64>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · careline" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
                script src="/inbox.js" defer {}
            }
            body data-now=[now] {
                a.skip href="#main" { "Skip to the content" }
                header.top { div.top-in { (top) } }
                main #main tabindex="-1" { (main) }
                footer.foot {
                    p { "All times are UTC." }
                    p.keys {
                        kbd { "j" } " " kbd { "k" } " next and previous · " kbd { "Enter" } " open · "
                        kbd { "/" } " search · " kbd { "u" } " queue"
                    }
                }
            }
        }
    }
}

/// Where the other pages of a list are; nothing if there are none.
pub(super) fn pages(first: &str, is_later: bool, next: Option<String>, shown: &str) -> Markup {
    html! {
        @if is_later || next.is_some() {
            nav.pages aria-label="Pages" {
                @if is_later { a rel="first" href=(first) { "First page" } }
                @if !shown.is_empty() { span.muted { (shown) } }
                @if let Some(next) = next { a rel="next" href=(next) { "Next" } }
            }
        }
    }
}

fn top(desk: &Desk) -> Markup {
    let here = |path: &str| (desk.path == path).then_some("page");
    html! {
        a.logo href=(desk.href("/", &[])) {
            (mark())
            span { "careline" }
            @if !desk.brand().is_empty() { span.brand dir="auto" { (desk.brand()) } }
        }
        nav.nav aria-label="Main" {
            a #to-queue href=(desk.href("/", &[])) aria-current=[here("/")] { "Queue" }
            a href=(desk.href("/replies", &[])) aria-current=[here("/replies")] { "Replies" }
            a href=(desk.href("/quarantine", &[])) aria-current=[here("/quarantine")] { "Quarantine" }
        }
        @if !desk.tenants.is_empty() {
            nav.nav.tenants aria-label="Brands" {
                @for tenant in &desk.tenants {
                    a href=(home_of(tenant)) aria-current=[(tenant == desk.tenant.id().as_str()).then_some("true")] {
                        (tenant)
                    }
                }
            }
        }
        form.search role="search" action="/search" method="get" {
            @if let Some(tenant) = desk.kept_tenant() { input type="hidden" name="tenant" value=(tenant); }
            label.hidden for="q" { "Search all messages" }
            input #q type="search" name="q" placeholder="Search all messages" autocomplete="off" dir="auto"
                value=(desk.asked("q").unwrap_or_default());
            button type="submit" { "Search" }
        }
    }
}

/// The queue of another tenant.
fn home_of(tenant: &str) -> String {
    format!("/?{}", form_urlencoded::Serializer::new(String::new()).append_pair("tenant", tenant).finish())
}

fn mark() -> Markup {
    html! { img src="/icon.svg" alt="" width="28" height="28"; }
}
