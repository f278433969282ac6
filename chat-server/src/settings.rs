//! Settings: defaults, then a TOML file, then `CHAT_…` variables, then flags. Every problem is
//! listed at once, each with the name of its setting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use chat_proto::limits::{BotLimits, Limits};
use chat_proto::name::{Identity, RoomName};
use config::{Config, Environment, File, FileFormat, Value};
use etcetera::BaseStrategy;

use crate::cli::ServeArgs;
use crate::dialect::{Audience, Manners, Require, Rules, Waits};

/// The port that the tutorials' pages expect.
const PORT: u16 = 3000;

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Everything that can be set. The names in the file are those of `docs/settings.md`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `listen`: where to listen.
    pub listen: Vec<SocketAddr>,
    /// Whether `listen` is the default, of which one loopback may be missing on the machine.
    pub listen_by_default: bool,
    /// `data`: the data directory.
    pub data: PathBuf,
    /// `pages`: a directory of pages to serve under `/pages/`.
    pub pages: Option<PathBuf>,
    /// `server.name`: what the server is called.
    pub name: String,
    /// `server.origins`: pages of these origins may use the session cookie.
    pub origins: Vec<String>,
    /// `server.proxies`: reverse proxies whose `X-Forwarded-…` headers are believed.
    pub proxies: Vec<IpAddr>,
    /// `server.operators`: the accounts that may announce.
    pub operators: Vec<Identity>,
    /// `log.format`: `human` or `json`.
    pub log_format: LogFormat,
    /// `log.filter`: a level, or a list such as `info,chat_server=debug`.
    pub log_filter: String,
    /// `limits.…`: what one client may do.
    pub limits: Limits,
    /// `limits.bot_…`: what one bot may do.
    pub bot_limits: BotLimits,
    /// `classic.…`: the pages of the tutorials.
    pub classic: Rules,
}

/// The settings by name; anything else in the file is a problem.
const NAMES: &[&str] = &[
    "listen",
    "data",
    "pages",
    "server.name",
    "server.origins",
    "server.proxies",
    "server.operators",
    "log.format",
    "log.filter",
    "limits.in_flight",
    "limits.bot_message_burst",
    "limits.bot_messages_per_second",
    "limits.message_burst",
    "limits.messages_per_second",
    "limits.page_lines",
    "limits.page_scan",
    "limits.catch_up",
    "limits.sync_ms",
    "classic.enabled",
    "classic.room",
    "classic.chat_room",
    "classic.welcome",
    "classic.names",
    "classic.c_audience",
    "classic.require.cookie",
    "classic.require.query.name",
    "classic.require.query.value",
];

impl Settings {
    /// Reads all sources.
    ///
    /// # Errors
    /// All problems, one a line, each with its setting's name.
    pub fn load(args: &ServeArgs) -> Result<Self, String> {
        let mut builder = Config::builder();
        if let Some(path) = &args.config {
            let text = std::fs::read_to_string(path).map_err(|error| format!("--config {}: {error}", path.display()))?;
            builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let variables = Environment::with_prefix("CHAT").prefix_separator("_").separator("__").ignore_empty(true);
        let config = builder.add_source(variables).build().map_err(|error| format!("The settings cannot be read: {error}"))?;
        let mut source = Source { config, problems: Vec::new() };
        source.refuse_unknown(args.config.is_some());
        let settings = source.settings(args);
        if source.problems.is_empty() { Ok(settings) } else { Err(source.problems.join("\n")) }
    }
}

struct Source {
    config: Config,
    problems: Vec<String>,
}

impl Source {
    fn settings(&mut self, args: &ServeArgs) -> Settings {
        let defaults = Limits::default();
        let listen = if args.listen.is_empty() { self.list("listen") } else { args.listen.clone() };
        let listen_by_default = listen.is_empty();
        let listen = if listen_by_default { vec![(Ipv4Addr::LOCALHOST, PORT).into(), (Ipv6Addr::LOCALHOST, PORT).into()] } else { listen };
        let data = args.data.clone().or_else(|| self.text("data").map(PathBuf::from)).or_else(|| self.default_data());
        let limits = Limits {
            in_flight: self.number("limits.in_flight", defaults.in_flight, 1..=200),
            message_burst: self.number("limits.message_burst", defaults.message_burst, 1..=1_000_000),
            messages_per_second: self.number("limits.messages_per_second", defaults.messages_per_second, 1..=1_000_000),
            page_lines: self.number("limits.page_lines", defaults.page_lines, 10..=1_000),
            page_scan: self.number("limits.page_scan", defaults.page_scan, 100..=10_000),
            catch_up: self.number("limits.catch_up", defaults.catch_up, 10..=100_000),
            sync_ms: self.number("limits.sync_ms", defaults.sync_ms, 1_000..=600_000),
            ..defaults
        };
        let bots = BotLimits::default();
        let bot_limits = BotLimits {
            message_burst: self.number("limits.bot_message_burst", bots.message_burst, 1..=1_000_000),
            messages_per_second: self.number("limits.bot_messages_per_second", bots.messages_per_second, 1..=1_000_000),
        };
        let name = self.text("server.name").unwrap_or_else(|| "Chat".to_owned());
        Settings {
            listen,
            listen_by_default,
            data: data.unwrap_or_default(),
            pages: self.pages(args),
            origins: self.list("server.origins"),
            proxies: self.list("server.proxies"),
            operators: self.list("server.operators"),
            log_format: match self.text("log.format").as_deref() {
                None | Some("human") => LogFormat::Human,
                Some("json") => LogFormat::Json,
                Some(other) => {
                    self.problems.push(format!("log.format: {other:?} is neither \"human\" nor \"json\""));
                    LogFormat::Human
                }
            },
            log_filter: self.text("log.filter").unwrap_or_else(|| "info".to_owned()),
            limits,
            bot_limits,
            classic: Rules {
                enabled: self.switch("classic.enabled", true),
                room: self.room("classic.room", "lobby"),
                chat_room: self.room("classic.chat_room", "chat"),
                c_audience: self.audience(),
                require: self.require(),
                manners: Manners {
                    server: name.clone(),
                    welcome: self.text("classic.welcome").unwrap_or_else(|| "Welcome!".to_owned()),
                    names: self.switch("classic.names", false),
                },
                waits: Waits::default(),
            },
            name,
        }
    }

    fn room(&mut self, name: &str, default: &str) -> RoomName {
        let wished = self.text(name).unwrap_or_else(|| default.to_owned());
        RoomName::parse(wished).unwrap_or_else(|reason| {
            self.problems.push(format!("{name}: {reason}"));
            RoomName::parse(default).unwrap_or_else(|reason| unreachable!("a default name {reason}"))
        })
    }

    /// `classic.c_audience`: to whom dialect C speaks with a session.
    fn audience(&mut self) -> Audience {
        match self.text("classic.c_audience").as_deref() {
            None => Audience::default(),
            Some("friends") => Audience::Friends,
            Some("room") => Audience::Room,
            Some(_) => {
                self.problems.push("classic.c_audience: friends or room is needed".to_owned());
                Audience::default()
            }
        }
    }

    /// `classic.require`: a cookie, or a value in the query.
    fn require(&mut self) -> Option<Require> {
        let cookie = self.text("classic.require.cookie");
        let query = (self.text("classic.require.query.name"), self.text("classic.require.query.value"));
        match (cookie, query) {
            (None, (None, None)) => None,
            (Some(name), (None, None)) if name == "*" => Some(Require::AnyCookie),
            (Some(name), (None, None)) => Some(Require::Cookie(name)),
            (None, (Some(name), Some(value))) => Some(Require::Query { name, value }),
            (Some(_), _) => {
                self.problems.push("classic.require: either a cookie or a query is required, not both".to_owned());
                None
            }
            (None, _) => {
                self.problems.push("classic.require.query: both `name` and `value` are needed".to_owned());
                None
            }
        }
    }

    fn switch(&mut self, name: &str, default: bool) -> bool {
        match self.config.get::<Value>(name).map(Value::into_bool) {
            Err(config::ConfigError::NotFound(_)) => default,
            Ok(Ok(on)) => on,
            Ok(Err(_)) | Err(_) => {
                self.problems.push(format!("{name}: true or false is needed"));
                default
            }
        }
    }

    fn pages(&mut self, args: &ServeArgs) -> Option<PathBuf> {
        let pages = args.pages.clone().or_else(|| self.text("pages").map(PathBuf::from))?;
        if !pages.is_dir() {
            self.problems.push(format!("pages: {} is no directory that can be read", pages.display()));
        }
        Some(pages)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.config.get::<Option<String>>(name) {
            Ok(text) => text,
            Err(config::ConfigError::NotFound(_)) => None,
            Err(_) => {
                self.problems.push(format!("{name}: a text is needed"));
                None
            }
        }
    }

    fn number(&mut self, name: &str, default: u32, range: std::ops::RangeInclusive<u32>) -> u32 {
        match self.config.get::<Value>(name).map(Value::into_int) {
            Err(config::ConfigError::NotFound(_)) => default,
            Ok(Ok(number)) if u32::try_from(number).is_ok_and(|number| range.contains(&number)) => number as u32,
            Ok(Ok(number)) => {
                self.problems.push(format!("{name}: {number} is not between {} and {}", range.start(), range.end()));
                default
            }
            Ok(Err(_)) | Err(_) => {
                self.problems.push(format!("{name}: a whole number is needed"));
                default
            }
        }
    }

    /// A list in the file; in a variable its parts are separated by commas.
    fn list<T: std::str::FromStr>(&mut self, name: &str) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        let parts: Vec<String> = match self.config.get::<Value>(name) {
            Err(config::ConfigError::NotFound(_)) => Vec::new(),
            Ok(value) => match value.clone().into_array() {
                Ok(array) => array.into_iter().map(|part| part.to_string()).collect(),
                Err(_) => value.to_string().split(',').map(|part| part.trim().to_owned()).collect(),
            },
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                Vec::new()
            }
        };
        let mut values = Vec::new();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            match part.parse() {
                Ok(value) => values.push(value),
                Err(error) => self.problems.push(format!("{name}: {part:?}: {error}")),
            }
        }
        values
    }

    fn default_data(&mut self) -> Option<PathBuf> {
        match etcetera::choose_base_strategy() {
            Ok(dirs) => Some(dirs.data_dir().join("chat-server")),
            Err(_) => {
                self.problems.push("data: there is no home directory to keep the data in; name one with --data".to_owned());
                None
            }
        }
    }

    /// A misspelt setting must not be silently without effect.
    fn refuse_unknown(&mut self, has_file: bool) {
        if !has_file {
            return;
        }
        let Ok(all) = self.config.clone().try_deserialize::<serde_json::Value>() else { return };
        let mut names = Vec::new();
        flatten("", &all, &mut names);
        // Variables such as CHAT_URL are the terminal client's; only what stands in sections or is ours counts.
        let foreign = ["config", "url", "name", "token", "web_dist"];
        for name in names.iter().filter(|name| !NAMES.contains(&name.as_str()) && !foreign.contains(&name.as_str())) {
            self.problems.push(format!("{name}: there is no such setting"));
        }
    }
}

fn flatten(prefix: &str, value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&name, value, names);
            }
        }
        _ => names.push(prefix.to_owned()),
    }
}
