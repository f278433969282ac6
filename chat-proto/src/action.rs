//! The one table of what a person can do, with its commands and keys. Both clients register
//! their handlers by it, complete and help from it, and a test drives each row in both.
//!
//! A new action is a row here; the compiler then asks the terminal client for its arm and the
//! page's type checker for its handler.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Action {
    /// Which.
    pub id: ActionId,
    /// What it does, as the help says it. (The page has it behind its first load.)
    #[serde(skip)]
    #[ts(skip)]
    pub summary: &'static str,
    /// The slash commands that do it, the common one first, each without its slash.
    pub commands: &'static [&'static str],
    /// What the commands take, as the help shows it: `<…>` needed, `[…]` not.
    pub arguments: &'static str,
    /// Its keys in the default preset, the common one first, such as `Ctrl+K` or `Alt+Down`.
    pub keys: &'static [&'static str],
    /// Where the keys count.
    pub context: Context,
    /// The requests that it sends. (Not in what is generated for the page, whose first load is dear.)
    #[serde(skip)]
    #[ts(skip)]
    pub requests: &'static [&'static str],
    /// Why the terminal client does not have it; empty when it does. (Not told to the page either.)
    #[serde(skip)]
    #[ts(skip)]
    pub not_in_terminal: &'static str,
    /// Why the page does not have it; empty when it does.
    pub not_in_page: &'static str,
    /// Keys that the page leaves to the browser, and why the browser keeps them.
    pub page_keys: &'static [&'static str],
}

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// Everywhere.
    Global,
    /// In the composer.
    Composer,
    /// While a message is chosen.
    Message,
}

macro_rules! actions {
    ($($id:ident: $summary:literal, [$($command:literal),*] $arguments:literal, $context:ident [$($key:literal),*], [$($request:literal),*]
       $(, terminal: $terminal:literal)? $(, page: $page:literal)? $(, page_keys: [$($page_key:literal),*])?;)*) => {
        /// The name of an action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum ActionId {
            $(#[doc = $summary] $id,)*
        }

        /// All actions, in the order in which the help shows them.
        pub const ACTIONS: &[Action] = &[$(Action {
            id: ActionId::$id,
            summary: $summary,
            commands: &[$($command),*],
            arguments: $arguments,
            keys: &[$($key),*],
            context: Context::$context,
            requests: &[$($request),*],
            not_in_terminal: concat!("", $($terminal)?),
            not_in_page: concat!("", $($page)?),
            page_keys: actions!(@keys [$($key),*] $([$($page_key),*])?),
        },)*];
    };
    (@keys [$($key:literal),*]) => { &[$($key),*] };
    (@keys [$($key:literal),*] [$($page_key:literal),*]) => { &[$($page_key),*] };
}

actions! {
    // Writing
    Send: "Send the message", [] "", Composer ["Enter"], ["message:send"];
    NewLine: "Begin a new line", [] "", Composer ["Alt+Enter", "Ctrl+J", "Shift+Enter"], [], page_keys: ["Shift+Enter", "Alt+Enter"];
    Complete: "Complete a name, room, command or emoji", [] "", Composer ["Tab"], [];
    CompleteBack: "The completion before", [] "", Composer ["Shift+Tab"], [];
    InputOlder: "The input before", [] "", Composer ["Ctrl+Up"], [];
    InputNewer: "The input after", [] "", Composer ["Ctrl+Down"], [];
    Editor: "Write in your editor", [] "", Composer ["Alt+E", "Ctrl+X Ctrl+E"], [], page: "a browser cannot start a program on your machine";
    Emote: "Say what you do: /me waves", ["me"] "<text>", Global [], ["message:send"];
    Shrug: "Add a shrug", ["shrug"] "[text]", Global [], ["message:send"];

    // A chosen message
    SelectMessage: "Choose a message", [] "", Composer ["Up"], [];
    Reply: "Answer the chosen message", ["reply"] "<text>", Message ["r"], ["message:send"];
    Edit: "Edit your message", ["edit"] "<text>", Message ["e"], ["message:edit"];
    Delete: "Delete your message", ["delete", "redact"] "", Message ["d"], ["message:delete"];
    React: "React with an emoji, or take it back", ["react"] "<emoji>", Message ["+"], ["message:react"];
    Copy: "Copy the message", [] "", Message ["y"], [];
    OpenLink: "Open the message's link", [] "", Message ["o"], [];
    JumpToQuoted: "Go to the message that it answers", [] "", Message ["Enter"], ["history:read"];
    Retry: "Send a failed message again", ["retry"] "", Message ["R"], ["message:send"];
    Discard: "Discard a message that was not sent", ["discard"] "", Message ["X"], [];

    // Rooms
    Join: "Join a room", ["join", "j"] "<room>", Global [], ["room:find", "room:join"];
    Leave: "Leave the room", ["leave", "part"] "", Global [], ["room:leave"];
    Create: "Make a public room", ["create"] "<room> [topic]", Global [], ["room:create"];
    CreatePrivate: "Make a private room", ["private"] "<room> [topic]", Global [], ["room:create"];
    Invite: "Invite somebody into the room, or make a join code for it", ["invite"] "[name]", Global [], ["user:find", "room:invite", "code:create"];
    Accept: "Come in by an invitation or a join code", ["accept"] "[room or code]", Global [], ["code:find", "room:join"];
    Codes: "The room's join codes; ends one", ["codes"] "[end <code>]", Global [], ["code:list", "code:end"];
    Kick: "Remove somebody from the room", ["kick"] "<name>", Global [], ["room:remove"];
    Role: "Give somebody a role in the room", ["role"] "<name> <member|moderator|owner>", Global [], ["room:set_role"];
    Settings: "Show or change the room's settings", ["set", "settings"] "[setting] [value]", Global [], ["room:configure"];
    Direct: "Talk with somebody alone, or with several people", ["msg", "query", "dm"] "<name[,name]> [text]", Global [], ["user:find", "direct:open", "message:send"];
    Friend: "Ask somebody to be friends, answer them, end it; alone: your friends", ["friend"] "[accept|refuse|remove|list] [name]", Global [], ["user:find", "friend:ask", "friend:accept", "friend:refuse", "friend:remove", "friend:list"];
    Friends: "What you and your friends say to one another", ["friends"] "", Global [], [];
    Refuse: "Refuse the chosen question to be friends", [] "", Message ["x"], ["friend:refuse"];
    Topic: "Show or set the topic; '-' clears it", ["topic"] "[text]", Global [], ["room:set_topic"];
    ListRooms: "List the rooms", ["list", "rooms"] "[words]", Global [], ["room:list"];
    Members: "Who is in the room", ["names", "members", "who"] "", Global [], ["room:members"];
    NextRoom: "Next room", [] "", Global ["Ctrl+N", "Alt+Down"], [], page_keys: ["Alt+Down"];
    PreviousRoom: "Previous room", [] "", Global ["Ctrl+P", "Alt+Up"], [], page_keys: ["Alt+Up"];
    RoomByNumber: "Room by its number", ["room"] "<number>", Global ["Alt+1", "Alt+2", "Alt+3", "Alt+4", "Alt+5", "Alt+6", "Alt+7", "Alt+8", "Alt+9"], [];
    LastRoom: "The room before this one", [] "", Global ["Alt+/"], [];
    NextUnread: "Next room with unread messages", ["unread"] "", Global ["Alt+A"], [];
    FirstUnread: "First unread line", [] "", Global ["Alt+U"], [];
    Switcher: "Go to a room by a part of its name", ["goto"] "[words]", Global ["Ctrl+K", "Ctrl+G"], [];
    NextMention: "Next line that mentions you", [] "", Global ["Alt+N"], [];
    PreviousMention: "Previous line that mentions you", [] "", Global ["Alt+P"], [];
    MarkRead: "Mark the room read", ["read"] "", Global [], ["room:mark_read"];
    MarkUnread: "Mark unread from the chosen message on", [] "", Message ["u"], ["room:mark_read"];

    // Moving about
    Search: "Search what was said", ["search"] "[words]", Global ["Ctrl+F"], ["search:read", "history:read"];
    ScrollUp: "A page up", [] "", Global ["PageUp"], ["history:read"];
    ScrollDown: "A page down", [] "", Global ["PageDown"], [];
    Top: "To the first line", [] "", Global ["Ctrl+Home"], ["history:read"];
    Bottom: "To the newest line", [] "", Global ["Ctrl+End"], [];
    RoomPanel: "Show or hide the rooms", [] "", Global ["F7"], [];
    MemberPanel: "Show or hide the people", [] "", Global ["F8"], ["room:members"];
    Cancel: "Cancel, or back to the composer", [] "", Global ["Esc"], [];

    // You
    Rename: "Be called something else", ["nick"] "<name>", Global [], ["user:rename"];
    Away: "Say that you are away", ["away"] "", Global [], ["presence:set"];
    Back: "Say that you are back", ["back"] "", Global [], ["presence:set"];
    Register: "Make an account of your guest name", ["register"] "<name>", Global [], ["account:register"];
    SignIn: "Sign in to your account", ["login", "signin"] "<name>", Global [], ["account:login"];
    SignOut: "Sign out", ["logout", "signout"] "", Global [], ["account:logout"];
    Password: "Change your password", ["password"] "", Global [], ["account:set_password"];
    Sessions: "Where you are signed in", ["sessions"] "", Global [], ["session:list"];
    RevokeSession: "End one of your sessions", ["revoke"] "<number>", Global [], ["session:revoke"];

    Whois: "Who somebody is", ["whois"] "<name>", Global [], ["user:find", "user:read"];

    // The server
    Claim: "Become the owner of a server that has none, by the code that it printed", ["claim"] "<code>", Global [], ["server:claim"];
    ServerRole: "Give somebody a role on the server", ["serverrole"] "<name> <member|moderator|owner>", Global [], ["user:find", "user:set_role"];
    Announce: "Announce something in the room, or to everybody on the server", ["announce"] "[--all] <text>", Global [], ["server:announce"];

    Token: "Your bots; makes one for the room, or ends one", ["token", "tokens", "bots"] "[create <name> <read,send,hook> [signed] | revoke <number>]", Global [], ["token:list", "token:create", "token:revoke"];

    // The program
    Theme: "Choose the theme", ["theme"] "[night|day|auto]", Global [], [];
    Help: "Keys and commands", ["help", "?"] "", Global ["F1"], [];
    Reconnect: "Try to connect now", ["reconnect"] "", Global [], [];
    Redraw: "Draw the screen anew", ["redraw"] "", Global ["Ctrl+L"], [], page: "the browser draws its own screen";
    Interrupt: "Clear the input; twice asks to quit", [] "", Global ["Ctrl+C"], [], page: "the browser copies with it";
    Quit: "Quit", ["quit", "exit"] "", Global ["Ctrl+Q"], [], page: "closing the tab is the browser's";
}

/// The action that a slash command does; `name` comes without its slash.
#[must_use]
pub fn by_command(name: &str) -> Option<&'static Action> {
    let name = name.to_lowercase();
    ACTIONS.iter().find(|action| action.commands.contains(&name.as_str()))
}

/// The known command that is nearest to a mistyped one, where one is near.
#[must_use]
pub fn nearest_command(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let commands = ACTIONS.iter().flat_map(|action| action.commands.iter().copied());
    let scored = commands.map(|command| (distance(&name, command), command));
    scored
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, command)| *distance <= 1 + command.len() / 3)
        .map(|(_, command)| command)
}

/// What a line in the composer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Say this; a doubled slash at the beginning is already single.
    Say(std::borrow::Cow<'a, str>),
    /// Do this, with what stood behind the command.
    Command(&'static Action, &'a str),
    /// No such command; the nearest one, where one is near.
    Unknown(&'a str, Option<&'static str>),
}

/// Reads a line of the composer: a command, an escaped slash, or something to say.
#[must_use]
pub fn read_input(line: &str) -> Input<'_> {
    let Some(rest) = line.strip_prefix('/') else { return Input::Say(line.into()) };
    if rest.starts_with('/') {
        return Input::Say(rest.into());
    }
    let (name, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match by_command(name) {
        Some(action) => Input::Command(action, arguments.trim()),
        None => Input::Unknown(name, nearest_command(name)),
    }
}

/// Damerau-Levenshtein distance (adjacent swaps count once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(40).collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::request::AnyRequest;

    #[test]
    fn the_table_is_sound() {
        let mut commands = BTreeSet::new();
        for action in ACTIONS {
            for command in action.commands {
                assert!(commands.insert(command), "/{command} stands twice");
            }
            for request in action.requests {
                assert!(AnyRequest::NAMES.contains(request), "{:?} names no request {request}", action.id);
            }
            assert!(action.page_keys.iter().all(|key| action.keys.contains(key)), "{:?} has a key in the page alone", action.id);
            assert!(!(action.commands.is_empty() && action.keys.is_empty()), "{:?} can't be reached", action.id);
        }
        let mut keys = BTreeSet::new();
        for (action, key) in ACTIONS.iter().flat_map(|action| action.keys.iter().map(move |key| (action, key))) {
            assert!(keys.insert((action.context == Context::Message, key)), "{key} stands twice");
        }
    }

    #[test]
    fn lines_are_read() {
        assert_eq!(read_input("hello"), Input::Say("hello".into()));
        assert_eq!(read_input("//etc"), Input::Say("/etc".into()));
        assert!(matches!(read_input("/J ops "), Input::Command(Action { id: ActionId::Join, .. }, "ops")));
        assert_eq!(read_input("/jion ops"), Input::Unknown("jion", Some("join")));
        assert_eq!(read_input("/xyzzyq"), Input::Unknown("xyzzyq", None));
    }
}
