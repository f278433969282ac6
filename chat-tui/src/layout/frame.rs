//! Where the parts of the screen stand.

use ratatui::layout::Rect;

use crate::state::State;
use crate::state::viewport::{THREE_COLUMNS, TWO_COLUMNS};

/// The parts of the screen. What does not fit is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The list of rooms; over the timeline on a narrow screen.
    pub rooms: Rect,
    /// The list of people.
    pub people: Rect,
    /// Room, topic, how many are here.
    pub header: Rect,
    /// The lines.
    pub timeline: Rect,
    /// Who is typing; what is new below.
    pub typing: Rect,
    /// That lines wait, and one sentence.
    pub notices: Rect,
    /// What the composer is doing.
    pub label: Rect,
    /// The composer.
    pub composer: Rect,
    /// Hints, and the state of the connection.
    pub status: Rect,
}

/// How many columns the side lists have, with the line beside them.
const ROOMS: u16 = 17;
const ROOMS_WIDE: u16 = 20;
const PEOPLE: u16 = 21;

/// Whether the list of rooms is shown.
#[must_use]
pub fn shows_rooms(state: &State) -> bool {
    (state.screen.0 >= TWO_COLUMNS) != state.rooms_toggled
}

/// The columns of the timeline and what is under it.
#[must_use]
pub fn middle(state: &State) -> (u16, u16) {
    let width = state.screen.0;
    let left = match (shows_rooms(state), width) {
        (true, THREE_COLUMNS..) => ROOMS_WIDE,
        (true, TWO_COLUMNS..) => ROOMS,
        _ => 0,
    };
    let right = if state.shows_people() && width >= TWO_COLUMNS { PEOPLE } else { 0 };
    (left, width.saturating_sub(left + right))
}

/// Divides the screen. `composer`, `notices` and `label` are the rows that these need.
#[must_use]
pub fn frame(state: &State, composer: u16, notices: u16, label: u16) -> Frame {
    let (width, height) = state.screen;
    let (left, middle) = middle(state);
    let body = height.saturating_sub(1);
    let mut frame = Frame { status: Rect::new(0, body, width, height.min(1)), ..Frame::default() };
    let mut rows = Rows { left, width: middle, top: 0, bottom: body };
    frame.header = rows.take_top(1);
    if height > 12 {
        rows.take_top(1);
    }
    frame.composer = rows.take_bottom(composer.clamp(1, (height / 3).max(1)));
    frame.label = rows.take_bottom(label);
    frame.notices = rows.take_bottom(notices);
    frame.typing = rows.take_bottom(1);
    frame.timeline = Rect::new(left, rows.top, middle, rows.bottom.saturating_sub(rows.top));
    if shows_rooms(state) {
        // On a narrow screen it slides over the timeline.
        frame.rooms = Rect::new(0, 0, if left > 0 { left } else { ROOMS.min(width) }, body);
    }
    if state.shows_people() {
        let people = PEOPLE.min(width);
        frame.people = Rect::new(width - people, 0, people, body);
    }
    frame
}

struct Rows {
    left: u16,
    width: u16,
    top: u16,
    bottom: u16,
}

impl Rows {
    fn take_top(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.bottom.saturating_sub(self.top));
        self.top += rows;
        Rect::new(self.left, self.top - rows, self.width, rows)
    }

    fn take_bottom(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.bottom.saturating_sub(self.top));
        self.bottom -= rows;
        Rect::new(self.left, self.bottom, self.width, rows)
    }
}
