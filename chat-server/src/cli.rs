//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::request::token_create::Scope;
use chat_proto::room::RoomRole;
use chat_proto::text::TopicText;
use chat_proto::user::ServerRole;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// A chat server with its database and its page inside.
///
/// Started without anything else it serves http://localhost:3000 and keeps its data in the user's
/// data directory.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version, about, max_term_width = 100, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What `serve` takes.
    #[command(flatten)]
    pub serve: ServeArgs,
}

const EXIT_CODES: &str = "Exit codes: 0 done, or stopped when asked; 1 could not start, or had to stop; 2 wrong arguments.";

const EXPORT_HELP: &str = "\
Each room begins with a line {\"room\": {id, name, topic, kind}, \"epoch\", \"head\": {seq, id}, \"entries\"}; as many lines \
{\"room\": ID, \"epoch\", \"entry\"} as \"entries\" says follow it, in order of seq and in the words of the protocol (docs/export.md).

It is one moment of the database, also while a server runs and writes. Nothing is written to it.

Exit codes: 0 all was printed, or the reader closed the pipe; 1 no such room, or the database cannot be read; 2 wrong arguments.";

const ANNOUNCE_HELP: &str = "\
The running server tells it at once, in whatever way each client knows; nothing is stored, and who is not connected misses it.

Exit codes: 0 told; 1 no server runs on that data directory, or no such room; 2 wrong arguments.";

const OPERATOR_HELP: &str = "\
It asks the server that runs on the data directory, and holds at once for everybody who is connected. Where none runs, it takes \
the directory for as long as it needs (docs/operating.md).

Exit codes: 0 done; 1 refused, or the data directory cannot be used: one sentence on standard error says why; 2 wrong arguments.";

/// What the server can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the chat (the default).
    Serve(ServeArgs),
    /// Print all entries of all rooms, or of those named, one JSON object a line.
    Export(ExportArgs),
    /// Tell everybody who is connected something, or everybody in one room.
    Announce(AnnounceArgs),
    /// Make, list, change and delete accounts.
    User(UserArgs),
    /// Make, list, archive and delete rooms, and say who is in them.
    Room(RoomArgs),
    /// Make, list and revoke the tokens of bots.
    Token(TokenArgs),
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page.
    Man,
}

/// Settings from the command line; they win over `CHAT_…` variables, and those over the file.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Address and port to listen on; may be given several times [default: port 3000 on both loopbacks].
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<SocketAddr>,
    /// Directory of the database [default: the user's data directory].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Directory of pages to serve under /pages/, such as those of the classic tutorials [default: none].
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Settings file (TOML) [default: none].
    #[arg(long, value_name = "FILE", env = "CHAT_CONFIG")]
    pub config: Option<PathBuf>,
}

/// What `export` takes.
#[derive(Debug, Default, Args)]
#[command(after_help = EXPORT_HELP)]
pub struct ExportArgs {
    /// Rooms by name or id [default: all].
    #[arg(value_name = "ROOM")]
    pub rooms: Vec<String>,
    /// Directory of the database [default: the user's data directory].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Settings file (TOML) [default: none].
    #[arg(long, value_name = "FILE", env = "CHAT_CONFIG")]
    pub config: Option<PathBuf>,
}

/// What `announce` takes.
#[derive(Debug, Default, Args)]
#[command(after_help = ANNOUNCE_HELP)]
pub struct AnnounceArgs {
    /// What to tell them.
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// The room, by name [default: everybody on the server].
    #[arg(long, value_name = "ROOM")]
    pub room: Option<RoomName>,
    /// Directory of the database [default: the user's data directory].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Settings file (TOML) [default: none].
    #[arg(long, value_name = "FILE", env = "CHAT_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Which server an operator's command is for.
#[derive(Debug, Default, Args)]
pub struct Place {
    /// Directory of the database [default: the user's data directory].
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// Settings file (TOML) [default: none].
    #[arg(long, value_name = "FILE", env = "CHAT_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

/// What `user` takes.
#[derive(Debug, Args)]
#[command(after_help = OPERATOR_HELP)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
    /// Of which server.
    #[command(flatten)]
    pub place: Place,
}

/// What can be done with accounts. A name is the one to sign in by.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; its password is asked for, or is the first line of standard input.
    Add {
        /// The name to sign in by.
        name: Identity,
        /// What it may do on the whole server.
        #[arg(long, default_value = "member", value_parser = server_role())]
        role: ServerRole,
    },
    /// List all accounts.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Set an account's password, asked for as by `add`, and end all of its sessions.
    Passwd {
        /// Whose.
        name: Identity,
    },
    /// Say what an account may do on the whole server.
    Role {
        /// Whose.
        name: Identity,
        /// The role.
        #[arg(value_parser = server_role())]
        role: ServerRole,
    },
    /// Delete an account: nobody signs in by it any more, it leaves all rooms; what it said stays.
    Delete {
        /// Whose.
        name: Identity,
        /// Do not ask for the name to be typed.
        #[arg(long)]
        yes: bool,
    },
}

fn server_role() -> impl TypedValueParser<Value = ServerRole> {
    PossibleValuesParser::new(["member", "moderator", "owner"]).map(|role| match role.as_str() {
        "owner" => ServerRole::Owner,
        "moderator" => ServerRole::Moderator,
        _ => ServerRole::Member,
    })
}

/// What `room` takes.
#[derive(Debug, Args)]
#[command(after_help = OPERATOR_HELP)]
pub struct RoomArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RoomCommand,
    /// Of which server.
    #[command(flatten)]
    pub place: Place,
}

/// What can be done with rooms. A ROOM is a name, or an id as `list` shows it.
#[derive(Debug, Subcommand)]
pub enum RoomCommand {
    /// List all rooms, private ones too; conversations are counted.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Make a room, which has no owner.
    Create {
        /// Its name.
        name: RoomName,
        /// Only for those who are added or invited.
        #[arg(long)]
        private: bool,
        /// What it is about.
        #[arg(long, value_name = "TEXT")]
        topic: Option<TopicText>,
    },
    /// Archive a room: everything can be read, nothing said.
    Archive {
        /// The room, by name or id.
        // An id may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        room: String,
        /// Open it again.
        #[arg(long)]
        undo: bool,
    },
    /// Delete a room with everything that was said in it.
    Delete {
        /// The room, by name or id.
        // An id may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        room: String,
        /// Do not ask for the name to be typed.
        #[arg(long)]
        yes: bool,
    },
    /// Make an account a member of a room, or give a member another role.
    Add {
        /// The room, by name or id.
        // An id may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        room: String,
        /// The account.
        user: Identity,
        /// Its role in the room [default: member, or what it is there].
        #[arg(long, value_parser = room_role())]
        role: Option<RoomRole>,
    },
    /// End an account's membership of a room, or its invitation.
    Remove {
        /// The room, by name or id.
        // An id may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        room: String,
        /// The account.
        user: Identity,
    },
}

fn room_role() -> impl TypedValueParser<Value = RoomRole> {
    PossibleValuesParser::new(["member", "moderator", "owner"]).map(|role| match role.as_str() {
        "owner" => RoomRole::Owner,
        "moderator" => RoomRole::Moderator,
        _ => RoomRole::Member,
    })
}

/// What `token` takes.
#[derive(Debug, Args)]
#[command(after_help = OPERATOR_HELP)]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
    /// Of which server.
    #[command(flatten)]
    pub place: Place,
}

/// What can be done with bots, each of which has one token.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a bot and its token, which is printed this once.
    Create {
        /// What the bot is called.
        name: DisplayName,
        /// A room that it is put into, by name or id; may be given several times.
        #[arg(long = "room", value_name = "ROOM", required = true, allow_hyphen_values = true)]
        rooms: Vec<String>,
        /// What it may do: read, send (both connect), hook (posts to its webhook); several with commas between.
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = scope())]
        scopes: Vec<Scope>,
        /// Posts to its webhook must be signed, as GitHub signs them.
        #[arg(long)]
        signed: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// List all bots and when their tokens were last used.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// End a token at once; its bot leaves all rooms, and what it said stays.
    Revoke {
        /// The bot's name, or the token's id as `list` shows it.
        // An id may begin with a hyphen.
        #[arg(value_name = "BOT", allow_hyphen_values = true)]
        token: String,
    },
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(["read", "send", "hook"]).map(|scope| match scope.as_str() {
        "read" => Scope::Read,
        "send" => Scope::Send,
        _ => Scope::Hook,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_begins_with_a_hyphen_is_no_flag() {
        for arguments in [["-x7Qz_9", "--yes"], ["--yes", "-x7Qz_9"], ["--x7Qz_9", "--yes"]] {
            let cli = Cli::try_parse_from(["chat-server", "room", "delete"].into_iter().chain(arguments)).unwrap();
            let Some(Command::Room(RoomArgs { command: RoomCommand::Delete { room, yes }, .. })) = cli.command else { panic!("{cli:?}") };
            assert!(yes && room.ends_with("x7Qz_9"), "{room}");
        }
        let misspelt = ["chat-server", "room", "delete", "ops", "--yse"];
        assert!(Cli::try_parse_from(misspelt).is_err());
    }

    #[test]
    fn the_data_directory_may_be_named_before_and_after() {
        for arguments in [["user", "--data", "d", "list"], ["user", "list", "--data", "d"]] {
            let cli = Cli::try_parse_from(["chat-server"].into_iter().chain(arguments)).unwrap();
            let Some(Command::User(UserArgs { place, .. })) = cli.command else { panic!("{cli:?}") };
            assert_eq!(place.data, Some(PathBuf::from("d")));
        }
    }
}
