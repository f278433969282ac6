//! The command `chat-server`.

use std::io::Write;
use std::process::ExitCode;

use chat_server::cli::{AnnounceArgs, Cli, Command, ExportArgs, RoomArgs, ServeArgs, TokenArgs, UserArgs};
use chat_server::operate::{self, Problem};
use chat_server::settings::Settings;
use chat_server::startup::{self, Server};
use chat_server::{logging, platform};
use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        None => serve(&cli.serve),
        Some(Command::Serve(args)) => serve(&args),
        Some(Command::Export(args)) => export(args),
        Some(Command::Announce(args)) => announce(args),
        Some(Command::User(args)) => user(args),
        Some(Command::Room(args)) => room(args),
        Some(Command::Token(args)) => token(args),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "chat-server", &mut text);
            print(&text)
        }
        Some(Command::Man) => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut text).map_err(|error| error.to_string()).and_then(|()| print(&text))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Not `eprintln!`, which panics where standard error cannot be written.
            let _ = writeln!(std::io::stderr(), "chat-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(args: &ServeArgs) -> Result<(), String> {
    let settings = Settings::load(args)?;
    logging::start(settings.log_format, &settings.log_filter)?;
    let stop = platform::asked_to_stop();
    let mut server = Server::start(&settings).await?;
    for address in &server.addresses {
        tracing::info!("listening on http://{address}");
    }
    if let Some(code) = &server.owner_code {
        // For whoever started it, and apart from the log: who has the code has the server.
        let sentence = "This server has no owner yet. Make an account in the page or the terminal client (/register NAME), then say";
        let _ = writeln!(std::io::stdout(), "{sentence} /claim {code}");
    }
    tokio::select! {
        () = stop => {}
        () = server.broken() => return Err("A part of the server broke, and it had to stop; the log says which. What was acknowledged is stored.".to_owned()),
    }
    server.stop().await;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn export(args: ExportArgs) -> Result<(), String> {
    let settings = Settings::load(&ServeArgs { data: args.data, config: args.config, ..ServeArgs::default() })?;
    startup::export(&settings, &args.rooms, &mut std::io::BufWriter::new(std::io::stdout())).await
}

#[tokio::main(flavor = "current_thread")]
async fn announce(args: AnnounceArgs) -> Result<(), String> {
    let settings = Settings::load(&ServeArgs { data: args.data.clone(), config: args.config.clone(), ..ServeArgs::default() })?;
    printed(operate::announce::run(&settings, args).await)
}

#[tokio::main(flavor = "current_thread")]
async fn user(args: UserArgs) -> Result<(), String> {
    let UserArgs { command, place } = args;
    let settings = Settings::load(&ServeArgs { data: place.data, config: place.config, ..ServeArgs::default() })?;
    printed(operate::user::run(&settings, command).await)
}

#[tokio::main(flavor = "current_thread")]
async fn room(args: RoomArgs) -> Result<(), String> {
    let RoomArgs { command, place } = args;
    let settings = Settings::load(&ServeArgs { data: place.data, config: place.config, ..ServeArgs::default() })?;
    printed(operate::room::run(&settings, command).await)
}

#[tokio::main(flavor = "current_thread")]
async fn token(args: TokenArgs) -> Result<(), String> {
    let TokenArgs { command, place } = args;
    let settings = Settings::load(&ServeArgs { data: place.data, config: place.config, ..ServeArgs::default() })?;
    printed(operate::token::run(&settings, command).await)
}

/// Prints what came of an operator's command.
fn printed(told: Result<String, Problem>) -> Result<(), String> {
    told.map_err(|problem| problem.to_string()).and_then(|text| print(text.as_bytes()))
}

/// A reader that has seen enough closes the pipe; that is no error.
fn print(text: &[u8]) -> Result<(), String> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}
