//! Everything that a person can do, by its name in the table of actions: keys and commands both
//! end here. A new row of the table asks for an arm.

use chat_proto::action::{ACTIONS, Action, ActionId};
use chat_proto::name::RoomName;
use chat_proto::place::Millis;
use chat_proto::request::RoomList;
use chat_proto::room::Visibility;
use chat_proto::text::{Query, TopicText};
use chat_proto::words;

use super::ask::ask_now;
use super::{
    Fx, account, announce, bots, compose, direct, find, friends, invite, link, message, people, queue, read, roles, rooms, scroll, search,
    settings,
};
use crate::effect::Effect;
use crate::state::asked::{Question, Wish};
use crate::state::composer::Mode;
use crate::state::outbox::Work;
use crate::state::popup::{Confirm, Popup};
use crate::state::{Away, State};
use crate::theme::Choice;

/// How long quitting waits for what is on its way.
const QUIT_MS: Millis = 2_000;

/// As it is written in Markdown.
const SHRUG: &str = r"¯\\\_(ツ)\_/¯";

/// Does it; `words` is what stood behind the command.
pub(super) fn run(state: &mut State, id: ActionId, words: &str, fx: &mut Fx) {
    let words = words.trim();
    if words.is_empty() && needs_words(state, id) {
        usage(state, id);
        return;
    }
    match id {
        ActionId::Send => compose::send(state, fx),
        ActionId::NewLine => state.composer.insert("\n"),
        ActionId::Complete => compose::complete(state, true),
        ActionId::CompleteBack => compose::complete(state, false),
        ActionId::InputOlder => compose::recall(state, true),
        ActionId::InputNewer => compose::recall(state, false),
        ActionId::Editor => fx.push(Effect::Editor(state.composer.text().to_owned())),
        ActionId::Emote => say(state, &format!("*{words}*"), fx),
        ActionId::Shrug => say(state, format!("{words} {SHRUG}").trim_start(), fx),

        ActionId::SelectMessage => message::choose_first(state),
        ActionId::Reply => message::reply(state, words, fx),
        ActionId::Edit => message::edit(state, words, fx),
        ActionId::Delete => message::ask_delete(state, fx),
        ActionId::React => message::react(state, words, fx),
        ActionId::Copy => message::copy(state, fx),
        ActionId::OpenLink => message::open_link(state, fx),
        ActionId::JumpToQuoted => message::jump_to_quoted(state, fx),
        ActionId::Retry => message::retry(state, fx),
        ActionId::Discard => message::discard(state, fx),

        ActionId::Join => room_name(state, words, |state, name| rooms::join(state, name, fx)),
        ActionId::Leave => leave(state, fx),
        ActionId::Create => create(state, words, None, fx),
        ActionId::CreatePrivate => create(state, words, Some(Visibility::Private), fx),
        ActionId::Invite => invite::invite(state, words, fx),
        ActionId::Accept => invite::accept(state, words, fx),
        ActionId::Codes => invite::codes(state, words, fx),
        ActionId::Kick => roles::kick(state, words, fx),
        ActionId::Role => roles::give(state, words, fx),
        ActionId::Settings => settings::set(state, words, fx),
        ActionId::Direct => direct::open(state, words, fx),
        ActionId::Friend => friends::command(state, words, fx),
        ActionId::Friends => friends::go(state, fx),
        ActionId::Refuse => friends::refuse_chosen(state, fx),
        ActionId::Topic => topic(state, words, fx),
        ActionId::ListRooms => list_rooms(state, words, fx),
        ActionId::Members => rooms::members(state, true, fx),
        ActionId::NextRoom => rooms::step(state, 1, fx),
        ActionId::PreviousRoom => rooms::step(state, -1, fx),
        ActionId::RoomByNumber => match words.parse() {
            Ok(number) => rooms::by_number(state, number, fx),
            Err(_) => usage(state, id),
        },
        ActionId::LastRoom => match state.last.clone().filter(|last| state.rooms.contains_key(last)) {
            Some(last) => rooms::enter(state, &last, fx),
            None => state.say("There was no room before this one."),
        },
        ActionId::NextUnread => rooms::next_unread(state, fx),
        ActionId::FirstUnread => rooms::first_unread(state),
        ActionId::Switcher => state.popup = Some(Popup::Switcher(search::own_rooms(state, words))),
        ActionId::NextMention => scroll::mention(state, true, fx),
        ActionId::PreviousMention => scroll::mention(state, false, fx),
        ActionId::MarkRead => read::mark_now(state, fx),
        ActionId::MarkUnread => message::mark_unread(state, fx),

        ActionId::Search => find::open(state, words, fx),
        ActionId::ScrollUp => scroll::by_page(state, true),
        ActionId::ScrollDown => scroll::by_page(state, false),
        ActionId::Top => scroll::beginning(state, fx),
        ActionId::Bottom => scroll::bottom(state),
        ActionId::RoomPanel => state.rooms_toggled = !state.rooms_toggled,
        ActionId::MemberPanel => {
            state.people_toggled = !state.people_toggled;
            rooms::members(state, false, fx);
        }
        ActionId::Cancel => cancel(state, fx),

        ActionId::Rename => account::rename(state, words, fx),
        ActionId::Away => {
            account::away(state, Away::Said, fx);
            state.say(words::NOW_AWAY);
        }
        ActionId::Back => {
            account::away(state, Away::No, fx);
            state.say(words::NOW_BACK);
        }
        ActionId::Register => account::register(state, words),
        ActionId::SignIn => account::sign_in(state, words),
        ActionId::SignOut => account::sign_out(state, fx),
        ActionId::Password => account::change_password(state),
        ActionId::Sessions => account::sessions(state, fx),
        ActionId::RevokeSession => account::revoke(state, words, fx),

        ActionId::Whois => people::find(state, words, Wish::Whois, fx),

        ActionId::Claim => roles::claim(state, words, fx),
        ActionId::ServerRole => roles::give_on_server(state, words, fx),
        ActionId::Announce => announce::make(state, words, fx),
        ActionId::Token => bots::token(state, words, fx),

        ActionId::Theme => theme(state, words),
        ActionId::Help => state.popup = Some(Popup::Help(0)),
        ActionId::Reconnect => link::reconnect(state, fx),
        ActionId::Redraw => fx.push(Effect::Redraw),
        ActionId::Interrupt => interrupt(state),
        ActionId::Quit => quit(state, fx),
    }
}

/// Whether the action's command says that it takes words. With a message chosen, or in the
/// composer's own modes, keys do without.
fn needs_words(state: &State, id: ActionId) -> bool {
    match id {
        ActionId::Emote
        | ActionId::Join
        | ActionId::Create
        | ActionId::CreatePrivate
        | ActionId::Kick
        | ActionId::Role
        | ActionId::Direct
        | ActionId::Whois
        | ActionId::Claim
        | ActionId::ServerRole
        | ActionId::RoomByNumber
        | ActionId::Rename
        | ActionId::Register
        | ActionId::SignIn
        | ActionId::RevokeSession
        | ActionId::Announce => true,
        ActionId::Reply | ActionId::Edit | ActionId::React => state.chosen.is_none(),
        _ => false,
    }
}

/// Tells what the action's command takes.
pub(super) fn usage(state: &mut State, id: ActionId) {
    if let Some(Action { commands: [command, ..], arguments, .. }) = ACTIONS.iter().find(|action| action.id == id) {
        state.complain(words::fill(words::COMMAND_USAGE, &[("command", command), ("arguments", arguments)]));
    }
}

fn say(state: &mut State, text: &str, fx: &mut Fx) {
    compose::say_as(state, text, Mode::Write, fx);
}

fn room_name(state: &mut State, words: &str, then: impl FnOnce(&mut State, RoomName)) {
    match RoomName::parse(words) {
        Ok(name) => then(state, name),
        Err(reason) => state.complain(format!("The room's name {reason}.")),
    }
}

fn leave(state: &mut State, fx: &mut Fx) {
    if state.is_among_friends() {
        return state.complain(words::FRIENDS_ARE_NO_ROOM);
    }
    if let Some(room) = state.current.clone() {
        queue::queue(state, Work::Leave { room }, false, fx);
    }
}

fn create(state: &mut State, words: &str, visibility: Option<Visibility>, fx: &mut Fx) {
    let (name, topic) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let topic = Some(topic.trim()).filter(|topic| !topic.is_empty()).map(TopicText::parse).transpose();
    match topic {
        Ok(topic) => room_name(state, name, |state, name| {
            queue::queue(state, Work::Create { name, topic, visibility }, false, fx);
        }),
        Err(reason) => state.complain(format!("The topic {reason}.")),
    }
}

fn topic(state: &mut State, words: &str, fx: &mut Fx) {
    let Some(room) = state.room() else { return };
    if room.is_friends() {
        return state.complain(words::FRIENDS_ARE_NO_ROOM);
    }
    let id = room.id().clone();
    if words.is_empty() {
        let shown = match room.info.topic.as_str() {
            "" => format!("{} has no topic. /topic TEXT sets one.", room.label()),
            topic => topic.to_owned(),
        };
        return state.say(shown);
    }
    match TopicText::parse(if words == "-" { "" } else { words }) {
        Ok(topic) => {
            queue::queue(state, Work::Topic { room: id, topic }, false, fx);
        }
        Err(reason) => state.complain(format!("The topic {reason}.")),
    }
}

fn list_rooms(state: &mut State, words: &str, fx: &mut Fx) {
    match Query::parse(words) {
        Ok(query) => {
            let query = Some(query).filter(|query| !query.as_str().is_empty());
            ask_now(state, &RoomList { query, after: None }, Question::RoomList, fx);
        }
        Err(reason) => state.complain(format!("What you look for {reason}.")),
    }
}

/// One step back: from a hit to the search, from what is chosen, from a mode, from a notice, from scrolling.
fn cancel(state: &mut State, fx: &mut Fx) {
    if state.composer.mode == Mode::Write && state.completion.is_none() && state.find.is_some() {
        return find::back(state, fx);
    }
    if state.chosen.take().is_some() {
        return;
    }
    if state.composer.mode != Mode::Write {
        let answering = matches!(state.composer.mode, Mode::Reply(..));
        if answering {
            state.composer.mode = Mode::Write;
        } else {
            state.composer.take();
        }
        return;
    }
    if state.completion.take().is_some() || state.notice.take().is_some() {
        return;
    }
    scroll::bottom(state);
}

fn interrupt(state: &mut State) {
    if state.chosen.take().is_some() {
        return;
    }
    if !state.composer.is_empty() || state.composer.mode != Mode::Write {
        let text = state.composer.take();
        if !text.is_empty() {
            state.recall.keep(&text);
        }
        state.interrupted_at = None;
    } else if state.interrupted_at.take().is_some() {
        state.popup = Some(Popup::Confirm(Confirm::Quit));
    } else {
        state.interrupted_at = Some(state.now);
        state.say("Ctrl+C once more asks to quit; Ctrl+Q quits.");
    }
}

/// Ends, after what is on its way has arrived; asks where something would be lost.
fn quit(state: &mut State, fx: &mut Fx) {
    compose::stop_typing(state, fx);
    if state.outbox.open() == 0 {
        fx.push(Effect::Quit);
    } else if state.link.is_online() {
        state.quit_at = Some(state.now + QUIT_MS);
    } else {
        quit_unsent(state, fx);
    }
}

/// Ends with something unsent: at once where it is kept, else only if somebody really wants to.
pub(super) fn quit_unsent(state: &mut State, fx: &mut Fx) {
    if state.lasts {
        fx.push(Effect::Quit);
    } else {
        state.popup = Some(Popup::Confirm(Confirm::Quit));
    }
}

fn theme(state: &mut State, words: &str) {
    state.theme = match words {
        "night" => Choice::Night,
        "day" => Choice::Day,
        "auto" => Choice::Auto,
        "" => match (state.theme, state.settings.light) {
            (Choice::Night, _) | (Choice::Auto, false) => Choice::Day,
            (Choice::Day, _) | (Choice::Auto, true) => Choice::Night,
        },
        other => return state.complain(format!("There is no theme {other}; night, day and auto there are.")),
    };
}
