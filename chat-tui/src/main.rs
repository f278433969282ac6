//! `chat-tui`: reads the command line, finds out who comes and what the terminal can do, and runs.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::secret::{Password, Token};
use chat_proto::words;
use chat_tui::cli::address::Address;
use chat_tui::cli::pipe::{ExportArgs, SendArgs, TailArgs, WaitArgs};
use chat_tui::cli::play::{self, PlayArgs};
use chat_tui::cli::who::{self, Stay};
use chat_tui::cli::{Cli, Command, Common, completions, exit, manual, name};
use chat_tui::credentials::File;
use chat_tui::pipe::input::Input;
use chat_tui::pipe::notes::Notes;
use chat_tui::pipe::output::Output;
use chat_tui::pipe::send::{Send, Source};
use chat_tui::pipe::session::Session;
use chat_tui::pipe::split::Style;
use chat_tui::pipe::stops::Stops;
use chat_tui::pipe::tail::Tail;
use chat_tui::pipe::wait::Wait;
use chat_tui::pipe::{self, Failure};
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
        Some(Command::Man { command }) => manual(command.as_deref()).and_then(|page| print(&page)),
        Some(Command::Login { name }) => sign_in(cli.address.as_deref().unwrap_or(&cli.common.url), &cli.common, name),
        Some(Command::Send(args)) => Piped::begin(cli.address, &cli.common, Stay::ThisCommand, args.timeout).and_then(|it| it.send(args)),
        Some(Command::Tail(args)) => Piped::begin(cli.address, &cli.common, Stay::Passing, args.timeout).and_then(|it| it.tail(args)),
        Some(Command::Wait(args)) => Piped::begin(cli.address, &cli.common, Stay::Passing, args.timeout).and_then(|it| it.wait(args)),
        Some(Command::Export(args)) => Piped::begin(cli.address, &cli.common, Stay::Passing, args.timeout).and_then(|it| it.export(args)),
        Some(Command::Play(args)) => scripted(cli.address.as_deref().unwrap_or(&cli.common.url), &args),
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
    let token = token(&cli.common, |warning| drop(writeln!(io::stderr(), "chat-tui: {warning}")))?;
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

/// `chat-tui play`.
fn scripted(url: &str, args: &PlayArgs) -> Result<u8, String> {
    let address = Address::parse(url)?;
    play::run(args, &address.url, &mut io::stdout())
}

/// A command without a screen.
struct Piped {
    session: Session,
    runtime: tokio::runtime::Runtime,
    stops: Stops,
}

impl Piped {
    fn begin(address: Option<String>, common: &Common, stay: Stay, time: Option<Duration>) -> Result<Self, String> {
        let address = Address::parse(address.as_deref().unwrap_or(&common.url))?;
        let mut notes = Notes::stderr();
        let token = token(common, |warning| notes.say(&warning))?;
        let who = who::choose(&address.url, asked_for(common)?, token, stay, &mut notes)?;
        who.may_be_told(address.private, common.insecure)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let stops = runtime.block_on(async { Stops::of_program(time) })?;
        let settings = pipe::Settings { url: address.url, private_line: address.private, seed: seed()? };
        Ok(Self { session: Session::new(settings, who, notes), runtime, stops })
    }

    fn send(mut self, args: SendArgs) -> Result<u8, String> {
        let source = match args.text {
            Some(text) if text != "-" => Source::Text(text),
            Some(_) | None => {
                if io::stdin().is_terminal() {
                    self.session.notes.say("Standard input is read; Ctrl+D ends it.");
                }
                Source::Input(Input::new(Box::new(io::stdin())))
            }
        };
        let send = Send { room: args.room, source, style: Style { code: args.code, each_line: args.each_line } };
        let done = self.runtime.block_on(pipe::send::send(&mut self.session, send, &mut self.stops)).map(drop);
        self.end(done)
    }

    fn tail(mut self, args: TailArgs) -> Result<u8, String> {
        let mut output = Output::stdout();
        let start = args.start();
        let tail = Tail { rooms: args.rooms, start, follow: args.follow, json: args.json, zone: TimeZone::system() };
        let done = self.runtime.block_on(pipe::tail::tail(&mut self.session, tail, &mut output, &mut self.stops));
        self.end(done)
    }

    fn wait(mut self, args: WaitArgs) -> Result<u8, String> {
        let mut output = Output::stdout();
        let wait = Wait { room: args.room, pattern: args.pattern, since: args.since, json: args.json };
        let done = self.runtime.block_on(pipe::wait::wait(&mut self.session, wait, &mut output, &mut self.stops));
        self.end(done)
    }

    fn export(mut self, args: ExportArgs) -> Result<u8, String> {
        let mut output = Output::stdout();
        let (rooms, since) = (args.rooms, args.since);
        let done = self.runtime.block_on(pipe::export::export(&mut self.session, rooms, since, &mut output, &mut self.stops));
        self.end(done)
    }

    /// Ends in order, and says why it did not do what was asked.
    fn end(mut self, done: Result<(), Failure>) -> Result<u8, String> {
        self.session.finish();
        self.runtime.shutdown_background();
        let Err(failure) = done else { return Ok(exit::OK) };
        if !failure.sentence().is_empty() {
            self.session.notes.say(failure.sentence());
        }
        Ok(exit::of(&failure))
    }
}

/// The token that is to be used, if one is given: from a file, else from the environment. A warning goes
/// there.
fn token(common: &Common, warn: impl FnMut(String)) -> Result<Option<Token>, String> {
    if let Some(path) = &common.token_file {
        let (token, warning) = who::token_of_file(path)?;
        warning.into_iter().for_each(warn);
        return Ok(Some(token));
    }
    let token = std::env::var("CHAT_TOKEN").ok().filter(|token| !token.is_empty()).map(Token::parse).transpose();
    token.map_err(|reason| format!("CHAT_TOKEN {reason}."))
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
    name::ask(&mut io::stdin().lock(), &mut io::stdout(), name::of_user().as_deref())
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
