//! Whether the server is alive, and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;

use crate::transport::http::Shared;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// The database answers and can be written.
pub(super) async fn ready(State(shared): State<Shared>) -> (StatusCode, String) {
    match shared.service.check().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the database cannot be written\n".to_owned())
        }
    }
}
