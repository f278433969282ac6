//! The sentences that both clients show. `{…}` marks what the client puts in.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// All sentences by name, for the page.
        pub const WORDS: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
    };
}

words! {
    /// Connection state: a first connection is being made.
    CONNECTING = "connecting";
    /// Connection state: all is well.
    CONNECTED = "connected";
    /// Connection state: the line was lost.
    DISCONNECTED = "disconnected";
    /// Connection state: waiting to try again.
    RECONNECTING_IN = "reconnecting in {seconds} s";
    /// Connection state: trying again at this moment.
    RECONNECTING = "reconnecting";
    /// Connection state: it will not be tried again by itself.
    FAILED = "failed: {reason}";
    /// Above the composer while there is no connection.
    LINES_WAIT = "No connection. What you write waits here and is sent when the line is back.";
    /// An own message that has no answer yet.
    SENDING = "sending";
    /// An own message that was refused for good.
    NOT_SENT = "failed: {reason}";
    /// A message that was taken back.
    MESSAGE_DELETED = "message deleted";
    /// Behind the text of an edited message.
    EDITED = "edited";
    /// The line above what is new.
    NEW = "new";
    /// Below, while the reader has scrolled up.
    NEW_BELOW = "{count} new below";
    /// A room without a line.
    EMPTY_ROOM = "Nothing has been said here yet. Say hello!";
    /// A list of rooms without one.
    NO_ROOMS = "There are no rooms to join yet. /create NAME makes one.";
    /// Above the first line of a room.
    BEGINNING = "This is the beginning of #{room}.";
    /// While history is on its way.
    LOADING = "loading …";
    /// The composer's placeholder.
    WRITE_TO = "Write to #{room}";
    /// The composer's label while a message is edited.
    EDITING = "editing your message · Esc to cancel";
    /// The composer's label while a message is answered.
    REPLYING_TO = "answering {name} · Esc to cancel";
    /// One person types.
    TYPING_ONE = "{name} is typing";
    /// Two people type.
    TYPING_TWO = "{name} and {other} are typing";
    /// More people type.
    TYPING_MANY = "{count} people are typing";
    /// Beside the topic.
    HERE = "{count} here";
    /// System line.
    ROOM_CREATED = "{name} made the room #{room}";
    /// System line.
    JOINED = "{name} joined";
    /// System line.
    LEFT = "{name} left";
    /// System line.
    TOPIC_SET = "{name} set the topic: {topic}";
    /// System line.
    TOPIC_CLEARED = "{name} cleared the topic";
    /// A command that there is none of.
    UNKNOWN_COMMAND = "There is no command /{command}. /help lists them.";
    /// A command that there is none of, with one that is near.
    UNKNOWN_COMMAND_NEAR = "There is no command /{command}. Did you mean /{near}?";
    /// A command without what it needs.
    COMMAND_USAGE = "Usage: /{command} {arguments}";
    /// Asked before a message is deleted.
    CONFIRM_DELETE = "Delete this message? It cannot be brought back. (y/n)";
    /// Asked before the terminal client quits.
    CONFIRM_QUIT = "Quit? (y/n)";
    /// A guest's notice after `/register`, `/login` …
    SIGNED_IN = "Signed in as {name}.";
    /// After `/logout`.
    SIGNED_OUT = "Signed out. You are a guest now.";
    /// After `/nick`.
    RENAMED = "You are called {name} now.";
    /// When the server gave another name than the one wished for.
    NAME_WAS_TAKEN = "The name {wished} is taken; you are {name}.";
    /// After a copy.
    COPIED = "Copied.";
    /// `/edit`, `/delete` without an own message.
    NO_OWN_MESSAGE = "There is no message of yours here.";
    /// A key for a chosen message without one that fits.
    NOT_YOURS = "Only its author can do that.";
    /// A message without a link.
    NO_LINK = "There is no link in this message.";
    /// The word over the list of rooms.
    ROOMS = "Rooms";
    /// The word over the list of people.
    PEOPLE = "People";
    /// The badge of a guest.
    GUEST = "guest";
    /// Over plain HTTP away from this machine, in the terminal.
    PLAIN_HTTP_GUEST = "This line is not encrypted: others on the network could read along and take the name.";
    /// Over plain HTTP away from this machine, for a password or an account's token.
    PLAIN_HTTP_REFUSED = "This line is not encrypted, so the password is not sent. Use https, or --insecure if you know the network.";
    /// Waiting for the password.
    PASSWORD_PROMPT = "Password for {name}: ";
    /// Waiting for the password again.
    PASSWORD_AGAIN = "Once more: ";
    /// The two did not agree.
    PASSWORD_DIFFERS = "The two passwords differ. Nothing was changed.";
    /// After `/password`.
    PASSWORD_CHANGED = "The password is changed; every other session was ended.";
    /// Waiting for the old password.
    PASSWORD_OLD = "Password until now: ";
    /// After `/revoke`.
    SESSION_ENDED = "That session was ended.";
    /// After `/away`.
    NOW_AWAY = "You are away. /back ends it.";
    /// After `/back`.
    NOW_BACK = "You are back.";
}

/// Puts values into a sentence.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let name = &rest[start + 1..start + length];
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once() {
        assert_eq!(fill(TOPIC_SET, &[("name", "{topic}"), ("topic", "x")]), "{topic} set the topic: x");
        assert_eq!(fill("{a} and {b", &[("a", "1")]), "1 and {b");
    }
}
