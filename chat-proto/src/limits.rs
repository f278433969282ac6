//! Every length, rate and window of the protocol, in one place. Lengths are fixed by the
//! protocol; what an operator may change stands in [`Limits`] and is told in `welcome`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Longest id, in bytes.
pub const ID: usize = 64;
/// Longest message text, in bytes of UTF-8.
pub const TEXT: usize = 16_384;
/// Most lines (line feeds and one) of a message text.
pub const TEXT_LINES: usize = 500;
/// Longest topic, in graphemes.
pub const TOPIC: usize = 300;
/// Longest room name, in characters.
pub const ROOM_NAME: usize = 40;
/// Longest identity, in characters.
pub const IDENTITY: usize = 32;
/// Longest display name, in graphemes.
pub const DISPLAY_NAME: usize = 64;
/// Longest display name, in bytes of UTF-8.
pub const DISPLAY_NAME_BYTES: usize = 512;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 8;
/// Longest password, in bytes.
pub const PASSWORD_MAX: usize = 1_024;
/// Longest reaction, in bytes of UTF-8 (one grapheme; family emoji are long).
pub const EMOJI: usize = 64;
/// Most different reactions on one message.
pub const EMOJI_PER_MESSAGE: usize = 32;
/// Most mentions in one message.
pub const MENTIONS: usize = 50;
/// Longest quote of the message that a reply answers, in characters.
pub const QUOTE: usize = 200;
/// Longest name of a client program, in bytes.
pub const CLIENT_NAME: usize = 100;
/// Most lines of one history page.
pub const PAGE_LINES: u32 = 200;
/// Longest text searched for in the list of rooms, in bytes.
pub const QUERY: usize = 200;
/// What join codes are made of: letters and digits that are not mistaken for one another.
pub const JOIN_CODE_ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Longest time that a join code may hold, in milliseconds (a year).
pub const JOIN_CODE_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
/// Most uses that a join code may have.
pub const JOIN_CODE_USES: u32 = 100_000;
/// Most people in one conversation, the one who opens it among them.
pub const DIRECT_PEOPLE: usize = 12;
/// Most friends of one account.
pub const FRIENDS: u32 = 500;
/// Most open questions of one account to be friends, and as many others' to it.
pub const FRIEND_QUESTIONS: u32 = 100;
/// Most tokens that one account has made and not revoked.
pub const TOKENS: u32 = 50;
/// Most rooms that a bot is put into with its token.
pub const TOKEN_ROOMS: usize = 50;
/// Most scopes that one token names.
pub const SCOPES: usize = 8;
/// Most people that one `user:find` tells.
pub const FOUND_PEOPLE: u32 = 50;
/// Longest query of a search, in bytes of UTF-8.
pub const SEARCH: usize = 500;
/// Most words and phrases of a query, excluded ones included.
pub const SEARCH_WORDS: usize = 32;
/// Most names, rooms and dates of a query.
pub const SEARCH_FILTERS: usize = 16;
/// Most hits of one page of a search.
pub const SEARCH_HITS: u32 = 50;
/// Hits of one page of a search where no number is asked for.
pub const SEARCH_HITS_DEFAULT: u32 = 20;
/// Most marked places of one hit.
pub const HIGHLIGHTS: usize = 100;
/// Longest cursor of a search, in bytes.
pub const SEARCH_CURSOR: usize = 100;
/// Most rooms whose cursors or presence one `sync` may name.
pub const SYNC_ROOMS: usize = 2_000;
/// Above this many members presence tells counts only.
pub const PRESENCE_MEMBERS: u32 = 200;
/// Largest `entries` frame that holds more than one entry, in bytes.
pub const FRAME: usize = 65_536;
/// Largest packet that the server reads, in bytes.
pub const PACKET: usize = 131_072;
/// How long somebody counts as typing after the last word of it, in milliseconds.
pub const TYPING_MS: u64 = 6_000;
/// How long after the last connection's end somebody counts as offline, in milliseconds.
pub const OFFLINE_MS: u64 = 30_000;
/// How long without a key somebody counts as away, in milliseconds; the client tells.
pub const AWAY_MS: u64 = 600_000;

/// What this server allows, told in `welcome`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct Limits {
    /// Most bytes of a message text.
    pub text: u32,
    /// Most unanswered sends of one connection.
    pub in_flight: u32,
    /// Most lines of one history page.
    pub page_lines: u32,
    /// Most log rows that one history page looks at.
    pub page_scan: u32,
    /// Who is more entries behind than this starts anew at the head.
    pub catch_up: u32,
    /// Messages of one user at once before the rate counts.
    pub message_burst: u32,
    /// Messages of one user per second after the burst.
    pub messages_per_second: u32,
    /// Milliseconds between two `sync` of a quiet connection.
    pub sync_ms: u32,
    /// Milliseconds for which a `typing:set` holds.
    pub typing_ms: u32,
    /// Most friends of one account.
    pub friends: u32,
    /// Most open questions of one account to be friends, and as many others' to it.
    pub friend_questions: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: TEXT as u32,
            in_flight: 64,
            page_lines: PAGE_LINES,
            page_scan: 1_000,
            catch_up: 1_000,
            message_burst: 300,
            messages_per_second: 25,
            sync_ms: 30_000,
            typing_ms: TYPING_MS as u32,
            friends: FRIENDS,
            friend_questions: FRIEND_QUESTIONS,
        }
    }
}

/// How much one bot may write; told in the `welcome` of a bot in the place of everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BotLimits {
    /// Messages of one bot at once before the rate counts.
    pub message_burst: u32,
    /// Messages of one bot per second after the burst.
    pub messages_per_second: u32,
}

impl Default for BotLimits {
    fn default() -> Self {
        Self { message_burst: 300, messages_per_second: 100 }
    }
}
