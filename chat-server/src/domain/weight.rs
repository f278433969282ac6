//! About how many bytes something takes on the wire: rather more than less, and cheaper than
//! writing it down.

use chat_proto::entry::{Add, Body, Entry, FriendNote, Invite, Remove, Role};
use chat_proto::limits;
use chat_proto::request::history_read::{Page, Reaction};

/// What an entry weighs besides what people wrote: ids, numbers, the names of fields.
const ENTRY_BYTES: usize = 500;
/// What one mention weighs.
const MENTION_BYTES: usize = limits::ID + 3;
/// What a reaction weighs besides its emoji, or a message that has some.
const REACTION_BYTES: usize = 60;

/// An entry's weight.
#[must_use]
pub fn weight(entry: &Entry) -> usize {
    let (quote, mentions) = match &entry.body {
        Body::Message(message) => (message.reply_to.as_ref(), message.mentions.len()),
        Body::Edit(edit) => (None, edit.mentions.len()),
        _ => (None, 0),
    };
    let people = match &entry.body {
        Body::Create(create) => &create.people[..],
        Body::Invite(Invite { user })
        | Body::Add(Add { user })
        | Body::Remove(Remove { user })
        | Body::Role(Role { user, .. })
        | Body::FriendNote(FriendNote { user, .. }) => std::slice::from_ref(user),
        _ => &[],
    };
    let people: usize = people.iter().map(|user| ENTRY_BYTES + escaped(user.name.as_str())).sum();
    let quote = quote.map_or(0, |quote| ENTRY_BYTES + escaped(quote.author.name.as_str()) + escaped(&quote.text));
    let text = match &entry.body {
        Body::Message(message) => message.content.text.as_str(),
        Body::Edit(edit) => edit.content.text.as_str(),
        Body::Topic(topic) => topic.topic.as_str(),
        Body::Settings(changes) => changes.title.as_ref().map_or("", |title| title.as_str()),
        Body::Delete(_)
        | Body::React(_)
        | Body::Create(_)
        | Body::Join(_)
        | Body::Leave(_)
        | Body::Invite(_)
        | Body::Add(_)
        | Body::Remove(_)
        | Body::Role(_)
        | Body::Invited(_)
        | Body::Removed(_)
        | Body::FriendNews(_)
        | Body::FriendNote(_)
        | Body::Unknown(_) => "",
    };
    ENTRY_BYTES + escaped(entry.author.name.as_str()) + escaped(text) + quote + people + mentions * MENTION_BYTES
}

/// A page's weight.
#[must_use]
pub fn page_weight(page: &Page) -> usize {
    let entries: usize = page.entries.iter().chain(&page.amendments).map(weight).sum();
    let standing =
        |reactions: &[_]| -> usize { reactions.iter().map(|reaction: &Reaction| REACTION_BYTES + reaction.emoji.as_str().len()).sum() };
    let reactions: usize = page.reactions.iter().map(|known| REACTION_BYTES + standing(&known.reactions)).sum();
    ENTRY_BYTES + entries + reactions
}

/// How long a text is in JSON.
fn escaped(text: &str) -> usize {
    let length = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\t' | b'\r' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(length).sum()
}
