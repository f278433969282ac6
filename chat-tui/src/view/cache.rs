//! Wrapped messages, kept while they look the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use chat_proto::fold::{Line, LineBody};
use chat_proto::id::RoomId;
use chat_proto::place::Seq;

use crate::layout::Row;
use crate::layout::message::Head;
use crate::state::Spot;
use crate::theme::Theme;

/// So many are kept: many screens full.
const MOST: usize = 4_000;

/// What the rows were made of, and the rows.
type Wrapped = (u64, Rc<[Row]>);

/// Wrapped messages, and what the screen showed last.
#[derive(Debug, Default)]
pub struct Cache {
    rows: HashMap<(RoomId, Seq), Wrapped>,
    shape: Option<(u16, Theme)>,
    /// The choice that was last brought into view.
    pub(super) chosen: Option<Spot>,
    /// How often a message was laid out, for a test that watches the cost of a frame.
    pub laid_out: u64,
}

impl Cache {
    /// Forgets everything when the width or the theme is another one.
    pub(super) fn shape(&mut self, width: u16, theme: Theme) {
        if self.shape != Some((width, theme)) || self.rows.len() > MOST {
            self.rows.clear();
            self.shape = Some((width, theme));
        }
    }

    /// The rows of a line, laid out when it is new or has changed.
    pub(super) fn line(&mut self, room: &RoomId, line: &Line, head: Head, lay_out: impl FnOnce() -> Vec<Row>) -> Rc<[Row]> {
        let print = fingerprint(line, head);
        if let Some((known, rows)) = self.rows.get(&(room.clone(), line.seq))
            && *known == print
        {
            return Rc::clone(rows);
        }
        self.laid_out += 1;
        let rows: Rc<[Row]> = lay_out().into();
        self.rows.insert((room.clone(), line.seq), (print, Rc::clone(&rows)));
        rows
    }
}

/// Changes with everything that is drawn of the line.
fn fingerprint(line: &Line, head: Head) -> u64 {
    let mut hasher = DefaultHasher::new();
    (head, &line.id, line.author.name.as_str(), line.author.color.as_str()).hash(&mut hasher);
    match &line.body {
        LineBody::Message { content, mentions, reply_to, edited, deleted, reactions } => {
            (&content.text, mentions, edited, deleted).hash(&mut hasher);
            reply_to.as_ref().map(|quote| (quote.seq, &quote.text)).hash(&mut hasher);
            for reaction in reactions {
                (reaction.emoji.as_str(), reaction.count, reaction.mine).hash(&mut hasher);
            }
        }
        LineBody::Topic { .. }
        | LineBody::Create { .. }
        | LineBody::Join
        | LineBody::Leave
        | LineBody::Invite(_)
        | LineBody::Add(_)
        | LineBody::Remove(_)
        | LineBody::Role(_)
        | LineBody::Settings(_)
        | LineBody::Invited(_)
        | LineBody::Removed(_)
        | LineBody::FriendNews(_)
        | LineBody::FriendNote(_)
        | LineBody::Other { .. } => {}
    }
    hasher.finish()
}
