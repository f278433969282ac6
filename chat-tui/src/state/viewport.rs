//! What of the screen is seen, told by the view after each drawing: the core scrolls, loads and
//! understands clicks by it.

use chat_proto::id::RoomId;

use super::Spot;
use super::room::Anchor;

/// What is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    /// The room whose lines are drawn.
    pub room: Option<RoomId>,
    /// What the screen hangs on, with all moving done.
    pub anchor: Anchor,
    /// Rows that the lines have on the screen.
    pub height: u16,
    /// Whether the top of what is held can be seen, or nearly.
    pub near_top: bool,
    /// Whether its end can be seen, or nearly.
    pub near_bottom: bool,
    /// How many messages stand below the screen.
    pub below: usize,
    /// What a click hits.
    pub hits: Vec<Hit>,
}

/// Something that can be clicked, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its columns: first, and the one after the last.
    pub columns: (u16, u16),
    /// Its rows: first, and the one after the last.
    pub rows: (u16, u16),
    /// What it is.
    pub target: Click,
}

/// What can be clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Click {
    /// A room in the list.
    Room(RoomId),
    /// A message.
    Message(Spot),
    /// A row of the popup.
    Choice(usize),
    /// "n new below".
    Below,
}

impl Viewport {
    /// What is there; what lies on top first.
    #[must_use]
    pub fn hit(&self, column: u16, row: u16) -> Option<&Click> {
        let inside = |(from, to): (u16, u16), at: u16| (from..to).contains(&at);
        self.hits.iter().rev().find(|hit| inside(hit.columns, column) && inside(hit.rows, row)).map(|hit| &hit.target)
    }
}

/// Rows that a hit of the search has.
pub const FIND_ROWS: u16 = 2;
/// From so many columns on, the rooms stand beside the timeline.
pub const TWO_COLUMNS: u16 = 70;
/// From so many columns on, the people do too.
pub const THREE_COLUMNS: u16 = 110;
