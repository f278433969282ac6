//! The composer: what is written becomes a message, an edit or a command.

use chat_proto::action::{Input, read_input};
use chat_proto::place::Millis;
use chat_proto::request::TypingSet;
use chat_proto::text::MessageText;
use chat_proto::words;

use super::ask::ask;
use super::{Fx, action, mentions, queue, scroll};
use crate::state::State;
use crate::state::asked::Question;
use crate::state::completion::Completion;
use crate::state::composer::Mode;
use crate::state::outbox::{Target, Work};
use crate::storage::Change;

/// The server is told about typing at most this often.
const TELL_MS: Millis = 3_000;

/// Sends what is written: says it, or does it.
pub(super) fn send(state: &mut State, fx: &mut Fx) {
    let text = state.composer.text().to_owned();
    if text.trim().is_empty() {
        return;
    }
    state.notice = None;
    if state.composer.mode != Mode::Write {
        say(state, &text, fx);
        return;
    }
    match read_input(&text) {
        Input::Say(text) => say(state, &text.clone(), fx),
        Input::Command(action, arguments) => {
            let arguments = arguments.to_owned();
            state.recall.keep(&text);
            state.composer.take();
            stop_typing(state, fx);
            action::run(state, action.id, &arguments, fx);
        }
        Input::Unknown(name, near) => {
            let values = [("command", name), ("near", near.unwrap_or(""))];
            let sentence = if near.is_some() { words::UNKNOWN_COMMAND_NEAR } else { words::UNKNOWN_COMMAND };
            state.complain(words::fill(sentence, &values));
        }
    }
}

/// Says it, in the composer's mode, and empties the composer.
pub(super) fn say(state: &mut State, text: &str, fx: &mut Fx) {
    let written = state.composer.text().to_owned();
    let mode = state.composer.mode.clone();
    if say_as(state, text, mode, fx) {
        state.recall.keep(&written);
        state.composer.take();
        stop_typing(state, fx);
    }
}

/// Says it in that mode; `false`, and a sentence, when it can't be said.
pub(super) fn say_as(state: &mut State, text: &str, mode: Mode, fx: &mut Fx) -> bool {
    let Some(room) = state.room() else {
        state.complain("You are in no room. /join ROOM goes to one.");
        return false;
    };
    let says = match mode {
        Mode::Write | Mode::Reply(..) => true,
        Mode::Edit(_) | Mode::Rewrite(_) => false,
    };
    if let Some(sentence) = room.closed_to(state.server_role()).filter(|_| says) {
        state.complain(sentence);
        return false;
    }
    let id = room.id().clone();
    let text = match MessageText::parse(text.trim_end()) {
        Ok(text) if text.as_str().len() <= state.limits.text as usize => text,
        Ok(_) => {
            state.complain(format!("The message is too long; at most {} bytes are allowed here.", state.limits.text));
            return false;
        }
        Err(reason) => {
            state.complain(format!("The message {reason}."));
            return false;
        }
    };
    let mentions = mentions::of(text.as_str(), &state.people_here());
    match mode {
        Mode::Write => {
            queue::queue(state, Work::Send { room: id, text, mentions, reply_to: None, quote: None }, true, fx);
        }
        Mode::Reply(target, name, quote) => {
            let work = Work::Send { room: id, text, mentions, reply_to: Some(target), quote: Some((name, quote)) };
            queue::queue(state, work, true, fx);
        }
        Mode::Edit(place) => {
            let work = Work::Edit { room: id, target: Target::Place(place), text, mentions };
            queue::queue(state, work, true, fx);
            return true;
        }
        Mode::Rewrite(client_id) => {
            let changed = state.outbox.rewrite(&client_id, |work| {
                if let Work::Send { text: old, mentions: who, .. } = work {
                    (*old, *who) = (text.clone(), mentions.clone());
                }
            });
            match changed {
                Some(item) => queue::store(state, Change::Changed(item), fx),
                // It was sent meanwhile: the change follows it.
                None => {
                    queue::queue(state, Work::Edit { room: id, target: Target::Own(client_id), text, mentions }, true, fx);
                }
            }
            return true;
        }
    }
    scroll::bottom(state);
    true
}

/// What was said could not be kept: it stands in the composer again.
pub(super) fn take_back(state: &mut State, work: Work) {
    let (room, text, mode) = match work {
        Work::Send { room, text, reply_to, quote, .. } => {
            let answers = reply_to.zip(quote).map(|(target, (name, quote))| Mode::Reply(target, name, quote));
            (room, text, answers.unwrap_or_default())
        }
        Work::Edit { room, target: Target::Place(place), text, .. } => (room, text, Mode::Edit(place)),
        Work::Edit { room, target: Target::Own(client_id), text, .. } => (room, text, Mode::Rewrite(client_id)),
        // A command is among the inputs from before.
        Work::SendTo { .. }
        | Work::Delete { .. }
        | Work::React { .. }
        | Work::Join { .. }
        | Work::Leave { .. }
        | Work::Topic { .. }
        | Work::Create { .. }
        | Work::Invite { .. }
        | Work::Remove { .. }
        | Work::Role { .. }
        | Work::Configure { .. }
        | Work::Direct { .. }
        | Work::Friend { .. } => return,
    };
    let composer = if state.current.as_ref() == Some(&room) {
        &mut state.composer
    } else if let Some(room) = state.rooms.get_mut(&room) {
        &mut room.draft
    } else {
        return;
    };
    // What was typed since comes after it.
    let since = composer.take();
    composer.set([text.as_str(), &since].join(if since.is_empty() { "" } else { "\n" }));
    composer.mode = mode;
}

/// Something was typed: others may see it.
pub(super) fn typed(state: &mut State, fx: &mut Fx) {
    let text = state.composer.text();
    let is_command = text.starts_with('/') && !text.starts_with("//");
    if text.is_empty() || is_command {
        stop_typing(state, fx);
        return;
    }
    let open = state.room().is_some_and(|room| room.closed_to(state.server_role()).is_none());
    let Some(id) = state.current.clone().filter(|_| open) else { return };
    let told = state.typing_told.as_ref().is_some_and(|(room, at)| *room == id && at + TELL_MS > state.now);
    if !told && ask(state, &TypingSet { room: id.clone(), typing: true }, Question::Nothing, fx) {
        state.typing_told = Some((id, state.now));
    }
}

/// Nobody types here any more.
pub(super) fn stop_typing(state: &mut State, fx: &mut Fx) {
    if let Some((room, _)) = state.typing_told.take() {
        ask(state, &TypingSet { room, typing: false }, Question::Nothing, fx);
    }
}

/// When what was told about typing ends by itself.
pub(super) fn typing_end(state: &State) -> Option<Millis> {
    state.typing_told.as_ref().map(|(_, at)| at + Millis::from(state.limits.typing_ms))
}

/// Forgets what was told about typing once that has ended by itself.
pub(super) fn typing_ended(state: &mut State, _: &mut Fx) {
    if typing_end(state).is_some_and(|at| at <= state.now) {
        state.typing_told = None;
    }
}

/// Completes the word before the caret, or goes to the next offer.
pub(super) fn complete(state: &mut State, forward: bool) {
    let completion = match state.completion.take() {
        Some(mut completion) => {
            let count = completion.offers.len();
            completion.index = if forward { completion.index + 1 } else { completion.index + count - 1 } % count;
            Some(completion)
        }
        None => Completion::find(state),
    };
    let Some(mut completion) = completion else { return };
    let text = completion.offers[completion.index].text.clone();
    state.composer.replace(completion.from, completion.to, &text);
    completion.to = completion.from + text.len();
    state.completion = (completion.offers.len() > 1).then_some(completion);
}

/// Puts an input from before into the composer.
pub(super) fn recall(state: &mut State, older: bool) {
    let standing = state.composer.text().to_owned();
    let found = if older { state.recall.older(&standing) } else { state.recall.newer() };
    if let Some(text) = found.map(str::to_owned) {
        state.composer.set(text);
    }
}
