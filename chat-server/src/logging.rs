//! The log, on standard error: for people, or one JSON object a line.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::LogFormat;

/// What Socket.IO's own crates log of a connection names its session id, and whoever knows that can
/// post as that connection. So they are heard only where the filter names them.
const WITHOUT_SIDS: &str = "socketioxide=warn,engineioxide=warn";

/// Begins to log. `filter` is a level (`info`) or a list such as `info,chat_server=debug`.
///
/// # Errors
/// What is wrong with the filter.
pub fn start(format: LogFormat, filter: &str) -> Result<(), String> {
    // Wrong words are found by themselves; among ours they would be harder to find.
    EnvFilter::try_new(filter).map_err(|error| format!("log.filter: {error}"))?;
    let filter = EnvFilter::new(format!("{WITHOUT_SIDS},{filter}"));
    // What cannot be logged is lost. By default it would be told on standard error, where it could
    // not be written, and that panics: a full disk would end whatever task had something to say.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        LogFormat::Human => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| error.to_string())
}
