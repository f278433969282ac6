//! `chat-tui`: reads the command line, finds out who comes and what the terminal can do, and runs.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::secret::{Password, Token};
use chat_proto::words;
use chat_tui::cli::address::Address;
use chat_tui::cli::{Cli, Command, Common, completions, exit, manual, name};
use chat_tui::credentials::File;
use chat_tui::runtime::{self, End, login::login};
use chat_tui::state::{Settings, State};
use chat_tui::storage::disk::Disk;
use chat_tui::theme::Depth;
use clap::Parser;
use jiff::tz::TimeZone;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Completions { shell }) => print(&completions(shell)),
        Some(Command::Man) => manual().map_err(|error| error.to_string()).and_then(|page| print(&page)),
        Some(Command::Login { name }) => sign_in(cli.address.as_deref().unwrap_or(&cli.common.url), &cli.common, name),
        None => screen(cli),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(sentence) => {
            let sentence = chat_tui::sanitize::line(&sentence).into_owned();
            writeln!(io::stderr(), "chat-tui: {sentence}").ok();
            ExitCode::from(exit::FAILED)
        }
    }
}

/// The client itself.
fn screen(cli: Cli) -> Result<u8, String> {
    if !io::stdout().is_terminal() {
        return Err("Standard output is not a terminal, and this program draws on one.".to_owned());
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err("This terminal (TERM=dumb) cannot be drawn on. Use another one, or the page in a browser.".to_owned());
    }
    let address = Address::parse(cli.address.as_deref().unwrap_or(&cli.common.url))?;
    let asked_for = asked_for(&cli.common)?;
    let room = cli.room.map(RoomName::parse).transpose().map_err(|reason| format!("The room's name {reason}."))?;
    let token = std::env::var("CHAT_TOKEN").ok().filter(|token| !token.is_empty()).map(Token::parse).transpose();
    let token = token.map_err(|reason| format!("CHAT_TOKEN {reason}."))?;
    let file = File::open()?;
    let storage = Disk::open()?;
    let given_token = token.is_some();
    let who = name::choose(&file, &address.url, asked_for.clone(), token, ask_name)?;
    let settings = Settings {
        url: address.url,
        private_line: address.private,
        insecure: cli.common.insecure,
        room,
        name: asked_for,
        zone: TimeZone::system(),
        given_token,
        depth: depth(),
        light: light(),
        seed: seed()?,
    };
    let size = crossterm::terminal::size().unwrap_or((80, 24));
    let state = State::new(settings, who.credentials, who.passing, runtime::now(), size);
    match runtime::run(state, Box::new(storage), file) {
        Ok(End::Quit) => Ok(exit::OK),
        Ok(End::Signal) => Ok(exit::SIGNAL),
        Err(error) => Err(format!("The terminal cannot be used: {error}.")),
    }
}

/// `chat-tui login`.
fn sign_in(url: &str, common: &Common, name: Option<String>) -> Result<u8, String> {
    let address = Address::parse(url)?;
    let name = name.or_else(|| common.name.clone()).ok_or("Tell the name: chat-tui login NAME.")?;
    let identity = Identity::parse(name).map_err(|reason| format!("The name {reason}."))?;
    if !address.private && !common.insecure {
        return Err(words::PLAIN_HTTP_REFUSED.to_owned());
    }
    let prompt = words::fill(words::PASSWORD_PROMPT, &[("name", identity.as_str())]);
    let password = if io::stdin().is_terminal() {
        rpassword::prompt_password(prompt).map_err(|error| format!("The password cannot be read: {error}."))?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|error| format!("The password cannot be read: {error}."))?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    };
    let password = Password::parse(password).map_err(|reason| format!("The password {reason}."))?;
    let name = login(&address.url, identity, password, &File::open()?)?;
    let sentence = words::fill(words::SIGNED_IN, &[("name", name.as_str())]);
    print(format!("{sentence}\n").as_bytes())
}

fn asked_for(common: &Common) -> Result<Option<DisplayName>, String> {
    let name = common.name.as_deref().filter(|name| !name.is_empty()).map(DisplayName::parse).transpose();
    name.map_err(|reason| format!("The name {reason}."))
}

/// Asks for a name where somebody can answer.
fn ask_name() -> Result<Option<DisplayName>, String> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    name::ask(&mut io::stdin().lock(), &mut io::stdout(), user.as_deref())
}

fn print(bytes: &[u8]) -> Result<u8, String> {
    match io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()) {
        // Somebody read the beginning only, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit::OK),
        Err(error) => Err(format!("Standard output cannot be written: {error}.")),
        Ok(()) => Ok(exit::OK),
    }
}

fn depth() -> Depth {
    match supports_color::on(supports_color::Stream::Stdout) {
        Some(level) if level.has_16m => Depth::True,
        Some(level) if level.has_256 => Depth::Indexed,
        Some(_) => Depth::Basic,
        None => Depth::None,
    }
}

/// Whether the terminal told a light background.
fn light() -> bool {
    let told = std::env::var("COLORFGBG").unwrap_or_default();
    matches!(told.rsplit(';').next(), Some("7" | "15"))
}

fn seed() -> Result<u64, String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| format!("The system gives no random numbers: {error}."))?;
    Ok(u64::from_le_bytes(bytes))
}
