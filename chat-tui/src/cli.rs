//! The command line: what is asked for, and what the exit codes mean.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub mod address;
pub mod name;
pub mod pipe;
pub mod play;
pub mod who;

/// Exit codes, as documented in the help and the manual.
pub mod exit {
    use crate::pipe::Failure;

    /// All went well.
    pub const OK: u8 = 0;
    /// Something went wrong; one sentence on standard error says what.
    pub const FAILED: u8 = 1;
    /// The command line is wrong.
    pub const USAGE: u8 = 2;
    /// The time that was given was over first.
    pub const TIME_IS_UP: u8 = 3;
    /// The server refused it for good.
    pub const REFUSED: u8 = 4;
    /// Something was sent and not answered: it may be done or not.
    pub const UNKNOWN: u8 = 5;
    /// A signal ended the program: with its number on top, as shells have it.
    pub const SIGNAL_BASE: u8 = 128;
    /// A signal ended the program that draws on the terminal.
    pub const SIGNAL: u8 = 143;

    /// That of a command that did not do what was asked.
    #[must_use]
    pub fn of(failure: &Failure) -> u8 {
        match failure {
            Failure::Failed(_) => FAILED,
            Failure::TimeIsUp(_) => TIME_IS_UP,
            Failure::Refused(_) | Failure::NotLetIn(_) => REFUSED,
            Failure::Unknown(_) => UNKNOWN,
            Failure::Signal(number, _) => SIGNAL_BASE.saturating_add(*number),
        }
    }
}

const AFTER_HELP: &str = "\
Environment:
  CHAT_TOKEN      the token of an account's session, used instead of the one kept for the address;
                  --token-file wins over it
  XDG_CACHE_HOME  below it, in chat-tui/, lie unsent messages, drafts and the last lines of rooms
  XDG_DATA_HOME   below it, in chat-tui/, lie the secrets that make you who you are
  NO_COLOR        set to anything: no colours

Exit codes:
  0    all went well
  1    something went wrong; one sentence on standard error says what
  2    the command line is wrong
  3    the time of --timeout was over first: nothing matched, or not all was sent, printed or read
  4    the server refused it for good; the sentence says why
  5    send: what was sent last may be stored or not, since it was not answered
  129, 130, 143
       a signal ended the program (SIGHUP, Ctrl+C, SIGTERM); the terminal is as it was

Keys and commands: F1 or /help in the client.";

/// The terminal client of the chat: the same rooms as the page, from the keyboard.
#[derive(Debug, Parser)]
#[command(name = "chat-tui", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = false, subcommand_negates_reqs = true)]
pub struct Cli {
    /// The server's address, the same as --url
    #[arg(value_name = "URL")]
    pub address: Option<String>,
    /// What all commands share.
    #[command(flatten)]
    pub common: Common,
    /// The room to open first
    #[arg(long, value_name = "ROOM")]
    pub room: Option<String>,
    /// Something else than the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What all commands share.
#[derive(Debug, Args)]
pub struct Common {
    /// The server's address
    #[arg(long, env = "CHAT_URL", value_name = "URL", default_value = "http://127.0.0.1:3000", global = true)]
    pub url: String,
    /// Your name there
    #[arg(long, env = "CHAT_NAME", value_name = "NAME", global = true)]
    pub name: Option<String>,
    /// A file with the token of an account's session, instead of the one kept for the address
    #[arg(long, value_name = "FILE", global = true)]
    pub token_file: Option<PathBuf>,
    /// Send passwords and account tokens over plain HTTP too
    #[arg(long, global = true)]
    pub insecure: bool,
}

/// Something else than the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to your account and keep the session for this address
    Login {
        /// The name to sign in by; --name when left out
        name: Option<String>,
    },
    /// Say something in a room, or all that comes on standard input
    Send(pipe::SendArgs),
    /// Print the last lines of rooms, and with --follow those that come
    Tail(pipe::TailArgs),
    /// Wait until a message matches, and print it
    Wait(pipe::WaitArgs),
    /// Print all of rooms' logs that you may read, one JSON object a line
    Export(pipe::ExportArgs),
    /// Play scripted sessions, and see whether everybody sees what they should
    Play(play::PlayArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a command
    Man {
        /// The command
        command: Option<String>,
    },
}

/// Completions for a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "chat-tui", &mut out);
    out
}

/// The manual page, or that of a command.
///
/// # Errors
/// A sentence for people when there is no such command.
pub fn manual(command: Option<&str>) -> Result<Vec<u8>, String> {
    let mut cli = Cli::command();
    // Each command's page has what all of them share.
    cli.build();
    if let Some(name) = command {
        cli = cli.find_subcommand(name).cloned().ok_or_else(|| format!("There is no command {name}."))?;
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(cli).render(&mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli = Cli::try_parse_from(["chat-tui", "http://a:1", "--name", "ada", "--room", "ops"]).unwrap();
        assert_eq!(
            (cli.address.as_deref(), cli.common.name.as_deref(), cli.room.as_deref()),
            (Some("http://a:1"), Some("ada"), Some("ops"))
        );
        let cli = Cli::try_parse_from(["chat-tui", "login", "ada", "--url", "https://b"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Login { name: Some(name) }) if name == "ada"));
        assert_eq!(cli.common.url, "https://b");
    }

    #[test]
    fn the_manual_and_the_completions_name_the_options() {
        let manual = String::from_utf8(manual(None).unwrap()).unwrap();
        assert!(manual.contains("insecure") && manual.contains("Exit codes"));
        let send = String::from_utf8(super::manual(Some("send")).unwrap()).unwrap();
        assert!(["each", "insecure", "Exit codes", "make 2>&1"].iter().all(|words| send.contains(words)), "{send}");
        assert!(super::manual(Some("fly")).is_err());
        let bash = String::from_utf8(completions(Shell::Bash)).unwrap();
        assert!(bash.contains("--insecure") && bash.contains("completions"));
    }
}
