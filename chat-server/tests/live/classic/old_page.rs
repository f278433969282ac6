//! One page as the tutorials' are.

use std::sync::Arc;

use serde_json::{Value, json};

use super::folder::script;
use super::scene::Scene;
use crate::page::Browser;
use crate::wait::until;

/// The tutorials, and a page that shows all that comes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    A,
    B,
    C,
    D,
    Raw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Long polling that is upgraded, as pages have it that say nothing of transports.
    Default,
    Polling,
    WebSocket,
}

/// Where a page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// The server that it talks with.
    Server,
    /// Another server, with the same pages: its address.
    Elsewhere(String),
    /// A file.
    File,
}

/// How a page is opened.
#[derive(Clone)]
pub struct Spec {
    pub kind: Kind,
    /// The client's version; none is the server's own.
    pub client: Option<&'static str>,
    pub transport: Transport,
    pub namespace: &'static str,
    pub home: Home,
    /// The server that it talks with; none is the scene's.
    pub server: Option<String>,
    /// The query of its handshake.
    pub query: Option<&'static str>,
    /// A cookie that it sets before it connects; of a raw page alone.
    pub cookie: Option<&'static str>,
    /// What its prompts are answered with; none cancels one.
    pub answers: Vec<Value>,
    /// A page in whose profile it is opened.
    pub beside: Option<&'static str>,
}

pub struct OldPage {
    browser: Arc<Browser>,
    pub key: String,
    pub kind: Kind,
}

impl Kind {
    /// Those that speak a dialect.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    fn template(self) -> &'static str {
        match self {
            Self::A => include_str!("a.html"),
            Self::B => include_str!("b.html"),
            Self::C => include_str!("c.html"),
            Self::D => include_str!("d.html"),
            Self::Raw => include_str!("raw.html"),
        }
    }

    /// How such a page shows a line.
    pub fn line(self, author: &str, text: &str, own: bool) -> String {
        match self {
            Self::A | Self::D | Self::Raw => text.to_owned(),
            Self::B if own => format!("You said: {text}"),
            Self::B => format!("{author} said: {text}"),
            Self::C => format!("{author}: {text}"),
        }
    }

    /// The event that says a text in this dialect.
    pub fn saying(self, text: &str) -> (&'static str, Value) {
        match self {
            Self::A | Self::Raw => ("message", text.into()),
            Self::B => ("clientMessage", text.into()),
            Self::C => ("client-talking", json!({ "text": text })),
            Self::D => ("chat message", text.into()),
        }
    }
}

impl Spec {
    pub fn new(kind: Kind, client: &'static str) -> Self {
        let (transport, namespace, home) = (Transport::Default, "/", Home::Server);
        let (server, query, cookie, answers, beside) = (None, None, None, Vec::new(), None);
        Self { kind, client: Some(client), transport, namespace, home, server, query, cookie, answers, beside }
    }

    /// Its prompt for a name is answered so.
    pub fn named(mut self, name: &str) -> Self {
        self.answers.push(name.into());
        self
    }

    pub fn over(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    pub fn in_namespace(self, namespace: &'static str) -> Self {
        Self { namespace, ..self }
    }

    pub fn from(self, home: Home) -> Self {
        Self { home, ..self }
    }

    /// A page of that server, which talks with it.
    pub fn of(self, server: &str) -> Self {
        Self { home: Home::Elsewhere(server.to_owned()), server: Some(server.to_owned()), ..self }
    }

    /// The page as it lies in the directory.
    fn html(&self, server: &str) -> String {
        let from_afar = self.home != Home::Server;
        let script = match self.client {
            None => "/socket.io/socket.io.js".to_owned(),
            Some(version) => script(version),
        };
        let client = match self.client {
            _ if self.kind != Kind::B || from_afar => script,
            None => format!("{server}{script}"),
            Some(_) => format!("{server}/pages/{script}"),
        };
        // Where a page of port 3000 says `io.connect("/chat")`, the clients 1.3.x ask port 80.
        let whole = self.kind == Kind::B || from_afar || self.client.is_some_and(|version| version.starts_with("1.3"));
        let path = if self.namespace == "/" && self.kind != Kind::A { "" } else { self.namespace };
        let address = match (whole, path) {
            (true, path) => Some(format!("{server}{path}")),
            (false, "") => None,
            (false, path) => Some(path.to_owned()),
        };
        let mut options = json!({});
        match self.transport {
            Transport::Default => {}
            Transport::Polling => options["transports"] = json!(["polling"]),
            Transport::WebSocket => options["transports"] = json!(["websocket"]),
        }
        if let Some(query) = self.query {
            options["query"] = query.into();
        }
        let options = Some(options).filter(|options| *options != json!({}));
        let to: Vec<String> = address.map(Value::from).into_iter().chain(options).map(|argument| argument.to_string()).collect();
        let cookie = self.cookie.map(|cookie| format!("<script>document.cookie = {};</script>", json!(cookie)));
        let page = self.kind.template().replace("__CLIENT__", &client).replace("__JQUERY__", "jquery.js");
        page.replace("__TO__", &to.join(", ")).replace("__COOKIE__", &cookie.unwrap_or_default())
    }
}

impl OldPage {
    pub fn open(scene: &Scene, key: &str, spec: &Spec) -> Self {
        let name = format!("{key}.html");
        let server = spec.server.clone().unwrap_or_else(|| scene.server.url());
        let path = scene.folder.put(&name, &spec.html(&server));
        let (url, home) = match &spec.home {
            Home::Server => (format!("{}/pages/{name}", scene.server.url()), host(&scene.server.url())),
            Home::Elsewhere(other) => (format!("{other}/pages/{name}"), host(other)),
            Home::File => (format!("file://{}", path.display()), String::new()),
        };
        Self::open_url(scene, key, spec, &url, &home)
    }

    /// Opens any page that talks with the scene's server.
    pub fn open_url(scene: &Scene, key: &str, spec: &Spec, url: &str, home: &str) -> Self {
        let page = Self { browser: scene.browser.clone(), key: key.to_owned(), kind: spec.kind };
        let hosts = [home.to_owned(), host(&scene.server.url())];
        page.ask("open_classic", json!({ "url": url, "answers": spec.answers, "hosts": hosts, "beside": spec.beside }));
        page
    }

    fn ask(&self, action: &str, arguments: Value) -> Value {
        self.browser.ask(&self.key, action, arguments)
    }

    /// Types a line and sends it.
    pub fn say(&self, text: &str) {
        self.ask("say_classic", json!({ "text": text }));
    }

    /// Emits an event, as a script of the page would.
    pub fn emit(&self, event: &str, args: &Value) {
        self.ask("emit", json!({ "event": event, "args": args, "ack": false }));
    }

    /// The same with an acknowledgement.
    pub fn emit_and_wait(&self, event: &str, args: &Value) -> Value {
        self.ask("emit", json!({ "event": event, "args": args, "ack": true }))
    }

    /// Has it hear an event that no server sent.
    pub fn hear(&self, event: &str, args: &Value) {
        self.ask("hear", json!({ "event": event, "args": args }));
    }

    /// What its list shows, the oldest first.
    pub fn shown(&self) -> Vec<String> {
        let mut shown: Vec<String> = serde_json::from_value(self.ask("shown", json!({}))).unwrap();
        if self.kind == Kind::B {
            shown.reverse();
        }
        shown
    }

    /// What its list shows with this in it, the oldest first.
    pub fn shown_with(&self, part: &str) -> Vec<String> {
        self.shown().into_iter().filter(|line| line.contains(part)).collect()
    }

    /// Waits until its list shows this line.
    pub fn until_shows(&self, line: &str) {
        self.until(&format!("it shows {line:?}"), |shown| shown.iter().any(|found| found == line));
    }

    /// Waits until its list shows these lines, and no other with this in it.
    pub fn until_shows_of(&self, part: &str, wanted: &[String]) {
        until(&format!("{} shows {wanted:#?}", self.key), || {
            let shown = self.shown();
            let found: Vec<&String> = shown.iter().filter(|line| line.contains(part)).collect();
            if found.iter().copied().eq(wanted) { Ok(()) } else { Err(format!("{found:#?}\nof all: {shown:#?}")) }
        });
    }

    /// Waits until what its list shows is so.
    pub fn until(&self, what: &str, wanted: impl Fn(&[String]) -> bool) {
        until(&format!("{}: {what}", self.key), || {
            let shown = self.shown();
            if wanted(&shown) { Ok(()) } else { Err(format!("{shown:#?}\n{}", self.text())) }
        });
    }

    /// Everything that the page shows.
    pub fn text(&self) -> String {
        self.ask("text_classic", json!({})).as_str().unwrap_or_default().to_owned()
    }

    /// The colours of the names that its list shows.
    pub fn colors(&self) -> Vec<String> {
        serde_json::from_value(self.ask("colors", json!({}))).unwrap()
    }

    /// What the page made of something that was to be text.
    pub fn harm(&self) -> Vec<String> {
        serde_json::from_value(self.ask("harm", json!({}))).unwrap()
    }

    /// The transport that its connection has now.
    pub fn transport(&self) -> String {
        self.ask("engine", json!({}))["transport"].as_str().unwrap_or_default().to_owned()
    }

    /// The id of its Engine.IO session, which is nobody else's business.
    pub fn engine_id(&self) -> String {
        until(&format!("{} is connected", self.key), || {
            let engine = self.ask("engine", json!({}));
            engine["id"].as_str().map(str::to_owned).ok_or_else(|| engine.to_string())
        })
    }

    pub fn close(self) {
        self.ask("close", json!({}));
    }
}

/// All that came to a page over Socket.IO.
pub fn received(browser: &Browser, key: &str) -> String {
    let frames: Vec<String> = serde_json::from_value(browser.ask(key, "received", json!({}))).unwrap();
    frames.join("\n")
}

/// The host and port of an address.
pub fn host(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}
