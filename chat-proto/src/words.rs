//! The sentences that both clients show. `{…}` marks what the client puts in.

macro_rules! words {
    ($(#[$about:meta])* $all:ident: $($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        $(#[$about])*
        pub const $all: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
    };
}

words! {
    /// What the page shows, or has to say, before it is there as a whole; by name.
    WORDS:

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
    /// System line.
    INVITED = "{name} invited {user}";
    /// System line.
    ADDED = "{name} added {user}";
    /// System line.
    REMOVED = "{name} removed {user}";
    /// System line.
    ROLE_GIVEN = "{user} is {role} now, by {name}";
    /// System line.
    ROOM_RENAMED = "{name} calls this room #{room} now";
    /// System line.
    TITLE_SET = "{name} set the title: {title}";
    /// System line.
    TITLE_CLEARED = "{name} cleared the title";
    /// System line.
    MADE_PUBLIC = "{name} opened this room to everybody";
    /// System line.
    MADE_PRIVATE = "{name} closed this room to all but those who are invited";
    /// System line.
    POST_MEMBERS = "{name} lets all members write";
    /// System line.
    POST_MODERATORS = "{name} lets moderators alone write";
    /// System line.
    INVITE_MEMBERS = "{name} lets all members invite";
    /// System line.
    INVITE_MODERATORS = "{name} lets moderators alone invite";
    /// System line.
    HISTORY_ALL = "{name} lets new members read what was said before";
    /// System line.
    HISTORY_JOINED = "{name} lets new members read only what is said from then on";
    /// System line.
    ARCHIVED = "{name} archived this room";
    /// System line.
    UNARCHIVED = "{name} opened this room again";
    /// A line of the inbox.
    INVITED_YOU = "{name} invites you into #{room}. /accept {room} takes you there.";
    /// A line of the inbox.
    REMOVED_YOU = "{name} removed you from #{room}.";
    /// A line of the inbox.
    FRIEND_ASKED = "{name} asks to be your friend. /friend accept {name} says yes.";
    /// A line of the inbox.
    FRIEND_ACCEPTED = "{name} is your friend now.";
    /// A line of the inbox: what its reader did.
    YOU_ASKED = "You asked {user} to be your friend.";
    /// A line of the inbox: what its reader did.
    YOU_ACCEPTED = "You and {user} are friends now.";
    /// A line of the inbox: what its reader did.
    YOU_REFUSED = "You said no to {user}.";
    /// A line of the inbox: what its reader did.
    YOU_WITHDREW = "You took back your question to {user}.";
    /// A line of the inbox: what its reader did.
    YOU_ENDED = "You and {user} are friends no longer.";
    /// What is called that which friends say to one another, and the word over the friends.
    FRIENDS = "Friends";
    /// The composer's placeholder where one writes to all of one's friends.
    WRITE_TO_FRIENDS = "Write to your friends";
    /// Above the first line of what friends say to one another.
    BEGINNING_OF_FRIENDS = "This is the beginning of what you and your friends say.";
    /// Where nobody has said anything to friends yet.
    FRIENDS_QUIET = "Nobody has said anything yet. What you write here all of your friends read. /friend NAME asks somebody to be one.";
    /// Where there is no friend yet: the list of them, and the place where they speak.
    NO_FRIENDS = "You have no friends here yet. /friend NAME asks somebody to be yours.";
    /// A button, and a hint: says yes to whoever asks to be a friend.
    ACCEPT = "Accept";
    /// A button, and a hint: says no to whoever asks to be a friend.
    REFUSE = "Refuse";
    /// What the inbox is called.
    INBOX = "Inbox";
    /// What somebody is in a room or on the server.
    ROLE_MEMBER = "member";
    /// What somebody is in a room or on the server.
    ROLE_MODERATOR = "moderator";
    /// What somebody is in a room or on the server.
    ROLE_OWNER = "owner";
    /// The composer of a room in which the reader may not write.
    MAY_NOT_POST = "Only moderators write here.";
    /// The composer of an archived room.
    IS_ARCHIVED = "This room is archived: nothing can be said here any more.";
    /// The composer of the inbox.
    INBOX_IS_READ = "Here you only read. /accept takes an invitation up.";
    /// A sign beside the name of a room.
    PRIVATE = "private";
    /// A sign beside the name of a room.
    READ_ONLY = "read-only";
    /// A sign beside the name of a room.
    IS_IN_ARCHIVE = "archived";
    /// After `/invite NAME`.
    INVITATION_SENT = "{user} is invited.";
    /// The title of a room's settings.
    SETTINGS = "Settings of #{room}";
    /// The word over the conversations with people.
    CONVERSATIONS = "Conversations";
    /// The composer's placeholder in a conversation.
    WRITE_TO_PERSON = "Write to {name}";
    /// Above the first line of a conversation.
    BEGINNING_WITH = "This is the beginning of your conversation with {name}.";
    /// When the server gave another name than the one wished for.
    NAME_WAS_TAKEN = "The name {wished} is taken; you are {name}.";
    /// The word over the list of rooms.
    ROOMS = "Rooms";
    /// The word over the list of people.
    PEOPLE = "People";
    /// The badge of a guest.
    GUEST = "guest";
    /// The marker of a bot, beside its name and what it says.
    BOT = "bot";
    /// Over plain HTTP away from this machine, in the terminal.
    PLAIN_HTTP_GUEST = "This line is not encrypted: others on the network could read along and take the name.";
    /// Why a message is set aside that the connection ends at again and again.
    CUTS_THE_LINE = "the line was cut each time that it was sent";
    /// A command that asks the server something, without a connection.
    NO_CONNECTION = "There is no connection. Try again when it is back.";
    /// The first question to somebody new.
    ASK_NAME = "What should people call you?";
    /// Below the first question.
    ASK_NAME_HINT = "You come in as a guest, and this browser remembers you. An account can be made later.";
    /// What an operator announces to everybody on the server.
    ANNOUNCEMENT = "Announcement: {text}";
    /// What an operator announces in one room.
    ANNOUNCEMENT_IN = "Announcement in #{room}: {text}";
    /// Lets somebody in under that name.
    COME_IN = "Come in";
    /// Behind the name of somebody who is away.
    AWAY = "away";
    /// A button.
    SEND = "Send";
    /// A button.
    RETRY = "Retry";
    /// A button.
    DISCARD = "Discard";
    /// A button.
    CANCEL = "Cancel";
    /// A button.
    DELETE = "Delete";
    /// A button.
    JOIN = "Join";
    /// A button: goes to where one is signed in.
    SIGN_IN = "Sign in";
    /// A button.
    SIGN_OUT = "Sign out";
    /// A button.
    REGISTER = "Make an account";
    /// A button, and the title of its form.
    CHANGE_PASSWORD = "Change the password";
    /// The title of the list of sessions.
    SESSIONS = "Where you are signed in";
    /// The title of the help.
    HELP = "Keys and commands";
    /// The title of the list of rooms that one can join.
    ALL_ROOMS = "All rooms";
    /// Closes what lies over the timeline.
    CLOSE = "Close";
    /// A message that is longer than the server allows.
    TOO_LONG = "The message is {size} bytes long; {most} are allowed.";
    /// A line that the browser could not store, and what sending it again does.
    NOT_STORED = "The browser could not store this line, so it was not sent. Send it again to keep it as long as this page is open.";
    /// Once, where the browser stores nothing.
    NOT_DURABLE = "This browser stores nothing for this page: what is not sent yet is lost when the page is closed.";
    /// A change of a message that was taken back meanwhile.
    TARGET_GONE = "That message is not there any more.";
    /// A message to be discarded that went out meanwhile.
    BEING_SENT = "It is on its way already.";
    /// A form that waits for its answer.
    WAITING = "one moment …";
    /// A code block's button.
    COPY = "Copy";
    /// A hint in the bottom line.
    HINT_UNREAD = "next unread";
    /// A hint in the bottom line.
    HINT_GO_TO = "go to";
    /// A hint in the bottom line.
    HINT_HELP = "help";
    /// The button beside the state while there is no connection.
    RECONNECT = "Try now";
    /// A button on a message.
    REACT = "React";
    /// A button on a message.
    REPLY = "Reply";
    /// A button on a message.
    EDIT = "Edit";
    /// The button that goes to the newest line.
    NEWEST = "To the newest line";
    /// The label of the log of messages.
    MESSAGES = "Messages in #{room}";
    /// A button: changes the theme.
    THEME_TO = "{name} theme";
    /// The title of the search, and its field.
    SEARCH = "Search";
}

words! {
    /// All others, which the page loads behind the first.
    LATE_WORDS:

    /// A list of rooms without one.
    NO_ROOMS = "There are no rooms to join yet. /create NAME makes one.";
    /// To a guest who asks for anything that has to do with friends.
    FRIENDS_ARE_ACCOUNTS = "Friends are for accounts. /register NAME makes one of your guest name.";
    /// Who answers what a friend said to all of theirs, where the friend alone writes.
    FRIEND_WRITES_ALONE = "Only {name} writes there, to all of their friends. /msg {name} answers them alone.";
    /// A command that is about a room's members and rules, where friends speak.
    FRIENDS_ARE_NO_ROOM = "That is for rooms. Who reads here is up to you: /friend lists your friends.";
    /// Asked before a friendship is ended.
    CONFIRM_UNFRIEND = "End the friendship with {user}? Neither of you reads any more what the other one says to friends, and what {user} said leaves your Friends view. (y/n)";
    /// The key that refuses, on a message that asks nothing.
    NO_QUESTION = "That is no question to be friends.";
    /// A line of the list of friends.
    FRIEND_SINCE = "friends since {since}";
    /// A line of the list of friends.
    FRIEND_ASKS_YOU = "asks to be your friend, since {since}";
    /// A line of the list of friends.
    FRIEND_YOU_ASKED = "you asked them, {since}";
    /// Behind who somebody is.
    PROFILE_FRIENDS = "You are friends; /friend remove {name} ends it.";
    /// Behind who somebody is.
    PROFILE_ASKS_YOU = "They ask to be your friend: /friend accept {name}, or /friend refuse {name}.";
    /// Behind who somebody is.
    PROFILE_YOU_ASKED = "You asked to be their friend; /friend remove {name} takes that back.";
    /// Behind who somebody is.
    PROFILE_NO_FRIENDS = "/friend {name} asks to be their friend.";
    /// A button: asks somebody to be a friend.
    ASK_FRIEND = "Ask to be friends";
    /// A button: ends a friendship.
    END_FRIENDSHIP = "End the friendship";
    /// A button: takes an own question back.
    TAKE_BACK = "Take the question back";
    /// After `/invite`.
    CODE_MADE = "Join code {code}: /accept {code} in a client, or {link} in a browser. It holds until {until}.";
    /// One of the room's join codes.
    CODE_LINE = "{code}: until {until}, for {count} more people";
    /// `/codes` in a room without any.
    NO_CODES = "There is no join code for #{room}. /invite makes one.";
    /// After `/codes end`.
    CODE_ENDED = "That code lets nobody in any more.";
    /// `/accept` without an invitation.
    NO_INVITATION = "There is no invitation for you. /accept CODE takes a join code.";
    /// A name that nobody here has.
    NOBODY = "There is nobody called {user}.";
    /// A name that several people have.
    SEVERAL_PEOPLE = "Several people are called {user}: {names}. Use the name to sign in by.";
    /// Asked before somebody is removed.
    CONFIRM_KICK = "Remove {user} from #{room}? (y/n)";
    /// Asked before a room is archived.
    CONFIRM_ARCHIVE = "Archive #{room}? Nothing can be said there any more. (y/n)";
    /// `/role` and `/serverrole` with a word that is no role.
    NO_SUCH_ROLE = "There is no role {role}: member, moderator or owner.";
    /// `/set` with a word that is no setting.
    NO_SUCH_SETTING = "There is no setting {setting}: name, title, visibility, post, invite, history or archived.";
    /// `/set` with a value that the setting cannot have.
    NO_SUCH_VALUE = "{setting} is one of: {values}.";
    /// One setting of a room.
    SETTING_LINE = "{setting}: {value}";
    /// After `/serverrole`.
    SERVER_ROLE_GIVEN = "{user} is {role} on this server now.";
    /// After `/claim`.
    CLAIMED = "You are the owner of this server now.";
    /// Who somebody is.
    PROFILE = "{name} ({identity}), {presence}, here since {since}";
    /// Who a guest is.
    PROFILE_GUEST = "{name}, a guest, {presence}";
    /// The rooms that one shares with somebody.
    PROFILE_ROOMS = "Rooms in common: {rooms}";
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
    /// After a copy.
    COPIED = "Copied.";
    /// `/edit`, `/delete` without an own message.
    NO_OWN_MESSAGE = "There is no message of yours here.";
    /// A key for a chosen message without one that fits.
    NOT_YOURS = "Only its author can do that.";
    /// A message without a link.
    NO_LINK = "There is no link in this message.";
    /// Over the list of one's bots.
    BOTS = "Your bots";
    /// `/token` without any.
    NO_BOTS = "You have no bots. /token create NAME read,send makes one for the room that you are in.";
    /// One bot in the list.
    BOT_LINE = "{name}: may {scopes}, last used {time}";
    /// In the place of a time.
    NEVER = "never";
    /// After `/token create`, over the token.
    TOKEN_MADE = "The token of {name}. It is shown this once:";
    /// Before the address of a webhook.
    TOKEN_HOOK = "Its webhook takes posts at:";
    /// Before the signing secret of a webhook.
    TOKEN_SIGNING = "Posts are signed with the secret, shown this once, too:";
    /// How a bot comes in by its token.
    TOKEN_USE = "A client comes in by it with CHAT_TOKEN, or with the handshake {\"token\": TOKEN}.";
    /// After `/token revoke`.
    TOKEN_ENDED = "That bot is ended, and has left its rooms.";
    /// `/token create` with a scope that is none.
    NO_SUCH_SCOPE = "There is no scope {scope}: read, send and hook there are.";
    /// `/token revoke` with a number that is none.
    NO_SUCH_BOT = "There is no bot {number}. /token lists them.";
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
    /// `/topic` in a room with one.
    TOPIC_IS = "The topic of #{room}: {topic}";
    /// `/topic` in a room without one.
    NO_TOPIC = "#{room} has no topic. /topic TEXT sets one.";
    /// `/revoke` with a number that no session has.
    NO_SUCH_SESSION = "There is no session {number}. /sessions lists them.";
    /// `/theme` with a name that no theme has.
    NO_SUCH_THEME = "There is no theme {name}: night, day or auto.";
    /// To whoever announced it.
    ANNOUNCED = "Announced.";
    /// Above the unsent lines of somebody else on this device.
    STRANDED = "Unsent messages of {name} are kept here ({count}). Sign in as {name} to send them.";
    /// The same of a guest, who has no password to sign in by; in the terminal.
    STRANDED_GUEST = "Unsent messages of the guest {name} are kept here ({count}). chat-tui --name \"{name}\" sends them.";
    /// Beside it.
    COPY_THEM = "Copy them";
    /// Beside it, in the terminal.
    STRANDED_SIGN_IN = "Sign in as {name}";
    /// Beside it, in the terminal.
    STRANDED_LATER = "Later";
    /// Asked before they are discarded.
    CONFIRM_DISCARD = "Discard the unsent messages of {name} ({count})? They cannot be brought back. (y/n)";
    /// A password over plain HTTP, in the page.
    PLAIN_HTTP_PASSWORD = "This line is not encrypted: others on the network could read the password.";
    /// A form's field.
    IDENTITY = "Name to sign in by";
    /// A form's field.
    PASSWORD = "Password";
    /// A form's field.
    PASSWORD_NEW = "New password";
    /// A list without a match.
    NO_MATCH = "Nothing fits.";
    /// Behind the session that asks.
    THIS_SESSION = "this one";
    /// A button.
    END = "End";
    /// Two lines in one list of times.
    SESSION_USED = "last used {time}";
    /// The title of the quick switcher, and its field.
    GO_TO = "Go to a room";
    /// A copy that the browser refused.
    NOT_COPIED = "The browser does not let this page copy.";
    /// The same in the page, where it cannot become that person again by signing in.
    STRANDED_HERE = "Unsent messages of {name}, who used this browser before, are kept here ({count}).";
    /// Above own messages whose room is not one's own any more.
    HOMELESS = "Not sent, since you are not in the room any more: {count}.";
    /// The label of the button that brings more of a list.
    MORE = "More";
    /// The label of the list of completions.
    COMPLETIONS = "Completions";
    /// Below the field of the search, until something was searched for.
    SEARCH_HINT = "Words, \"a phrase\", -without, from:NAME, in:ROOM, before:2026-12-31, after:2026-01-01";
    /// A search that found nothing.
    NOTHING_FOUND = "Nothing was found for {query}.";
    /// While the server still prepares older messages.
    SEARCH_PREPARING = "The server is still preparing older messages: not all of them are found yet.";
    /// How many messages were found; `+` stands behind a number that may be larger.
    FOUND = "{count} found";
    /// Goes back to where one was before a hit was looked at.
    BACK_TO_SEARCH = "Back to the search";
    /// A button: closes a room.
    ARCHIVE = "Archive";
    /// The title of a room's join codes.
    CODES = "Join codes of #{room}";
    /// A button.
    CODE_NEW = "Make a join code";
    /// A button: ends somebody's membership.
    REMOVE = "Remove";
    /// The label of somebody's role.
    ROLE_IN = "Role in #{room}";
    /// A button: changes what was filled in.
    SAVE = "Save";
    /// `/set` in a conversation or in the inbox.
    NO_SETTINGS = "Only rooms have settings.";
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
