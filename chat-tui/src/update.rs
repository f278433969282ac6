//! What becomes of the state when something happens. Pure: what is to be done in the world comes
//! back as effects.
//!
//! - [`action`]: an arm for everything that a person can do;
//! - `keys`, `popup`, `mouse`, `compose`, `message`, `rooms`, `scroll`, `find`, `account`, `people`,
//!   `direct`, `friends`, `invite`, `roles`, `settings`: what people do;
//! - `link`, `wire`, `answer`, `sync`, `history`, `merged`, `queue`, `drafts`, `cache`, `pair`, `stranded`, `read`: what goes between client and server;
//! - [`tick`]: what is due by the clock.

use crate::effect::Effect;
use crate::event::{Event, Link};
use crate::state::State;
use crate::state::viewport::{THREE_COLUMNS, TWO_COLUMNS};

pub mod action;
pub mod mentions;
pub mod tick;

mod account;
mod announce;
mod answer;
mod ask;
mod bots;
mod cache;
mod compose;
mod direct;
mod drafts;
mod find;
mod friends;
mod history;
mod invite;
mod keys;
mod link;
mod merged;
mod message;
mod mouse;
mod pair;
mod people;
mod popup;
mod queue;
mod read;
mod roles;
mod rooms;
mod scroll;
mod search;
mod settings;
mod stranded;
mod sync;
mod wire;

/// Effects under way.
type Fx = Vec<Effect>;

/// Begins: opens the connection, and shows meanwhile what is kept.
pub fn start(state: &mut State) -> Vec<Effect> {
    let mut fx = Vec::new();
    link::open(state, &mut fx);
    fx.extend(cache::pair_of_token(state).map(Effect::Load));
    fx
}

/// Ends: keeps what is not kept yet.
pub fn end(state: &mut State) -> Vec<Effect> {
    let mut fx = Vec::new();
    cache::keep_all(state, &mut fx);
    drafts::keep(state, &mut fx);
    drafts::seal(state, &mut fx);
    fx
}

/// Takes an event in, and tells what is to be done.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let mut fx = Vec::new();
    match event {
        Event::Time(now) => {
            state.now = state.now.max(now);
            tick::run(state, &mut fx);
        }
        Event::Date(date) => state.date_ahead = i64::try_from(date).unwrap_or(i64::MAX).saturating_sub_unsigned(state.now),
        Event::Resize(columns, rows) => {
            let changes = |edge| (state.screen.0 >= edge) != (columns >= edge);
            let (rooms, people) = (changes(TWO_COLUMNS), changes(THREE_COLUMNS));
            // What was shown by hand on the old screen is nothing that was asked for on the new one.
            state.rooms_toggled &= !rooms;
            state.people_toggled &= !people;
            state.screen = (columns, rows);
            rooms::learn_roles(state, &mut fx);
        }
        Event::Key(key) => keys::key(state, key, &mut fx),
        Event::Paste(text) => keys::paste(state, &text, &mut fx),
        Event::Focus(focused) => read::focus(state, focused, &mut fx),
        Event::Mouse(mouse, column, row) => mouse::mouse(state, mouse, column, row, &mut fx),
        Event::Link(number, event) if number == state.link.number => {
            state.link.heard_at = state.now;
            match event {
                Link::Refused(error) => link::refused(state, error, &mut fx),
                Link::Down(reason) => {
                    state.link.reason = Some(reason);
                    link::down(state, &mut fx);
                }
                Link::Wire(event) => {
                    link::heard(state);
                    wire::event(state, event, &mut fx);
                }
                Link::Unreadable(what) => state.complain(format!("The server said something that this program cannot read: {what}")),
            }
        }
        Event::Link(..) => {}
        Event::Loaded(kept) => pair::loaded(state, kept, &mut fx),
        Event::Stranded(found) => stranded::found(state, found),
        Event::NotKept(changes, reason) => queue::not_kept(state, changes, reason),
        Event::Jump(id, seq) => rooms::jump(state, &id, seq, &mut fx),
        Event::Credentials(credentials) => account::credentials(state, credentials, &mut fx),
        Event::Drawn(viewport) => scroll::drawn(state, viewport, &mut fx),
        Event::Edited(Ok(text)) => state.composer.set(text.trim_end_matches('\n')),
        Event::Edited(Err(reason)) | Event::Trouble(reason) => state.complain(reason),
    }
    stranded::offer(state);
    if state.quit_at.is_some() && state.outbox.open() == 0 {
        fx.push(Effect::Quit);
    }
    fx
}
