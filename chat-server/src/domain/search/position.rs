//! How far a search has come, as its cursor says it.

use chat_proto::error::{Code, Error};
use chat_proto::id::RoomId;
use chat_proto::place::Seq;
use chat_proto::request::search_read::SearchCursor;

/// The next page holds what was said before this.
///
/// Messages have numbers over all rooms in the store, which a cursor must not tell: their gaps say
/// how much is said where the reader is not. It names a message that the reader may read instead, or
/// a block of the index, which is far too coarse to tell anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// This message.
    Message(RoomId, Seq),
    /// This block of the index.
    Block(u64),
}

impl Position {
    /// What the cursor says; none when it is none of ours.
    #[must_use]
    pub fn read(cursor: &SearchCursor) -> Option<Self> {
        let text = cursor.as_str();
        if let Some(block) = text.strip_prefix('b') {
            return block.parse().ok().map(Self::Block);
        }
        let (seq, room) = text.strip_prefix('m')?.split_once('.')?;
        Some(Self::Message(RoomId::parse(room).ok()?, seq.parse().ok()?))
    }

    /// The cursor that says it.
    #[must_use]
    pub fn cursor(&self) -> SearchCursor {
        let text = match self {
            Self::Message(room, seq) => format!("m{seq}.{room}"),
            Self::Block(block) => format!("b{block}"),
        };
        SearchCursor::parse(text).unwrap_or_else(|reason| unreachable!("a made cursor {reason}"))
    }
}

/// The refusal of a cursor that leads nowhere: none of ours, or of a room that the reader has left.
#[must_use]
pub fn search_again() -> Error {
    let mut error = Error::new(Code::Invalid, "The search cannot go on from there. Search again.");
    error.field = Some("before".to_owned());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_what_was_put_in() {
        let longest = RoomId::parse("x.y".to_owned() + &"z".repeat(61)).unwrap();
        for position in [Position::Message(longest, (1 << 53) - 1), Position::Block(u64::MAX)] {
            assert_eq!(Position::read(&position.cursor()), Some(position));
        }
        for wrong in ["x", "m", "m5", "mx.room", "m5.", "b", "b-1", "5"] {
            assert_eq!(Position::read(&SearchCursor::parse(wrong).unwrap()), None, "{wrong}");
        }
    }
}
