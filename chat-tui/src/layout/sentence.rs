//! What a line of the log says that is no message, in the words of both clients.

use chat_proto::entry::FriendChange;
use chat_proto::fold::{Line, LineBody};
use chat_proto::room::{History, Inviters, Post, RoomChanges, Visibility};
use chat_proto::user::Author;
use chat_proto::words;

use crate::sanitize;
use crate::state::role;

/// Somebody came, went, or changed the room: a sentence for each thing, fit to be drawn. A message has
/// none.
#[must_use]
pub fn sentences(line: &Line) -> Vec<String> {
    let name = sanitize::line(line.author.name.as_str()).into_owned();
    let filled = |sentence, key, value: &str| words::fill(sentence, &[("name", &name), (key, &sanitize::line(value))]);
    let of = |sentence, user: &Author| filled(sentence, "user", user.name.as_str());
    let sentence = match &line.body {
        LineBody::Topic { topic } if topic.as_str().is_empty() => filled(words::TOPIC_CLEARED, "", ""),
        LineBody::Topic { topic } => filled(words::TOPIC_SET, "topic", topic.as_str()),
        LineBody::Create { name } => filled(words::ROOM_CREATED, "room", name.as_str()),
        LineBody::Join => filled(words::JOINED, "", ""),
        LineBody::Leave => filled(words::LEFT, "", ""),
        LineBody::Invite(invite) => of(words::INVITED, &invite.user),
        LineBody::Add(add) => of(words::ADDED, &add.user),
        LineBody::Remove(remove) => of(words::REMOVED, &remove.user),
        LineBody::Role(given) => {
            let user = sanitize::line(given.user.name.as_str());
            words::fill(words::ROLE_GIVEN, &[("user", &user), ("role", role::word(given.role)), ("name", &name)])
        }
        LineBody::Settings(changes) => {
            return changed(changes).into_iter().map(|(sentence, key, value)| filled(sentence, key, value)).collect();
        }
        LineBody::Invited(invited) => filled(words::INVITED_YOU, "room", invited.name.as_str()),
        LineBody::Removed(removed) => filled(words::REMOVED_YOU, "room", removed.name.as_str()),
        LineBody::FriendNews(news) => match news.change {
            FriendChange::Asked => filled(words::FRIEND_ASKED, "", ""),
            FriendChange::Accepted => filled(words::FRIEND_ACCEPTED, "", ""),
            FriendChange::Refused | FriendChange::Withdrawn | FriendChange::Ended | FriendChange::Unknown => return Vec::new(),
        },
        LineBody::FriendNote(note) => match note.change {
            FriendChange::Asked => of(words::YOU_ASKED, &note.user),
            FriendChange::Accepted => of(words::YOU_ACCEPTED, &note.user),
            FriendChange::Refused => of(words::YOU_REFUSED, &note.user),
            FriendChange::Withdrawn => of(words::YOU_WITHDREW, &note.user),
            FriendChange::Ended => of(words::YOU_ENDED, &note.user),
            FriendChange::Unknown => return Vec::new(),
        },
        LineBody::Other { fallback } => sanitize::line(fallback).into_owned(),
        LineBody::Message { .. } => return Vec::new(),
    };
    vec![sentence]
}

/// A sentence for each thing that changed about a room, with what is put into it and under which name.
fn changed(changes: &RoomChanges) -> Vec<(&'static str, &'static str, &str)> {
    let RoomChanges { name, title, visibility, post, invite, history, archived } = changes;
    let plain = |sentence| (sentence, "", "");
    let name = name.as_ref().map(|name| (words::ROOM_RENAMED, "room", name.as_str()));
    let title = title.as_ref().map(|title| match title.as_str() {
        "" => plain(words::TITLE_CLEARED),
        title => (words::TITLE_SET, "title", title),
    });
    let visibility = visibility.map(|visibility| match visibility {
        Visibility::Public => words::MADE_PUBLIC,
        Visibility::Private => words::MADE_PRIVATE,
    });
    let post = post.map(|post| match post {
        Post::Members => words::POST_MEMBERS,
        Post::Moderators => words::POST_MODERATORS,
    });
    let invite = invite.map(|invite| match invite {
        Inviters::Members => words::INVITE_MEMBERS,
        Inviters::Moderators => words::INVITE_MODERATORS,
    });
    let history = history.map(|history| match history {
        History::All => words::HISTORY_ALL,
        History::Joined => words::HISTORY_JOINED,
    });
    let archived = archived.map(|archived| if archived { words::ARCHIVED } else { words::UNARCHIVED });
    let rules = [visibility, post, invite, history, archived].into_iter().flatten().map(plain);
    name.into_iter().chain(title).chain(rules).collect()
}
