//! Searching what was said.

use chat_proto::error::{Code, Error};
use chat_proto::limits::{SEARCH_HITS, SEARCH_HITS_DEFAULT};
use chat_proto::request::SearchRead;
use chat_proto::request::search_read::SearchReply;

use crate::domain::rates::Rates;
use crate::domain::search::{Position, parse, search_again};
use crate::service::{Caller, Service, lock, unavailable};
use crate::storage::Search;

/// Searches of one user at once, as when somebody types and looks; then one in half a second.
const SEARCH_BURST: u32 = 20;
const SEARCH_INTERVAL_MS: u64 = 500;

/// How often each user may search: a search costs more than any other reading.
pub(super) fn rates() -> Rates {
    Rates::every_ms(SEARCH_BURST, SEARCH_INTERVAL_MS)
}

impl Service {
    /// One page of what the caller may read and searches for.
    pub(super) async fn search(&self, caller: &Caller, request: &SearchRead) -> Result<SearchReply, Error> {
        lock(&self.search_rates).take(&caller.user.id, self.now()).map_err(|wait| {
            let seconds = wait.div_ceil(1_000);
            Error::new(Code::SlowDown, format!("Too many searches. Go on in {seconds} s.")).after(wait)
        })?;
        let asked = parse(&request.query)?;
        let before = match &request.before {
            Some(cursor) => Some(Position::read(cursor).ok_or_else(search_again)?),
            None => None,
        };
        let limit = request.limit.unwrap_or(SEARCH_HITS_DEFAULT).clamp(1, SEARCH_HITS) as usize;
        let search = Search { asked, room: request.room.clone(), before, limit };
        self.store.search(&caller.user, &search).await.map_err(|error| unavailable(&error))?
    }
}
