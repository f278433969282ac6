//! The lines on the screen, in order: those of one room, or of what all friends say, merged; and
//! below them what is on its way.
//!
//! What friends say stands in as many rooms as there are friends. Their lines are merged by (time,
//! room, seq), and shown only down to the *horizon*: the newest, over all rooms of which older lines
//! are not held, of the oldest lines that are. So there is never a hole in what is shown. Merging is
//! for drawing alone: what is held, read and healed stays each room's own.

use std::cell::RefCell;

use chat_proto::fold::{Line, LineBody};
use chat_proto::id::RoomId;
use chat_proto::place::{Millis, Seq};

use super::outbox::Item;
use super::room::Room;
use super::{Spot, State};

/// The lines on the screen.
pub struct Shown<'a> {
    /// What is held of each room, by the room's id.
    windows: Vec<Window<'a>>,
    /// Whether it is what friends say: then messages alone are shown.
    merged: bool,
    /// Nothing that stands before it is shown.
    horizon: Option<Key>,
    /// Rooms of which nothing is held that could be shown.
    lacking: Vec<&'a Room>,
    /// What is on its way.
    pending: Vec<&'a Item>,
    /// Where the last step up ended: screens are laid out from the bottom up.
    frontier: RefCell<Option<Frontier<'a>>>,
}

/// A line, and the room in whose log it stands.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// The room.
    pub room: &'a Room,
    /// The line.
    pub line: &'a Line,
}

/// What is held of one room without a hole.
struct Window<'a> {
    room: &'a Room,
    from: Seq,
    to: Seq,
}

/// Where a line stands among all: its time, its room by the place of its window, its seq.
type Key = (Millis, usize, Seq);

/// Below every line.
const THE_END: Key = (Millis::MAX, usize::MAX, Seq::MAX);

/// The newest line of each window that stands above a place, and the step that led there: it is asked for
/// again, by whoever draws the line below.
struct Frontier<'a> {
    under: Key,
    above: Vec<Option<&'a Line>>,
    last: Option<(Key, Option<Said<'a>>)>,
}

impl Said<'_> {
    /// How the screen calls it.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot::Line(self.room.id().clone(), self.line.seq)
    }
}

impl<'a> Shown<'a> {
    /// What is shown of the room on the screen.
    #[must_use]
    pub fn of(state: &'a State) -> Self {
        let Some(room) = state.room() else { return Self::merged([], true) };
        let (mut shown, live) = if room.is_friends() {
            (Self::merged(state.friends_rooms(), state.link.is_online()), true)
        } else {
            (Self::single(room), room.shows_live())
        };
        if live {
            shown.pending = state.outbox.lines(room.id()).collect();
        }
        shown
    }

    /// The lines of one room.
    #[must_use]
    pub fn single(room: &'a Room) -> Self {
        let windows = room.window().map(|(from, to)| Window { room, from, to });
        let lacking = if windows.is_none() { vec![room] } else { Vec::new() };
        let windows = windows.into_iter().collect();
        Self { windows, merged: false, horizon: None, lacking, pending: Vec::new(), frontier: RefCell::default() }
    }

    /// What is said in these rooms, which come in the order of their ids. Whether the rest `can_come`: as
    /// long as it cannot, a room of which nothing is held hides nothing of the others.
    #[must_use]
    pub fn merged(rooms: impl IntoIterator<Item = &'a Room>, can_come: bool) -> Self {
        let (mut windows, mut lacking) = (Vec::new(), Vec::new());
        for room in rooms {
            match room.timeline.live_window() {
                Some((from, to)) => windows.push(Window { room, from, to }),
                None => lacking.push(room),
            }
        }
        let hides = can_come && !lacking.is_empty();
        let mut shown = Self { windows, merged: true, horizon: None, lacking, pending: Vec::new(), frontier: RefCell::default() };
        if hides {
            shown.windows.clear();
        }
        shown.horizon = shown.oldest_held().map(|(key, _)| key).max();
        shown
    }

    /// Of each room with older lines that are not held: where the oldest one stands that is, and how to go on
    /// from there. Before a room without any, nothing is shown.
    fn oldest_held(&self) -> impl Iterator<Item = (Key, &Window<'a>)> {
        let with_older = self.windows.iter().enumerate().filter(|(_, window)| window.from > 1);
        with_older.map(|(index, window)| {
            let oldest = window.room.timeline.lines_in(window.from..=window.to).next();
            (oldest.map_or(THE_END, |line| (line.time, index, line.seq)), window)
        })
    }

    /// The rooms that say how far up is shown, each with the entry before which its next page ends; without
    /// one it begins with the newest page.
    #[must_use]
    pub fn to_be_loaded(&self) -> Vec<(RoomId, Option<Seq>)> {
        if !self.lacking.is_empty() {
            return self.lacking.iter().map(|room| (room.id().clone(), None)).collect();
        }
        let at_horizon = self.oldest_held().filter(|(key, _)| Some(*key) == self.horizon);
        at_horizon.map(|(_, window)| (window.room.id().clone(), Some(window.from))).collect()
    }

    /// Whether a room is missing of which the newest page is not here yet.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        !self.lacking.is_empty()
    }

    /// Whether the first line of all is the first one of the logs.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.lacking.is_empty() && self.windows.iter().all(|window| window.from == 1)
    }

    /// The newest line.
    #[must_use]
    pub fn last_line(&self) -> Option<Said<'a>> {
        if let ([window], false) = (self.windows.as_slice(), self.merged) {
            return window.lines().next_back().map(|line| window.said(line));
        }
        self.above(THE_END)
    }

    /// The line above this one.
    #[must_use]
    pub fn line_above(&self, said: &Said<'a>) -> Option<Said<'a>> {
        let (index, window) = self.window(said.room.id())?;
        if !self.merged {
            return window.above(said.line.seq).map(|line| window.said(line));
        }
        self.above((said.line.time, index, said.line.seq))
    }

    /// The line below this one.
    #[must_use]
    pub fn line_below(&self, said: &Said<'a>) -> Option<Said<'a>> {
        let (own, window) = self.window(said.room.id())?;
        if !self.merged {
            return window.below(said.line.seq).map(|line| window.said(line));
        }
        let here = (said.line.time, own);
        let next = self.windows.iter().enumerate().filter_map(|(index, window)| {
            let first = if index == own { window.below(said.line.seq) } else { window.oldest_from(|line| (line.time, index) > here) };
            let mut lines = std::iter::successors(first, |line| window.below(line.seq));
            lines.find(|line| is_said(line)).map(|line| ((line.time, index, line.seq), window.said(line)))
        });
        next.min_by_key(|(key, _)| *key).map(|(_, said)| said)
    }

    /// The line below this one, or the one above.
    #[must_use]
    pub fn line_beside(&self, said: &Said<'a>, below: bool) -> Option<Said<'a>> {
        if below { self.line_below(said) } else { self.line_above(said) }
    }

    /// The lines, the newest first.
    pub fn lines_up(&self) -> impl Iterator<Item = Said<'a>> {
        std::iter::successors(self.last_line(), |said| self.line_above(said))
    }

    /// The first line that is newer than its room's mark, where `mark` tells one.
    #[must_use]
    pub fn first_after(&self, mark: impl Fn(&Room) -> Option<Seq>) -> Option<Said<'a>> {
        let firsts = self.windows.iter().enumerate().filter_map(|(index, window)| {
            let from = window.from.max(mark(window.room)? + 1);
            let mut lines = window.room.timeline.lines_in(from..from.max(window.to + 1));
            let first = lines.find(|line| (!self.merged || is_said(line)) && self.is_in_view((line.time, index, line.seq)))?;
            Some(((first.time, index, first.seq), window.said(first)))
        });
        firsts.min_by_key(|(key, _)| *key).map(|(_, said)| said)
    }

    /// The line of a spot, where it is shown.
    #[must_use]
    pub fn line(&self, spot: &Spot) -> Option<Said<'a>> {
        let Spot::Line(room, seq) = spot else { return None };
        let (index, window) = self.window(room)?;
        let line = window.room.timeline.line(*seq).filter(|_| (window.from..=window.to).contains(seq))?;
        let is_shown = !self.merged || (is_said(line) && self.is_in_view((line.time, index, *seq)));
        is_shown.then(|| window.said(line))
    }

    /// What is on its way, by its spot.
    #[must_use]
    pub fn item(&self, spot: &Spot) -> Option<&'a Item> {
        self.pending_at(spot).map(|at| self.pending[at])
    }

    /// The item on its way that stands above this one.
    #[must_use]
    pub fn item_above(&self, spot: &Spot) -> Option<&'a Item> {
        Some(self.pending[self.pending_at(spot)?.checked_sub(1)?])
    }

    /// Whether it is on the screen, or would be after scrolling.
    #[must_use]
    pub fn has(&self, spot: &Spot) -> bool {
        self.line(spot).is_some() || self.pending_at(spot).is_some()
    }

    /// The lowest spot.
    #[must_use]
    pub fn last(&self) -> Option<Spot> {
        let last_pending = self.pending.last().map(|item| Spot::Pending(item.client_id.clone()));
        last_pending.or_else(|| self.last_line().map(|said| said.spot()))
    }

    /// The spot above this one.
    #[must_use]
    pub fn above_spot(&self, spot: &Spot) -> Option<Spot> {
        match (self.line(spot), self.pending_at(spot)) {
            (Some(said), _) => self.line_above(&said).map(|said| said.spot()),
            (None, Some(0)) => self.last_line().map(|said| said.spot()),
            (None, Some(at)) => Some(Spot::Pending(self.pending[at - 1].client_id.clone())),
            (None, None) => None,
        }
    }

    /// The spot below this one.
    #[must_use]
    pub fn below_spot(&self, spot: &Spot) -> Option<Spot> {
        let pending = |at: usize| self.pending.get(at).map(|item| Spot::Pending(item.client_id.clone()));
        match (self.line(spot), self.pending_at(spot)) {
            (Some(said), _) => self.line_below(&said).map(|said| said.spot()).or_else(|| pending(0)),
            (None, Some(at)) => pending(at + 1),
            (None, None) => None,
        }
    }

    /// Whether a line stands below another spot.
    #[must_use]
    pub fn is_below(&self, spot: &Spot, other: &Spot) -> bool {
        let key = |spot| self.line(spot).and_then(|said| Some((said.line.time, self.window(said.room.id())?.0, said.line.seq)));
        match (key(spot), key(other)) {
            (Some(key), Some(other)) if self.merged => key > other,
            (Some((_, _, seq)), Some((_, _, other))) => seq > other,
            _ => false,
        }
    }

    fn pending_at(&self, spot: &Spot) -> Option<usize> {
        let Spot::Pending(client_id) = spot else { return None };
        self.pending.iter().position(|item| item.client_id == *client_id)
    }

    fn window(&self, room: &RoomId) -> Option<(usize, &Window<'a>)> {
        let index = self.windows.binary_search_by(|window| window.room.id().cmp(room)).ok()?;
        Some((index, &self.windows[index]))
    }

    fn is_in_view(&self, key: Key) -> bool {
        self.horizon.is_none_or(|horizon| key >= horizon)
    }

    /// The newest line of all windows that stands above this place. The next step up goes on from there, so
    /// that a screen costs one look into each window and not one for each row.
    fn above(&self, place: Key) -> Option<Said<'a>> {
        let mut kept = self.frontier.borrow_mut();
        let mut frontier = match kept.take() {
            Some(frontier) if frontier.under == place || frontier.last.is_some_and(|(asked, _)| asked == place) => frontier,
            _ => Frontier { under: place, above: self.newest_above(place), last: None },
        };
        let found = match frontier.last {
            Some((asked, found)) if asked == place => found,
            _ => self.step_up(&mut frontier),
        };
        *kept = Some(frontier);
        found
    }

    fn step_up(&self, frontier: &mut Frontier<'a>) -> Option<Said<'a>> {
        let newest = frontier.above.iter().enumerate().filter_map(|(index, line)| line.map(|line| (line.time, index, line.seq, line)));
        let found = newest.max_by_key(|(time, index, seq, _)| (*time, *index, *seq)).map(|(time, index, seq, line)| {
            let window = &self.windows[index];
            ((time, index, seq), Said { room: window.room, line }, window.said_above(seq))
        });
        let asked = frontier.under;
        let said = found.map(|(key, said, next)| {
            frontier.under = key;
            frontier.above[key.1] = next;
            (key, said)
        });
        let said = said.filter(|(key, _)| self.is_in_view(*key)).map(|(_, said)| said);
        frontier.last = Some((asked, said));
        said
    }

    fn newest_above(&self, place: Key) -> Vec<Option<&'a Line>> {
        let above = |(index, window): (usize, &Window<'a>)| {
            let newest = window.newest_to(|line| (line.time, index, line.seq) < place)?;
            if is_said(newest) { Some(newest) } else { window.said_above(newest.seq) }
        };
        self.windows.iter().enumerate().map(above).collect()
    }
}

impl<'a> Window<'a> {
    fn lines(&self) -> impl DoubleEndedIterator<Item = &'a Line> + use<'a> {
        self.room.timeline.lines_in(self.from..(self.to + 1).max(self.from))
    }

    fn said(&self, line: &'a Line) -> Said<'a> {
        Said { room: self.room, line }
    }

    fn above(&self, seq: Seq) -> Option<&'a Line> {
        (self.from < seq).then(|| self.room.timeline.lines_in(self.from..seq).next_back()).flatten()
    }

    fn below(&self, seq: Seq) -> Option<&'a Line> {
        (seq < self.to).then(|| self.room.timeline.lines_in(seq + 1..=self.to).next()).flatten()
    }

    fn said_above(&self, seq: Seq) -> Option<&'a Line> {
        std::iter::successors(self.above(seq), |line| self.above(line.seq)).find(|line| is_said(line))
    }

    /// The newest line for which that holds; it holds for all that are older.
    fn newest_to(&self, holds: impl Fn(&Line) -> bool) -> Option<&'a Line> {
        let last = self.lines().next_back().filter(|line| holds(line));
        // Whoever has said nothing for long needs no search.
        if last.is_some() {
            return last;
        }
        let (mut from, mut to, mut found) = (self.from, self.to, None);
        while from <= to {
            let middle = from + (to - from) / 2;
            match self.room.timeline.lines_in(middle..=to).next().filter(|line| holds(line)) {
                Some(line) => (found, from) = (Some(line), line.seq + 1),
                None => to = middle - 1,
            }
        }
        found
    }

    /// The oldest line for which that holds; it holds for all that are newer.
    fn oldest_from(&self, holds: impl Fn(&Line) -> bool) -> Option<&'a Line> {
        match self.newest_to(|line| !holds(line)) {
            Some(line) => self.below(line.seq),
            None => self.lines().next(),
        }
    }
}

/// Whether somebody says it: who became whose friend is told in the inbox, to those whom it concerns.
#[must_use]
pub fn is_said(line: &Line) -> bool {
    match line.body {
        LineBody::Message { .. } | LineBody::Other { .. } => true,
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
        | LineBody::FriendNote(_) => false,
    }
}
