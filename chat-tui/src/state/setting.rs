//! A room's settings in words: what they are called behind `/set`, and what they can be.

use chat_proto::name::RoomName;
use chat_proto::room::{History, Inviters, Post, Room, RoomChanges, RoomKind, Visibility};
use chat_proto::text::TopicText;

/// Their names, as they are listed.
pub const SETTINGS: &[&str] = &["name", "title", "visibility", "post", "invite", "history", "archived"];

/// Why a setting cannot be that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such setting.
    Setting,
    /// It is one of a few words, and this is none of them.
    Value,
    /// What is wrong with the text.
    Text(String),
}

/// The words that a setting is one of; none where it is any text.
#[must_use]
pub fn values(setting: &str) -> &'static [&'static str] {
    match setting {
        "visibility" => &["public", "private"],
        "post" | "invite" => &["members", "moderators"],
        "history" => &["all", "joined"],
        "archived" => &["yes", "no"],
        _ => &[],
    }
}

/// What a setting of the room is now.
#[must_use]
pub fn value<'a>(room: &'a Room, setting: &str) -> Option<&'a str> {
    let value = match setting {
        "name" => room.name.as_str(),
        "title" => match room.title.as_str() {
            // As it is typed to take it away.
            "" => "-",
            title => title,
        },
        "visibility" => match room.kind {
            RoomKind::Lobby | RoomKind::Public | RoomKind::Unknown => "public",
            RoomKind::Private | RoomKind::Direct | RoomKind::Friends | RoomKind::Inbox => "private",
        },
        "post" => match room.settings.post {
            Post::Members => "members",
            Post::Moderators => "moderators",
        },
        "invite" => match room.settings.invite {
            Inviters::Members => "members",
            Inviters::Moderators => "moderators",
        },
        "history" => match room.settings.history {
            History::All => "all",
            History::Joined => "joined",
        },
        "archived" => match room.settings.archived {
            true => "yes",
            false => "no",
        },
        _ => return None,
    };
    Some(value)
}

/// What changes about a room when a setting becomes that.
///
/// # Errors
/// Why it cannot.
pub fn change(setting: &str, value: &str) -> Result<RoomChanges, Wrong> {
    let changes = RoomChanges::default();
    if !SETTINGS.contains(&setting) {
        return Err(Wrong::Setting);
    }
    match (setting, value.to_lowercase().as_str()) {
        ("name", _) => RoomName::parse(value).map(|name| RoomChanges { name: Some(name), ..changes }).map_err(Wrong::Text),
        ("title", _) => {
            let title = TopicText::parse(if value == "-" { "" } else { value });
            title.map(|title| RoomChanges { title: Some(title), ..changes }).map_err(Wrong::Text)
        }
        ("visibility", "public") => Ok(RoomChanges { visibility: Some(Visibility::Public), ..changes }),
        ("visibility", "private") => Ok(RoomChanges { visibility: Some(Visibility::Private), ..changes }),
        ("post", "members") => Ok(RoomChanges { post: Some(Post::Members), ..changes }),
        ("post", "moderators") => Ok(RoomChanges { post: Some(Post::Moderators), ..changes }),
        ("invite", "members") => Ok(RoomChanges { invite: Some(Inviters::Members), ..changes }),
        ("invite", "moderators") => Ok(RoomChanges { invite: Some(Inviters::Moderators), ..changes }),
        ("history", "all") => Ok(RoomChanges { history: Some(History::All), ..changes }),
        ("history", "joined") => Ok(RoomChanges { history: Some(History::Joined), ..changes }),
        ("archived", "yes") => Ok(RoomChanges { archived: Some(true), ..changes }),
        ("archived", "no") => Ok(RoomChanges { archived: Some(false), ..changes }),
        _ => Err(Wrong::Value),
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::id::RoomId;
    use chat_proto::room::RoomSettings;

    use super::*;

    #[test]
    fn every_value_of_every_setting_is_told_as_it_is_typed() {
        let mut room = Room {
            id: RoomId::parse("r").unwrap(),
            name: RoomName::parse("ops").unwrap(),
            title: TopicText::parse("").unwrap(),
            topic: TopicText::parse("").unwrap(),
            kind: RoomKind::Public,
            settings: RoomSettings::default(),
        };
        for setting in SETTINGS {
            let texts = if values(setting).is_empty() { &["other", "-"][..usize::from(*setting == "title") + 1] } else { values(setting) };
            for text in texts {
                change(setting, text).unwrap().apply(&mut room);
                assert_eq!(value(&room, setting), Some(*text), "{setting}");
            }
        }
        assert_eq!(change("colour", "red"), Err(Wrong::Setting));
        assert_eq!(change("post", "red"), Err(Wrong::Value));
        assert!(matches!(change("name", "a b"), Err(Wrong::Text(_))));
    }
}
