//! The page's sign-in: what must set a cookie that no script can read.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chat_proto::error::{Code, Error};
use chat_proto::name::Identity;
use chat_proto::request::parse_object;
use chat_proto::secret::{Password, Token};
use chat_proto::text::ClientName;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::service::{Login, Register};
use crate::transport::http::Shared;
use crate::transport::origin::{COOKIE, peer};

/// How long the browser keeps the cookie; sessions are ended by hand.
const YEAR: time::Duration = time::Duration::days(365);

#[derive(Deserialize)]
struct RegisterBody {
    identity: Identity,
    password: Password,
    #[serde(default)]
    guest_token: Option<Token>,
}

#[derive(Deserialize)]
struct LoginBody {
    identity: Identity,
    password: Password,
}

/// Where a request comes from.
pub(super) struct Caller {
    parts: Parts,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { parts: parts.clone() })
    }
}

/// `GET /api/session`: whose page is it, if anybody's?
pub(super) async fn session(State(shared): State<Shared>, caller: Caller) -> Response {
    let user = match shared.origins.session_cookie(&caller.parts) {
        None => None,
        Some(token) => match shared.service.session_of_token(&token).await {
            Ok(found) => found.map(|(user, _)| user),
            Err(error) => return refuse(&error),
        },
    };
    Json(json!({ "ok": { "user": user, "server": shared.service.server() } })).into_response()
}

/// `POST /api/account/register`.
pub(super) async fn register(State(shared): State<Shared>, caller: Caller, body: Bytes) -> Response {
    let body: RegisterBody = match shared.read(&caller, &body) {
        Ok(body) => body,
        Err(error) => return refuse(&error),
    };
    let register = Register { identity: body.identity, password: body.password, client: caller.browser() };
    match shared.service.register_by_token(body.guest_token.as_ref(), &caller.address(&shared), register).await {
        Ok(signed_in) => (shared.keep(&caller, &signed_in.token), ok(&json!({ "user": signed_in.user }))).into_response(),
        Err(error) => refuse(&error),
    }
}

/// `POST /api/account/login`.
pub(super) async fn login(State(shared): State<Shared>, caller: Caller, body: Bytes) -> Response {
    let body: LoginBody = match shared.read(&caller, &body) {
        Ok(body) => body,
        Err(error) => return refuse(&error),
    };
    let login = Login { identity: body.identity, password: body.password, client: caller.browser() };
    match shared.service.login(&caller.address(&shared), login).await {
        Ok(signed_in) => (shared.keep(&caller, &signed_in.token), ok(&json!({ "user": signed_in.user }))).into_response(),
        Err(error) => refuse(&error),
    }
}

/// `POST /api/account/logout`.
pub(super) async fn logout(State(shared): State<Shared>, caller: Caller, body: Bytes) -> Response {
    if let Err(error) = shared.read::<Value>(&caller, &body) {
        return refuse(&error);
    }
    if let Some(token) = shared.origins.session_cookie(&caller.parts) {
        match shared.service.session_of_token(&token).await {
            Ok(Some((user, session))) => {
                // Somebody else may have ended it just now; the cookie goes all the same.
                if let Err(error) = shared.service.logout(&session, &user.id).await
                    && error.code != Code::NotFound
                {
                    return refuse(&error);
                }
            }
            Ok(None) => {}
            Err(error) => return refuse(&error),
        }
    }
    let gone = Cookie::build((COOKIE, "")).path("/").http_only(true).same_site(SameSite::Lax).removal().build();
    (CookieJar::new().add(gone), ok(&json!({}))).into_response()
}

impl Shared {
    /// A body from a page of ours.
    fn read<T: for<'de> Deserialize<'de>>(&self, caller: &Caller, body: &Bytes) -> Result<T, Error> {
        if !self.origins.is_ours(&caller.parts.headers, peer(&caller.parts)) {
            return Err(Error::new(Code::Forbidden, "This request comes from another site's page."));
        }
        let value = serde_json::from_slice(body).map_err(|_| Error::invalid("payload", "is not one JSON object"))?;
        parse_object(value)
    }

    fn keep(&self, caller: &Caller, token: &Token) -> CookieJar {
        let cookie = Cookie::build((COOKIE, token.as_str().to_owned()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.origins.is_https(&caller.parts.headers, peer(&caller.parts)))
            .max_age(YEAR);
        CookieJar::new().add(cookie)
    }
}

impl Caller {
    /// The address to throttle by.
    fn address(&self, shared: &Shared) -> String {
        shared.origins.client_address(&self.parts, peer(&self.parts))
    }

    /// The browser, as the list of sessions shows it.
    fn browser(&self) -> Option<ClientName> {
        let agent = self.parts.headers.get("user-agent")?.to_str().ok()?;
        let known = ["Firefox", "Edg", "Chrome", "Safari"].into_iter().find(|name| agent.contains(name));
        ClientName::parse(format!("web, {}", known.unwrap_or("a browser"))).ok()
    }
}

pub(super) fn ok(value: &impl Serialize) -> Json<Value> {
    Json(json!({ "ok": value }))
}

pub(super) fn refuse(error: &Error) -> Response {
    let status = match error.code {
        Code::Invalid | Code::UnknownEvent | Code::UpdateNeeded | Code::Unknown => StatusCode::BAD_REQUEST,
        Code::SignedOut | Code::WrongPassword => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::NameTaken | Code::Conflict | Code::OutOfOrder | Code::EpochChanged | Code::Deleted => StatusCode::CONFLICT,
        Code::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = (status, Json(json!({ "error": error }))).into_response();
    if let Some(wait) = error.retry_after_ms {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.div_ceil(1_000)));
    }
    response
}
