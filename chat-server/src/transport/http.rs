//! HTTP: health, the page, its sign-in, webhooks, the schema, the script for everybody else's pages.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::service::Service;
use crate::transport::origin::Origins;

mod account;
mod health;
mod hook;
mod page;
mod schema;
mod script;

pub use script::serve_script;

/// What the handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The chat.
    pub service: Arc<Service>,
    /// Who may use a cookie.
    pub origins: Arc<Origins>,
}

/// Longest body of a request, in bytes; the longest is a password's.
const BODY: usize = 16_384;

/// The page runs its own scripts and styles alone, and talks to its own server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// All routes but Socket.IO's; `pages` is a directory of pages to be served as they are.
pub fn router(shared: Shared, pages: Option<&Path>) -> Router {
    let own = own(shared).layer(header("content-security-policy", POLICY)).layer(header("referrer-policy", "no-referrer"));
    let all = match pages {
        // Old pages have scripts in them and load others from elsewhere: our page's policy is not theirs.
        Some(pages) => Router::new().nest_service("/pages", ServeDir::new(pages)).merge(own),
        None => own,
    };
    all.layer(header("x-content-type-options", "nosniff"))
}

fn own(shared: Shared) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/session", get(account::session))
        .route("/api/account/register", post(account::register))
        .route("/api/account/login", post(account::login))
        .route("/api/account/logout", post(account::logout))
        .route("/hooks/{id}/{secret}", post(hook::post))
        .route("/schema/", get(schema::index))
        .route("/schema/{file}", get(schema::file))
        .fallback(get(page::serve))
        .with_state(shared)
        .layer(DefaultBodyLimit::max(BODY))
}

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::HeaderName::from_static(name), HeaderValue::from_static(value))
}
