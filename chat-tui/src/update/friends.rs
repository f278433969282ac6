//! Friends: asking, answering, ending it, and who they are.

use chat_proto::action::ActionId;
use chat_proto::entry::{Body, Entry, FriendChange};
use chat_proto::id::{RoomId, UserId};
use chat_proto::request::FriendList;
use chat_proto::request::friend_list::{Friend, FriendListReply, Friendship};
use chat_proto::words;

use super::ask::{ask, ask_now};
use super::{Fx, action, direct, people, queue, rooms};
use crate::state::asked::{Direct, Question, Wish};
use crate::state::friends::{Step, asks_to_be_friends};
use crate::state::outbox::Work;
use crate::state::popup::{Choice, Confirm, Popup, Search};
use crate::state::{Spot, State};
use crate::time;

/// `/friend [accept|refuse|remove|list] [NAME]`.
pub(super) fn command(state: &mut State, line: &str, fx: &mut Fx) {
    if !state.may_have_friends() {
        return state.complain(words::FRIENDS_ARE_ACCOUNTS);
    }
    let (word, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (step, name) = match (word, name.trim()) {
        ("" | "list", "") => return ask_now(state, &FriendList {}, Question::Friends(true), fx),
        ("accept", name) => (Step::Accept, name),
        ("refuse", name) => (Step::Refuse, name),
        ("remove", name) => (Step::Remove, name),
        _ => (Step::Ask, line),
    };
    if name.is_empty() {
        action::usage(state, ActionId::Friend);
    } else {
        people::find(state, name, Wish::Friend(step), fx);
    }
}

/// `/friends`: goes to what friends say.
pub(super) fn go(state: &mut State, fx: &mut Fx) {
    match state.friends_home().map(|home| home.id().clone()) {
        Some(home) => rooms::enter(state, &home, fx),
        None if state.may_have_friends() => state.say(words::NO_FRIENDS),
        None => state.complain(words::FRIENDS_ARE_ACCOUNTS),
    }
}

/// Does it about somebody; a friendship is ended only once that is confirmed.
pub(super) fn take(state: &mut State, user: UserId, name: String, step: Step, fx: &mut Fx) {
    // Where there is no friendship there is nothing to lose: a question is taken back, or the server says what is wrong.
    let is_lost = matches!(state.friendship(&user), None | Some(Friendship::Friends | Friendship::Unknown));
    if step == Step::Remove && is_lost {
        state.popup = Some(Popup::Confirm(Confirm::Unfriend(user, name)));
    } else {
        done_by_me(state, user, step, fx);
    }
}

/// Does it.
pub(super) fn done_by_me(state: &mut State, user: UserId, step: Step, fx: &mut Fx) {
    queue::queue(state, Work::Friend { user, step }, false, fx);
}

/// Accepts the chosen question; `false` when none is chosen.
pub(super) fn accept_chosen(state: &mut State, fx: &mut Fx) -> bool {
    answer_chosen(state, Step::Accept, fx)
}

/// Refuses the chosen question.
pub(super) fn refuse_chosen(state: &mut State, fx: &mut Fx) {
    if !answer_chosen(state, Step::Refuse, fx) {
        state.complain(words::NO_QUESTION);
    }
}

fn answer_chosen(state: &mut State, step: Step, fx: &mut Fx) -> bool {
    let Some(Spot::Line(room, seq)) = &state.chosen else { return false };
    let line = state.rooms.get(room).and_then(|room| room.timeline.line(*seq));
    let Some(user) = line.and_then(asks_to_be_friends).map(|author| author.id.clone()) else { return false };
    state.chosen = None;
    done_by_me(state, user, step, fx);
    true
}

/// Asks who the friends are: the inbox tells only that something changed.
pub(super) fn learn(state: &mut State, fx: &mut Fx) {
    if state.may_have_friends() {
        ask(state, &FriendList {}, Question::Friends(false), fx);
    }
}

/// The server tells who they are.
pub(super) fn told(state: &mut State, FriendListReply { friends }: FriendListReply, list: bool) {
    state.friends = Some(friends);
    let is_open = matches!(state.popup, Some(Popup::Friends(_)));
    if list && state.friends.as_ref().is_some_and(Vec::is_empty) {
        state.say(words::NO_FRIENDS);
    } else if list || is_open {
        show(state);
    }
}

/// Shows the list, or shows it anew.
fn show(state: &mut State) {
    let index = match &state.popup {
        Some(Popup::Friends(search)) => search.index,
        _ => 0,
    };
    let choice = |friend: &Friend| {
        let since = [("since", time::date(friend.since, &state.settings.zone))];
        let since: Vec<_> = since.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let sentence = match friend.state {
            Friendship::AsksYou => words::FRIEND_ASKS_YOU,
            Friendship::YouAsked => words::FRIEND_YOU_ASKED,
            Friendship::Friends => words::FRIEND_SINCE,
            Friendship::None | Friendship::Unknown => "",
        };
        Choice { value: friend.clone(), shown: friend.user.name.as_str().to_owned(), note: words::fill(sentence, &since) }
    };
    let found: Vec<_> = state.friends.iter().flatten().map(choice).collect();
    let index = index.min(found.len().saturating_sub(1));
    state.popup = Some(Popup::Friends(Search { words: String::new(), found, index }));
}

/// The next step with the one who is chosen in the list: a question is accepted, a friend is written to.
pub(super) fn choose(state: &mut State, friend: Friend, fx: &mut Fx) {
    let Friend { user, state: friendship, since: _ } = friend;
    match friendship {
        Friendship::AsksYou => done_by_me(state, user.id, Step::Accept, fx),
        Friendship::Friends => {
            let found = vec![(user.id, user.name.as_str().to_owned())];
            direct::go_on(state, Direct { names: Vec::new(), found, text: None }, fx);
        }
        Friendship::YouAsked | Friendship::None | Friendship::Unknown => {}
    }
}

/// The other step with them: a question is refused, a friendship ended, an own question taken back.
pub(super) fn part(state: &mut State, friend: Friend, fx: &mut Fx) {
    let Friend { user, state: friendship, since: _ } = friend;
    match friendship {
        Friendship::AsksYou => done_by_me(state, user.id, Step::Refuse, fx),
        Friendship::Friends | Friendship::YouAsked => take(state, user.id, user.name.as_str().to_owned(), Step::Remove, fx),
        Friendship::None | Friendship::Unknown => {}
    }
}

/// An entry of the inbox came live that tells of friends: who they are is asked anew, and what happened is said,
/// unless it is on the screen anyway.
pub(super) fn heard(state: &mut State, inbox: &RoomId, entry: &Entry, fx: &mut Fx) {
    let sentence = match &entry.body {
        Body::FriendNews(news) => {
            let sentence = match news.change {
                FriendChange::Asked => words::FRIEND_ASKED,
                FriendChange::Accepted => words::FRIEND_ACCEPTED,
                FriendChange::Refused | FriendChange::Withdrawn | FriendChange::Ended | FriendChange::Unknown => "",
            };
            words::fill(sentence, &[("name", entry.author.name.as_str())])
        }
        Body::FriendNote(note) => {
            let sentence = match note.change {
                FriendChange::Asked => words::YOU_ASKED,
                FriendChange::Accepted => words::YOU_ACCEPTED,
                FriendChange::Refused => words::YOU_REFUSED,
                FriendChange::Withdrawn => words::YOU_WITHDREW,
                FriendChange::Ended => words::YOU_ENDED,
                FriendChange::Unknown => "",
            };
            words::fill(sentence, &[("user", note.user.name.as_str())])
        }
        _ => return,
    };
    if !sentence.is_empty() && state.current.as_ref() != Some(inbox) {
        state.say(sentence);
    }
    learn(state, fx);
}

/// What of a friendship is told behind who somebody is, and the next step.
pub(super) fn of_profile(friendship: Friendship, name: &str) -> String {
    let sentence = match friendship {
        Friendship::Friends => words::PROFILE_FRIENDS,
        Friendship::AsksYou => words::PROFILE_ASKS_YOU,
        Friendship::YouAsked => words::PROFILE_YOU_ASKED,
        Friendship::None => words::PROFILE_NO_FRIENDS,
        Friendship::Unknown => "",
    };
    words::fill(sentence, &[("name", name)])
}
