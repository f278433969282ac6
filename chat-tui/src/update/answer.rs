//! What an answer makes of the question.

use chat_proto::Request;
use chat_proto::error::Error;
use chat_proto::id::Rid;
use chat_proto::request::{
    AccountLogin, CodeCreate, CodeFind, CodeList, FriendList, HistoryRead, RoomFind, RoomList, RoomMarkRead, RoomMembers, SearchRead,
    ServerClaim, SessionList, SyncRequest, TokenCreate, TokenList, UserFind, UserRead, UserRename,
};
use chat_proto::words;
use serde_json::Value;

use super::{Fx, account, bots, find, friends, history, invite, link, people, queue, roles, rooms, search, sync};
use crate::effect::Effect;
use crate::state::State;
use crate::state::asked::Question;
use crate::state::popup::Popup;

/// Takes an answer in.
pub(super) fn answer(state: &mut State, rid: &Rid, outcome: Result<Value, Error>, fx: &mut Fx) {
    if queue::answered(state, rid, &outcome, fx) {
        return;
    }
    // Not known: its connection is gone, or an own entry has settled it already.
    let Some(question) = state.asked.take(rid) else { return };
    match outcome {
        Ok(value) => granted(state, question, value, fx),
        Err(error) => refused(state, question, error, fx),
    }
}

fn granted(state: &mut State, question: Question, value: Value, fx: &mut Fx) {
    match question {
        Question::Sync => read::<SyncRequest>(state, value, |state, reply| {
            sync::apply(state, reply, true, fx);
            rooms::settle_on_one(state, fx);
            queue::flush(state, fx);
        }),
        Question::Page(room, of) => {
            let lost = Question::Page(room.clone(), of);
            if !read::<HistoryRead>(state, value, |state, page| history::page(state, &room, of, &page, fx)) {
                history::lost(state, &lost);
            }
            true
        }
        Question::RoomList => read::<RoomList>(state, value, search::rooms_listed),
        Question::Find(_) => read::<RoomFind>(state, value, |state, found| rooms::found(state, found, None, fx)),
        Question::Members(id, list) => read::<RoomMembers>(state, value, |state, reply| {
            if let Some(room) = state.rooms.get_mut(&id) {
                room.people.told(reply.online, reply.total, &reply.members);
            }
            if list {
                state.popup = Some(Popup::People(id, reply.members, 0));
            }
        }),
        Question::MarkRead(id) => read::<RoomMarkRead>(state, value, |state, position| {
            if let Some(room) = state.rooms.get_mut(&id) {
                room.touch(state.now);
                room.read = position;
                room.counted = room.counted.max(room.head.seq);
            }
        }),
        Question::Nothing => true,
        Question::Rename => read::<UserRename>(state, value, |state, user| {
            state.say(words::fill(words::RENAMED, &[("name", user.name.as_str())]));
            if state.credentials.account.is_none() && state.passing.is_none() {
                fx.push(Effect::NameGuest(user.name.clone()));
            }
            state.me = Some(user);
        }),
        Question::SignIn(_) => read::<AccountLogin>(state, value, |state, signed_in| account::signed_in(state, signed_in, fx)),
        Question::SignOut => {
            account::signed_out_by_will(state, fx);
            true
        }
        Question::SetPassword => {
            state.say(words::PASSWORD_CHANGED);
            true
        }
        Question::Sessions => read::<SessionList>(state, value, |state, reply| {
            state.sessions.clone_from(&reply.sessions);
            state.popup = Some(Popup::Sessions(reply.sessions));
        }),
        Question::Revoke => {
            state.say(words::SESSION_ENDED);
            true
        }
        Question::Announce => {
            state.say(words::ANNOUNCED);
            true
        }
        Question::People(name, wish) => read::<UserFind>(state, value, |state, reply| people::told(state, &name, wish, reply, fx)),
        Question::Profile => read::<UserRead>(state, value, |state, profile| people::profile(state, &profile)),
        Question::MakeCode => read::<CodeCreate>(state, value, |state, made| invite::code_made(state, &made)),
        Question::Codes(room) => read::<CodeList>(state, value, |state, reply| invite::codes_listed(state, room, reply.codes)),
        Question::EndCode => {
            state.say(words::CODE_ENDED);
            true
        }
        Question::FindCode(code) => read::<CodeFind>(state, value, |state, found| rooms::found(state, found, Some(code), fx)),
        Question::ServerRole(name, role) => {
            roles::given_on_server(state, &name, role);
            true
        }
        Question::Claim => read::<ServerClaim>(state, value, |state, me| roles::claimed(state, me, fx)),
        Question::Friends(list) => read::<FriendList>(state, value, |state, reply| friends::told(state, reply, list)),
        Question::MakeToken => read::<TokenCreate>(state, value, bots::made),
        Question::Tokens => read::<TokenList>(state, value, |state, reply| bots::listed(state, reply.tokens)),
        Question::EndToken => {
            state.say(words::TOKEN_ENDED);
            true
        }
        Question::Search(query, before) => {
            let understood = read::<SearchRead>(state, value, |state, reply| find::page(state, &query, before.as_ref(), reply, fx));
            if let Some(notice) = state.notice.clone().filter(|_| !understood) {
                find::failed(state, &query, before.as_ref(), &notice.text);
            }
            understood
        }
    };
}

fn refused(state: &mut State, question: Question, error: Error, fx: &mut Fx) {
    match question {
        Question::Page(room, _) => history::failed(state, &room, &error, fx),
        Question::Sync => state.sync_at = Some(state.now + error.retry_after_ms.unwrap_or(2_000).max(500)),
        Question::MarkRead(id) => {
            // A final answer would be the same again.
            if let Some(room) = state.rooms.get_mut(&id).filter(|_| !error.is_final()) {
                room.marked = 0;
            }
        }
        // Nobody asked, and the next entry of the inbox asks again.
        Question::Nothing | Question::Friends(false) => {}
        Question::Search(query, before) => find::refused(state, &query, before.as_ref(), &error),
        Question::SignOut => {
            // The session may be over already: then so it is here.
            if error.is_final() {
                account::signed_out_by_will(state, fx);
                link::reconnect(state, fx);
            } else {
                state.complain(error.message);
            }
        }
        Question::RoomList
        | Question::Find(_)
        | Question::Members(..)
        | Question::Rename
        | Question::SignIn(_)
        | Question::SetPassword
        | Question::Sessions
        | Question::Revoke
        | Question::Announce
        | Question::People(..)
        | Question::Profile
        | Question::MakeCode
        | Question::Codes(_)
        | Question::EndCode
        | Question::FindCode(_)
        | Question::ServerRole(..)
        | Question::Claim
        | Question::MakeToken
        | Question::Tokens
        | Question::EndToken
        | Question::Friends(true) => state.complain(error.message),
    }
}

/// Reads the reply that the request is paired with; `false`, and a sentence, when it is none.
fn read<R: Request>(state: &mut State, value: Value, then: impl FnOnce(&mut State, R::Reply)) -> bool {
    match serde_json::from_value::<R::Reply>(value) {
        Ok(reply) => {
            then(state, reply);
            true
        }
        Err(error) => {
            state.complain(format!("The server's answer to {} cannot be read: {error}", R::NAME));
            false
        }
    }
}
