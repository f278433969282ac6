//! What a bot may do, in words: as they are typed behind a command, and as they are drawn.

use chat_proto::request::token_create::{Scope, TokenCreated};

/// The word for it.
#[must_use]
pub fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Send => "send",
        Scope::Hook => "hook",
    }
}

/// The scope that is called so.
#[must_use]
pub fn parse(text: &str) -> Option<Scope> {
    [Scope::Read, Scope::Send, Scope::Hook].into_iter().find(|scope| word(*scope).eq_ignore_ascii_case(text))
}

/// The address of a new token's webhook, below the server's own, if it has one.
#[must_use]
pub fn webhook(url: &str, TokenCreated { token, info, .. }: &TokenCreated) -> Option<String> {
    let has_one = info.scopes.contains(&Scope::Hook);
    has_one.then(|| format!("{}/hooks/{}/{}", url.trim_end_matches('/'), info.id, token.as_str()))
}
