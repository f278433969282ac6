// Generated from the types of chat-proto. Do not edit: change the types, then run
//     UPDATE_GENERATED=1 cargo test -p chat-proto --test proto generated

import type { Action, ActionId } from "./proto";

/** The sentences that both clients show, but for those that the page begins with. */
export const LATE_WORDS = {
  "ANNOUNCED": "Announced.",
  "ARCHIVE": "Archive",
  "ASK_FRIEND": "Ask to be friends",
  "BACK_TO_SEARCH": "Back to the search",
  "BOTS": "Your bots",
  "BOT_LINE": "{name}: may {scopes}, last used {time}",
  "CLAIMED": "You are the owner of this server now.",
  "CODES": "Join codes of #{room}",
  "CODE_ENDED": "That code lets nobody in any more.",
  "CODE_LINE": "{code}: until {until}, for {count} more people",
  "CODE_MADE": "Join code {code}: /accept {code} in a client, or {link} in a browser. It holds until {until}.",
  "CODE_NEW": "Make a join code",
  "COMMAND_USAGE": "Usage: /{command} {arguments}",
  "COMPLETIONS": "Completions",
  "CONFIRM_ARCHIVE": "Archive #{room}? Nothing can be said there any more. (y/n)",
  "CONFIRM_DELETE": "Delete this message? It cannot be brought back. (y/n)",
  "CONFIRM_DISCARD": "Discard the unsent messages of {name} ({count})? They cannot be brought back. (y/n)",
  "CONFIRM_KICK": "Remove {user} from #{room}? (y/n)",
  "CONFIRM_QUIT": "Quit? (y/n)",
  "CONFIRM_UNFRIEND": "End the friendship with {user}? Neither of you reads any more what the other one says to friends, and what {user} said leaves your Friends view. (y/n)",
  "COPIED": "Copied.",
  "COPY_THEM": "Copy them",
  "END": "End",
  "END_FRIENDSHIP": "End the friendship",
  "FOUND": "{count} found",
  "FRIENDS_ARE_ACCOUNTS": "Friends are for accounts. /register NAME makes one of your guest name.",
  "FRIENDS_ARE_NO_ROOM": "That is for rooms. Who reads here is up to you: /friend lists your friends.",
  "FRIEND_ASKS_YOU": "asks to be your friend, since {since}",
  "FRIEND_SINCE": "friends since {since}",
  "FRIEND_WRITES_ALONE": "Only {name} writes there, to all of their friends. /msg {name} answers them alone.",
  "FRIEND_YOU_ASKED": "you asked them, {since}",
  "GO_TO": "Go to a room",
  "HOMELESS": "Not sent, since you are not in the room any more: {count}.",
  "IDENTITY": "Name to sign in by",
  "MORE": "More",
  "NEVER": "never",
  "NOBODY": "There is nobody called {user}.",
  "NOTHING_FOUND": "Nothing was found for {query}.",
  "NOT_COPIED": "The browser does not let this page copy.",
  "NOT_YOURS": "Only its author can do that.",
  "NOW_AWAY": "You are away. /back ends it.",
  "NOW_BACK": "You are back.",
  "NO_BOTS": "You have no bots. /token create NAME read,send makes one for the room that you are in.",
  "NO_CODES": "There is no join code for #{room}. /invite makes one.",
  "NO_INVITATION": "There is no invitation for you. /accept CODE takes a join code.",
  "NO_LINK": "There is no link in this message.",
  "NO_MATCH": "Nothing fits.",
  "NO_OWN_MESSAGE": "There is no message of yours here.",
  "NO_QUESTION": "That is no question to be friends.",
  "NO_ROOMS": "There are no rooms to join yet. /create NAME makes one.",
  "NO_SETTINGS": "Only rooms have settings.",
  "NO_SUCH_BOT": "There is no bot {number}. /token lists them.",
  "NO_SUCH_ROLE": "There is no role {role}: member, moderator or owner.",
  "NO_SUCH_SCOPE": "There is no scope {scope}: read, send and hook there are.",
  "NO_SUCH_SESSION": "There is no session {number}. /sessions lists them.",
  "NO_SUCH_SETTING": "There is no setting {setting}: name, title, visibility, post, invite, history or archived.",
  "NO_SUCH_THEME": "There is no theme {name}: night, day or auto.",
  "NO_SUCH_VALUE": "{setting} is one of: {values}.",
  "NO_TOPIC": "#{room} has no topic. /topic TEXT sets one.",
  "PASSWORD": "Password",
  "PASSWORD_AGAIN": "Once more: ",
  "PASSWORD_CHANGED": "The password is changed; every other session was ended.",
  "PASSWORD_DIFFERS": "The two passwords differ. Nothing was changed.",
  "PASSWORD_NEW": "New password",
  "PASSWORD_OLD": "Password until now: ",
  "PASSWORD_PROMPT": "Password for {name}: ",
  "PLAIN_HTTP_PASSWORD": "This line is not encrypted: others on the network could read the password.",
  "PLAIN_HTTP_REFUSED": "This line is not encrypted, so the password is not sent. Use https, or --insecure if you know the network.",
  "PROFILE": "{name} ({identity}), {presence}, here since {since}",
  "PROFILE_ASKS_YOU": "They ask to be your friend: /friend accept {name}, or /friend refuse {name}.",
  "PROFILE_FRIENDS": "You are friends; /friend remove {name} ends it.",
  "PROFILE_GUEST": "{name}, a guest, {presence}",
  "PROFILE_NO_FRIENDS": "/friend {name} asks to be their friend.",
  "PROFILE_ROOMS": "Rooms in common: {rooms}",
  "PROFILE_YOU_ASKED": "You asked to be their friend; /friend remove {name} takes that back.",
  "REMOVE": "Remove",
  "RENAMED": "You are called {name} now.",
  "ROLE_IN": "Role in #{room}",
  "SAVE": "Save",
  "SEARCH_HINT": "Words, \"a phrase\", -without, from:NAME, in:ROOM, before:2026-12-31, after:2026-01-01",
  "SEARCH_PREPARING": "The server is still preparing older messages: not all of them are found yet.",
  "SERVER_ROLE_GIVEN": "{user} is {role} on this server now.",
  "SESSION_ENDED": "That session was ended.",
  "SESSION_USED": "last used {time}",
  "SETTING_LINE": "{setting}: {value}",
  "SEVERAL_PEOPLE": "Several people are called {user}: {names}. Use the name to sign in by.",
  "SIGNED_IN": "Signed in as {name}.",
  "SIGNED_OUT": "Signed out. You are a guest now.",
  "STRANDED": "Unsent messages of {name} are kept here ({count}). Sign in as {name} to send them.",
  "STRANDED_GUEST": "Unsent messages of the guest {name} are kept here ({count}). chat-tui --name \"{name}\" sends them.",
  "STRANDED_HERE": "Unsent messages of {name}, who used this browser before, are kept here ({count}).",
  "STRANDED_LATER": "Later",
  "STRANDED_SIGN_IN": "Sign in as {name}",
  "TAKE_BACK": "Take the question back",
  "THIS_SESSION": "this one",
  "TOKEN_ENDED": "That bot is ended, and has left its rooms.",
  "TOKEN_HOOK": "Its webhook takes posts at:",
  "TOKEN_MADE": "The token of {name}. It is shown this once:",
  "TOKEN_SIGNING": "Posts are signed with the secret, shown this once, too:",
  "TOKEN_USE": "A client comes in by it with CHAT_TOKEN, or with the handshake {\"token\": TOKEN}.",
  "TOPIC_IS": "The topic of #{room}: {topic}",
  "UNKNOWN_COMMAND": "There is no command /{command}. /help lists them.",
  "UNKNOWN_COMMAND_NEAR": "There is no command /{command}. Did you mean /{near}?"
} as const;

/** Everything that a person can do, in the order of the help. */
export const ACTIONS: readonly Action[] = [
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "send",
    "keys": [
      "Enter"
    ],
    "not_in_page": "",
    "page_keys": [
      "Enter"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "new_line",
    "keys": [
      "Alt+Enter",
      "Ctrl+J",
      "Shift+Enter"
    ],
    "not_in_page": "",
    "page_keys": [
      "Shift+Enter",
      "Alt+Enter"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "complete",
    "keys": [
      "Tab"
    ],
    "not_in_page": "",
    "page_keys": [
      "Tab"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "complete_back",
    "keys": [
      "Shift+Tab"
    ],
    "not_in_page": "",
    "page_keys": [
      "Shift+Tab"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "input_older",
    "keys": [
      "Ctrl+Up"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+Up"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "input_newer",
    "keys": [
      "Ctrl+Down"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+Down"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "editor",
    "keys": [
      "Alt+E",
      "Ctrl+X Ctrl+E"
    ],
    "not_in_page": "a browser cannot start a program on your machine",
    "page_keys": [
      "Alt+E",
      "Ctrl+X Ctrl+E"
    ]
  },
  {
    "arguments": "<text>",
    "commands": [
      "me"
    ],
    "context": "global",
    "id": "emote",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[text]",
    "commands": [
      "shrug"
    ],
    "context": "global",
    "id": "shrug",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [],
    "context": "composer",
    "id": "select_message",
    "keys": [
      "Up"
    ],
    "not_in_page": "",
    "page_keys": [
      "Up"
    ]
  },
  {
    "arguments": "<text>",
    "commands": [
      "reply"
    ],
    "context": "message",
    "id": "reply",
    "keys": [
      "r"
    ],
    "not_in_page": "",
    "page_keys": [
      "r"
    ]
  },
  {
    "arguments": "<text>",
    "commands": [
      "edit"
    ],
    "context": "message",
    "id": "edit",
    "keys": [
      "e"
    ],
    "not_in_page": "",
    "page_keys": [
      "e"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "delete",
      "redact"
    ],
    "context": "message",
    "id": "delete",
    "keys": [
      "d"
    ],
    "not_in_page": "",
    "page_keys": [
      "d"
    ]
  },
  {
    "arguments": "<emoji>",
    "commands": [
      "react"
    ],
    "context": "message",
    "id": "react",
    "keys": [
      "+"
    ],
    "not_in_page": "",
    "page_keys": [
      "+"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "message",
    "id": "copy",
    "keys": [
      "y"
    ],
    "not_in_page": "",
    "page_keys": [
      "y"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "message",
    "id": "open_link",
    "keys": [
      "o"
    ],
    "not_in_page": "",
    "page_keys": [
      "o"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "message",
    "id": "jump_to_quoted",
    "keys": [
      "Enter"
    ],
    "not_in_page": "",
    "page_keys": [
      "Enter"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "retry"
    ],
    "context": "message",
    "id": "retry",
    "keys": [
      "R"
    ],
    "not_in_page": "",
    "page_keys": [
      "R"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "discard"
    ],
    "context": "message",
    "id": "discard",
    "keys": [
      "X"
    ],
    "not_in_page": "",
    "page_keys": [
      "X"
    ]
  },
  {
    "arguments": "<room>",
    "commands": [
      "join",
      "j"
    ],
    "context": "global",
    "id": "join",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "leave",
      "part"
    ],
    "context": "global",
    "id": "leave",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<room> [topic]",
    "commands": [
      "create"
    ],
    "context": "global",
    "id": "create",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<room> [topic]",
    "commands": [
      "private"
    ],
    "context": "global",
    "id": "create_private",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[name]",
    "commands": [
      "invite"
    ],
    "context": "global",
    "id": "invite",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[room or code]",
    "commands": [
      "accept"
    ],
    "context": "global",
    "id": "accept",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[end <code>]",
    "commands": [
      "codes"
    ],
    "context": "global",
    "id": "codes",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name>",
    "commands": [
      "kick"
    ],
    "context": "global",
    "id": "kick",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name> <member|moderator|owner>",
    "commands": [
      "role"
    ],
    "context": "global",
    "id": "role",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[setting] [value]",
    "commands": [
      "set",
      "settings"
    ],
    "context": "global",
    "id": "settings",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name[,name]> [text]",
    "commands": [
      "msg",
      "query",
      "dm"
    ],
    "context": "global",
    "id": "direct",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[accept|refuse|remove|list] [name]",
    "commands": [
      "friend"
    ],
    "context": "global",
    "id": "friend",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "friends"
    ],
    "context": "global",
    "id": "friends",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [],
    "context": "message",
    "id": "refuse",
    "keys": [
      "x"
    ],
    "not_in_page": "",
    "page_keys": [
      "x"
    ]
  },
  {
    "arguments": "[text]",
    "commands": [
      "topic"
    ],
    "context": "global",
    "id": "topic",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[words]",
    "commands": [
      "list",
      "rooms"
    ],
    "context": "global",
    "id": "list_rooms",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "names",
      "members",
      "who"
    ],
    "context": "global",
    "id": "members",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "next_room",
    "keys": [
      "Ctrl+N",
      "Alt+Down"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+Down"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "previous_room",
    "keys": [
      "Ctrl+P",
      "Alt+Up"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+Up"
    ]
  },
  {
    "arguments": "<number>",
    "commands": [
      "room"
    ],
    "context": "global",
    "id": "room_by_number",
    "keys": [
      "Alt+1",
      "Alt+2",
      "Alt+3",
      "Alt+4",
      "Alt+5",
      "Alt+6",
      "Alt+7",
      "Alt+8",
      "Alt+9"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+1",
      "Alt+2",
      "Alt+3",
      "Alt+4",
      "Alt+5",
      "Alt+6",
      "Alt+7",
      "Alt+8",
      "Alt+9"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "last_room",
    "keys": [
      "Alt+/"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+/"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "unread"
    ],
    "context": "global",
    "id": "next_unread",
    "keys": [
      "Alt+A"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+A"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "first_unread",
    "keys": [
      "Alt+U"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+U"
    ]
  },
  {
    "arguments": "[words]",
    "commands": [
      "goto"
    ],
    "context": "global",
    "id": "switcher",
    "keys": [
      "Ctrl+K",
      "Ctrl+G"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+K",
      "Ctrl+G"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "next_mention",
    "keys": [
      "Alt+N"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+N"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "previous_mention",
    "keys": [
      "Alt+P"
    ],
    "not_in_page": "",
    "page_keys": [
      "Alt+P"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "read"
    ],
    "context": "global",
    "id": "mark_read",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [],
    "context": "message",
    "id": "mark_unread",
    "keys": [
      "u"
    ],
    "not_in_page": "",
    "page_keys": [
      "u"
    ]
  },
  {
    "arguments": "[words]",
    "commands": [
      "search"
    ],
    "context": "global",
    "id": "search",
    "keys": [
      "Ctrl+F"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+F"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "scroll_up",
    "keys": [
      "PageUp"
    ],
    "not_in_page": "",
    "page_keys": [
      "PageUp"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "scroll_down",
    "keys": [
      "PageDown"
    ],
    "not_in_page": "",
    "page_keys": [
      "PageDown"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "top",
    "keys": [
      "Ctrl+Home"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+Home"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "bottom",
    "keys": [
      "Ctrl+End"
    ],
    "not_in_page": "",
    "page_keys": [
      "Ctrl+End"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "room_panel",
    "keys": [
      "F7"
    ],
    "not_in_page": "",
    "page_keys": [
      "F7"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "member_panel",
    "keys": [
      "F8"
    ],
    "not_in_page": "",
    "page_keys": [
      "F8"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "cancel",
    "keys": [
      "Esc"
    ],
    "not_in_page": "",
    "page_keys": [
      "Esc"
    ]
  },
  {
    "arguments": "<name>",
    "commands": [
      "nick"
    ],
    "context": "global",
    "id": "rename",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "away"
    ],
    "context": "global",
    "id": "away",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "back"
    ],
    "context": "global",
    "id": "back",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name>",
    "commands": [
      "register"
    ],
    "context": "global",
    "id": "register",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name>",
    "commands": [
      "login",
      "signin"
    ],
    "context": "global",
    "id": "sign_in",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "logout",
      "signout"
    ],
    "context": "global",
    "id": "sign_out",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "password"
    ],
    "context": "global",
    "id": "password",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "sessions"
    ],
    "context": "global",
    "id": "sessions",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<number>",
    "commands": [
      "revoke"
    ],
    "context": "global",
    "id": "revoke_session",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name>",
    "commands": [
      "whois"
    ],
    "context": "global",
    "id": "whois",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<code>",
    "commands": [
      "claim"
    ],
    "context": "global",
    "id": "claim",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "<name> <member|moderator|owner>",
    "commands": [
      "serverrole"
    ],
    "context": "global",
    "id": "server_role",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[--all] <text>",
    "commands": [
      "announce"
    ],
    "context": "global",
    "id": "announce",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[create <name> <read,send,hook> [signed] | revoke <number>]",
    "commands": [
      "token",
      "tokens",
      "bots"
    ],
    "context": "global",
    "id": "token",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "[night|day|auto]",
    "commands": [
      "theme"
    ],
    "context": "global",
    "id": "theme",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "help",
      "?"
    ],
    "context": "global",
    "id": "help",
    "keys": [
      "F1"
    ],
    "not_in_page": "",
    "page_keys": [
      "F1"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "reconnect"
    ],
    "context": "global",
    "id": "reconnect",
    "keys": [],
    "not_in_page": "",
    "page_keys": []
  },
  {
    "arguments": "",
    "commands": [
      "redraw"
    ],
    "context": "global",
    "id": "redraw",
    "keys": [
      "Ctrl+L"
    ],
    "not_in_page": "the browser draws its own screen",
    "page_keys": [
      "Ctrl+L"
    ]
  },
  {
    "arguments": "",
    "commands": [],
    "context": "global",
    "id": "interrupt",
    "keys": [
      "Ctrl+C"
    ],
    "not_in_page": "the browser copies with it",
    "page_keys": [
      "Ctrl+C"
    ]
  },
  {
    "arguments": "",
    "commands": [
      "quit",
      "exit"
    ],
    "context": "global",
    "id": "quit",
    "keys": [
      "Ctrl+Q"
    ],
    "not_in_page": "closing the tab is the browser's",
    "page_keys": [
      "Ctrl+Q"
    ]
  }
];

/** What each action does, as the help says it. */
export const SUMMARIES: Record<ActionId, string> = {
  "accept": "Come in by an invitation or a join code",
  "announce": "Announce something in the room, or to everybody on the server",
  "away": "Say that you are away",
  "back": "Say that you are back",
  "bottom": "To the newest line",
  "cancel": "Cancel, or back to the composer",
  "claim": "Become the owner of a server that has none, by the code that it printed",
  "codes": "The room's join codes; ends one",
  "complete": "Complete a name, room, command or emoji",
  "complete_back": "The completion before",
  "copy": "Copy the message",
  "create": "Make a public room",
  "create_private": "Make a private room",
  "delete": "Delete your message",
  "direct": "Talk with somebody alone, or with several people",
  "discard": "Discard a message that was not sent",
  "edit": "Edit your message",
  "editor": "Write in your editor",
  "emote": "Say what you do: /me waves",
  "first_unread": "First unread line",
  "friend": "Ask somebody to be friends, answer them, end it; alone: your friends",
  "friends": "What you and your friends say to one another",
  "help": "Keys and commands",
  "input_newer": "The input after",
  "input_older": "The input before",
  "interrupt": "Clear the input; twice asks to quit",
  "invite": "Invite somebody into the room, or make a join code for it",
  "join": "Join a room",
  "jump_to_quoted": "Go to the message that it answers",
  "kick": "Remove somebody from the room",
  "last_room": "The room before this one",
  "leave": "Leave the room",
  "list_rooms": "List the rooms",
  "mark_read": "Mark the room read",
  "mark_unread": "Mark unread from the chosen message on",
  "member_panel": "Show or hide the people",
  "members": "Who is in the room",
  "new_line": "Begin a new line",
  "next_mention": "Next line that mentions you",
  "next_room": "Next room",
  "next_unread": "Next room with unread messages",
  "open_link": "Open the message's link",
  "password": "Change your password",
  "previous_mention": "Previous line that mentions you",
  "previous_room": "Previous room",
  "quit": "Quit",
  "react": "React with an emoji, or take it back",
  "reconnect": "Try to connect now",
  "redraw": "Draw the screen anew",
  "refuse": "Refuse the chosen question to be friends",
  "register": "Make an account of your guest name",
  "rename": "Be called something else",
  "reply": "Answer the chosen message",
  "retry": "Send a failed message again",
  "revoke_session": "End one of your sessions",
  "role": "Give somebody a role in the room",
  "room_by_number": "Room by its number",
  "room_panel": "Show or hide the rooms",
  "scroll_down": "A page down",
  "scroll_up": "A page up",
  "search": "Search what was said",
  "select_message": "Choose a message",
  "send": "Send the message",
  "server_role": "Give somebody a role on the server",
  "sessions": "Where you are signed in",
  "settings": "Show or change the room's settings",
  "shrug": "Add a shrug",
  "sign_in": "Sign in to your account",
  "sign_out": "Sign out",
  "switcher": "Go to a room by a part of its name",
  "theme": "Choose the theme",
  "token": "Your bots; makes one for the room, or ends one",
  "top": "To the first line",
  "topic": "Show or set the topic; '-' clears it",
  "whois": "Who somebody is"
};
