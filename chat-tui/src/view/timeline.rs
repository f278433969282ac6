//! The lines of a room. Laid out from the bottom up, and only as far as the screen shows them.

use std::collections::HashMap;
use std::rc::Rc;

use chat_proto::fold::{Line, LineBody};
use chat_proto::request::friend_list::Friendship;
use chat_proto::room::RoomKind;
use chat_proto::user::Author;
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::cache::Cache;
use super::paint;
use crate::layout::Row;
use crate::layout::message::{Around, Head, head};
use crate::layout::wrap::{width, wrap};
use crate::sanitize;
use crate::state::room::{Anchor, Room};
use crate::state::shown::Shown;
use crate::state::viewport::{Click, Hit, Viewport};
use crate::state::{Spot, State};
use crate::theme::{Role, Theme};
use crate::time;

/// With fewer lines than this above (or below) the screen, more are loaded.
const NEAR: usize = 30;

/// Draws the lines, and notes what is seen.
pub(super) fn draw(state: &State, theme: Theme, cache: &mut Cache, buffer: &mut Buffer, area: Rect, viewport: &mut Viewport) {
    let Some(room) = state.room() else {
        return nowhere(state, theme, buffer, area);
    };
    if area.height == 0 {
        return;
    }
    cache.shape(area.width, theme);
    let me = state.me.as_ref();
    let around = Around { theme, width: area.width, zone: &state.settings.zone, me: me.map(|me| &me.id), has_name: room.has_name() };
    let author = me.map(chat_proto::user::User::author);
    let shown = Shown::of(state);
    let first_new = shown.first_after(|room| room.new_after).map(|said| said.spot());
    let mut walk = Walk { state, room, shown, first_new, around, author, cache, blocks: HashMap::new() };
    let height = usize::from(area.height);
    let place = walk.place(height);
    viewport.room = Some(room.id().clone());
    viewport.height = area.height;
    let Some((bottom, cut)) = place else {
        viewport.near_top = true;
        // What is held of some friends is not shown before something of all of them is: the place is kept.
        viewport.anchor = if walk.shown.is_lacking() { room.scroll.anchor.clone() } else { Anchor::Bottom };
        empty(state, &walk.shown, theme, buffer, area);
        return;
    };
    let blocks = walk.blocks_up_from(&bottom, height + cut);
    walk.note(viewport, &blocks, &bottom, cut);
    paint_blocks(state, theme, buffer, area, &blocks, cut, viewport);
}

/// There is no room: none yet, or none at all.
fn nowhere(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let sentence = match state.link.unreached(&state.settings.url) {
        Some(sentence) => sentence,
        None if state.me.is_some() => words::NO_ROOMS.to_owned(),
        None => return,
    };
    let rows = wrap(&[(sanitize::line(&sentence).into_owned(), theme.style(Role::Muted))], usize::from(area.width).saturating_sub(2));
    for (row, mut line) in (1..).zip(rows) {
        line.spans.insert(0, Span::raw(" "));
        paint::line(buffer, area, row, &line);
    }
}

fn empty(state: &State, shown: &Shown<'_>, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let has_friends = || state.friends.iter().flatten().any(|friend| friend.state == Friendship::Friends);
    let sentence = match state.is_among_friends() {
        _ if shown.is_lacking() => words::LOADING,
        true if !shown.is_whole() => words::LOADING,
        true if has_friends() => words::FRIENDS_QUIET,
        true => words::NO_FRIENDS,
        false => words::EMPTY_ROOM,
    };
    let rows = wrap(&[(sentence.to_owned(), theme.style(Role::Muted))], usize::from(area.width).saturating_sub(2).max(1));
    let first = area.height.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX));
    for (row, mut line) in (first..area.height).zip(rows) {
        line.spans.insert(0, Span::raw(" "));
        paint::line(buffer, area, row, &line);
    }
}

/// Rows of one message, with what stands above it: the day, the line where the new begins.
struct Block {
    spot: Spot,
    rows: Rc<[Row]>,
    above: Vec<Row>,
}

impl Block {
    fn height(&self) -> usize {
        self.rows.len() + self.above.len()
    }
}

struct Walk<'a> {
    state: &'a State,
    room: &'a Room,
    shown: Shown<'a>,
    /// Above it stands the line that tells where the new begins.
    first_new: Option<Spot>,
    around: Around<'a>,
    author: Option<Author>,
    cache: &'a mut Cache,
    /// The blocks of this frame: placing the screen and drawing it look at the same ones.
    blocks: HashMap<Spot, Rc<Block>>,
}

impl Walk<'_> {
    fn block(&mut self, spot: &Spot) -> Rc<Block> {
        if let Some(known) = self.blocks.get(spot) {
            return Rc::clone(known);
        }
        let block = Rc::new(match spot {
            Spot::Line(..) => self.line_block(spot.clone()),
            Spot::Pending(_) => self.item_block(spot.clone()),
        });
        self.blocks.insert(spot.clone(), Rc::clone(&block));
        block
    }

    fn line_block(&mut self, spot: Spot) -> Block {
        let Some(said) = self.shown.line(&spot) else { return Block { spot, rows: Rc::new([]), above: Vec::new() } };
        let line = said.line;
        let above_line = self.shown.line_above(&said).map(|above| above.line);
        let new_here = self.first_new.as_ref() == Some(&spot);
        let mut above = Vec::new();
        if above_line.is_none() {
            above.extend(self.top_of_window());
        }
        above.extend(self.day_row(above_line.map(|line| line.time), line.time));
        if new_here {
            above.push(self.new_row());
        }
        let same_group = |other: &Line| matches!(other.body, LineBody::Message { .. }) && above.is_empty();
        let head =
            head(above_line.map(|other| (&other.author.id, other.time, same_group(other))), &line.author.id, line.time, self.around.zone);
        let around = self.around;
        let rows = self.cache.line(said.room.id(), line, head, || around.line(line, head));
        Block { spot, rows, above }
    }

    fn item_block(&mut self, spot: Spot) -> Block {
        let (Some(item), Some(author)) = (self.shown.item(&spot), &self.author) else {
            return Block { spot, rows: Rc::new([]), above: Vec::new() };
        };
        let last = || self.shown.last_line().map(|said| said.line);
        let before = match self.shown.item_above(&spot) {
            Some(before) => Some((&author.id, before.made, true)),
            None => last().map(|line| (&line.author.id, line.time, matches!(line.body, LineBody::Message { .. }))),
        };
        let day = self.day_row(before.map(|(_, time, _)| time), item.made);
        let head = if day.is_some() { Head { author: true, time: true } } else { head(before, &author.id, item.made, self.around.zone) };
        Block { spot, rows: self.around.item(item, author, head).into(), above: day.into_iter().collect() }
    }

    /// What stands over the first line that is held: the room's beginning, or that more is coming.
    fn top_of_window(&self) -> Vec<Row> {
        let quiet = self.around.theme.style(Role::Muted);
        let said = |sentence: String| {
            let mut rows = wrap(&[(sentence, quiet)], usize::from(self.around.width).saturating_sub(2).max(1));
            rows.iter_mut().for_each(|row| row.spans.insert(0, Span::raw(" ")));
            rows
        };
        match self.room.info.kind {
            _ if !self.shown.is_whole() => match self.state.shown_rooms().iter().any(|room| room.loading) {
                true => said(words::LOADING.to_owned()),
                false => vec![Row::default()],
            },
            RoomKind::Direct => said(words::fill(words::BEGINNING_WITH, &[("name", &sanitize::line(&self.room.label()))])),
            RoomKind::Friends => said(words::BEGINNING_OF_FRIENDS.to_owned()),
            RoomKind::Inbox => Vec::new(),
            RoomKind::Lobby | RoomKind::Public | RoomKind::Private | RoomKind::Unknown => {
                said(words::fill(words::BEGINNING, &[("room", self.room.info.name.as_str())]))
            }
        }
    }

    fn day_row(&self, before: Option<u64>, at: u64) -> Option<Row> {
        let zone = self.around.zone;
        let date = time::day(at, zone);
        if before.is_some_and(|before| time::day(before, zone) == date) {
            return None;
        }
        let words = format!(" {} ", time::day_in_words(date, time::day(self.state.date(), zone)));
        let wide = usize::from(self.around.width).saturating_sub(2);
        let line = wide.saturating_sub(width(&words));
        let (left, right) = (line / 2, line - line / 2);
        let dashes = |count: usize| Span::styled("─".repeat(count), self.around.theme.style(Role::Line));
        let day = Span::styled(words, self.around.theme.style(Role::Muted));
        Some(Row::from(vec![Span::raw(" "), dashes(left), day, dashes(right)]))
    }

    fn new_row(&self) -> Row {
        let wide = usize::from(self.around.width).saturating_sub(width(words::NEW) + 6);
        Row::styled(format!(" ── {} {}", words::NEW, "─".repeat(wide)), self.around.theme.style(Role::Error))
    }

    /// What stands at the bottom of the screen, and how many of its rows are below the edge.
    fn place(&mut self, height: usize) -> Option<(Spot, usize)> {
        let last = self.shown.last()?;
        let chosen = self.state.chosen.clone().filter(|chosen| self.shown.has(chosen));
        let mut place = match self.room.scroll.anchor.clone() {
            Anchor::At(spot, cut) if self.shown.has(&spot) => (spot, usize::from(cut)),
            Anchor::Middle(spot) if self.shown.has(&spot) => self.with_below(spot, height / 2),
            Anchor::Top(spot) if self.shown.has(&spot) => {
                let own = self.block(&spot).height();
                self.with_below(spot, height.saturating_sub(own))
            }
            Anchor::Bottom | Anchor::At(..) | Anchor::Middle(_) | Anchor::Top(_) => (last, 0),
        };
        place = self.moved(place, self.room.scroll.rows);
        place = self.filled(place, height);
        if chosen != self.cache.chosen {
            if let Some(chosen) = &chosen {
                place = self.bring_into_view(place, chosen, height);
            }
            self.cache.chosen = chosen;
        }
        Some(place)
    }

    /// The place at which so many rows are below this spot.
    fn with_below(&mut self, spot: Spot, mut rows: usize) -> (Spot, usize) {
        let mut bottom = spot;
        while let Some(next) = self.shown.below_spot(&bottom) {
            let tall = self.block(&next).height();
            bottom = next;
            if tall >= rows {
                return (bottom, tall - rows);
            }
            rows -= tall;
        }
        (bottom, 0)
    }

    /// The place so many rows further up.
    fn moved(&mut self, (mut spot, cut): (Spot, usize), rows: i32) -> (Spot, usize) {
        if rows >= 0 {
            let mut cut = cut + usize::try_from(rows).unwrap_or(0);
            loop {
                let tall = self.block(&spot).height();
                if cut < tall {
                    return (spot, cut);
                }
                match self.shown.above_spot(&spot) {
                    Some(before) => (spot, cut) = (before, cut - tall),
                    None => return (spot, tall.saturating_sub(1)),
                }
            }
        }
        let mut down = usize::try_from(-rows).unwrap_or(0);
        if down <= cut {
            return (spot, cut - down);
        }
        down -= cut;
        self.with_below(spot, down)
    }

    /// Not so far up that the screen would stay empty at the top.
    fn filled(&mut self, (spot, cut): (Spot, usize), height: usize) -> (Spot, usize) {
        let held: usize = self.blocks_up_from(&spot, height + cut).iter().map(|block| block.height()).sum();
        match (height + cut).checked_sub(held) {
            Some(lacking) if lacking > 0 => {
                let lacking = i32::try_from(lacking).unwrap_or(0);
                self.moved((spot, cut), -lacking)
            }
            _ => (spot, cut),
        }
    }

    fn bring_into_view(&mut self, place: (Spot, usize), chosen: &Spot, height: usize) -> (Spot, usize) {
        let (bottom, cut) = &place;
        let blocks = self.blocks_up_from(bottom, height + cut);
        let mut below = 0;
        for block in &blocks {
            below += block.height();
            if block.spot != *chosen {
                continue;
            }
            let over = below.saturating_sub(height + cut);
            return if block.spot == *bottom && *cut > 0 {
                (bottom.clone(), 0)
            } else if over > 0 {
                self.moved(place, i32::try_from(over).unwrap_or(0))
            } else {
                place
            };
        }
        let own = self.block(chosen).height();
        match chosen {
            Spot::Pending(_) => (chosen.clone(), 0),
            Spot::Line(..) if self.shown.is_below(chosen, bottom) => (chosen.clone(), 0),
            Spot::Line(..) => self.with_below(chosen.clone(), height.saturating_sub(own)),
        }
    }

    fn blocks_up_from(&mut self, bottom: &Spot, rows: usize) -> Vec<Rc<Block>> {
        let mut blocks = Vec::new();
        let mut held = 0;
        let mut spot = Some(bottom.clone());
        while let Some(here) = spot.filter(|_| held < rows) {
            let block = self.block(&here);
            held += block.height();
            blocks.push(block);
            spot = self.shown.above_spot(&here);
        }
        blocks
    }

    /// Notes what is seen, for the core.
    fn note(&self, viewport: &mut Viewport, blocks: &[Rc<Block>], bottom: &Spot, cut: usize) {
        let at_end = self.shown.below_spot(bottom).is_none();
        let live = self.state.is_among_friends() || self.room.shows_live();
        viewport.anchor =
            if at_end && cut == 0 && live { Anchor::Bottom } else { Anchor::At(bottom.clone(), u16::try_from(cut).unwrap_or(u16::MAX)) };
        if let Some(top) = blocks.last().and_then(|block| self.shown.line(&block.spot)) {
            let above = std::iter::successors(self.shown.line_above(&top), |said| self.shown.line_above(said));
            viewport.near_top = above.take(NEAR).count() < NEAR;
        }
        viewport.near_bottom = match self.shown.line(bottom) {
            // What friends say is held down to the end.
            Some(_) if self.state.is_among_friends() => true,
            Some(said) => {
                let below = std::iter::successors(self.shown.line_below(&said), |said| self.shown.line_below(said));
                below.take(NEAR).count() < NEAR
            }
            None => true,
        };
        viewport.below = if viewport.anchor == Anchor::Bottom { 0 } else { self.new_below() };
    }

    fn new_below(&self) -> usize {
        self.state.shown_rooms().iter().map(|room| room.new_below(self.around.me)).sum()
    }
}

fn paint_blocks(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect, blocks: &[Rc<Block>], cut: usize, viewport: &mut Viewport) {
    // The row after the last one of the block that is being drawn, seen from the area's top.
    let mut end = i64::from(area.height) + i64::try_from(cut).unwrap_or(0);
    for block in blocks {
        let start = end - i64::try_from(block.height()).unwrap_or(0);
        let chosen = state.chosen.as_ref() == Some(&block.spot);
        for (at, row) in (start..).zip(block.above.iter().map(|row| (row, false)).chain(block.rows.iter().map(|row| (row, true)))) {
            let Some(y) = u16::try_from(at).ok().filter(|y| *y < area.height) else { continue };
            paint::line(buffer, area, y, row.0);
            if chosen && row.1 {
                let ground = theme.style(Role::Selection);
                buffer.set_style(Rect { y: area.y + y, height: 1, ..area }, ground);
                if ground.add_modifier.contains(Modifier::REVERSED) || at == start + i64::try_from(block.above.len()).unwrap_or(0) {
                    buffer[(area.x, area.y + y)].set_symbol("▌");
                }
            }
        }
        let visible = |at: i64| area.y + u16::try_from(at.clamp(0, i64::from(area.height))).unwrap_or(0);
        let first = start + i64::try_from(block.above.len()).unwrap_or(0);
        viewport.hits.push(Hit {
            columns: (area.left(), area.right()),
            rows: (visible(first), visible(end)),
            target: Click::Message(block.spot.clone()),
        });
        end = start;
    }
}
