//! The whole client without network and terminal: keys in, screens out.

use chat_proto::error::Error;
use chat_proto::event::AnyEvent;
use chat_proto::id::RoomId;
use chat_proto::name::DisplayName;
use chat_proto::place::Seq;
use chat_proto::secret::Token;
use chat_tui::credentials::{Credentials, Known};
use chat_tui::effect::{Effect, Emit};
use chat_tui::event::{Event, Link};
use chat_tui::keys::{Code, Key};
use chat_tui::state::{Settings, Spot, State};
use chat_tui::storage::{Storage, memory::Memory};
use chat_tui::theme::Depth;
use chat_tui::update::{start, tick, update};
use chat_tui::view::{cache::Cache, draw};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::server::Server;

/// A line of the lobby, as the screen calls it.
pub fn lobby_line(seq: Seq) -> Spot {
    Spot::Line(RoomId::parse("r-lobby").unwrap(), seq)
}

pub struct App {
    pub state: State,
    pub server: Server,
    /// Whether requests reach the server, and its answers us.
    pub online: bool,
    /// Requests that were sent and are on their way.
    pub sent: Vec<Emit>,
    /// Everything else that was wanted.
    pub wanted: Vec<Effect>,
    pub cache: Cache,
    pub storage: Memory,
    /// Why nothing can be kept at the moment.
    pub full: Option<String>,
    /// How often all that was stored was made durable.
    pub sealed: usize,
    /// How often something was put into the cache.
    pub cached: usize,
    pub caret: Option<(u16, u16)>,
}

impl App {
    /// A client of this screen size that has not heard from the server yet.
    pub fn connecting(columns: u16, rows: u16, server: Server) -> Self {
        let guest = Known { name: DisplayName::parse("me").unwrap(), token: Token::parse("g".repeat(43)).unwrap(), pair: None };
        Self::with(columns, rows, server, Memory::default(), Credentials { guest: Some(guest), account: None })
    }

    /// The same, with what was kept.
    fn with(columns: u16, rows: u16, server: Server, storage: Memory, credentials: Credentials) -> Self {
        let settings = Settings {
            url: "http://127.0.0.1:3000".into(),
            private_line: true,
            insecure: false,
            room: None,
            name: None,
            zone: TimeZone::UTC,
            given_token: false,
            depth: Depth::None,
            light: false,
            seed: 1,
        };
        let state = State::new(settings, credentials, None, server.time, (columns, rows));
        let mut app = Self {
            state,
            server,
            online: true,
            sent: vec![],
            wanted: vec![],
            cache: Cache::default(),
            storage,
            full: None,
            sealed: 0,
            cached: 0,
            caret: None,
        };
        let effects = start(&mut app.state);
        app.perform(effects);
        app
    }

    /// A client that is connected and has drawn the lobby.
    pub fn new(columns: u16, rows: u16, server: Server) -> Self {
        let mut app = Self::connecting(columns, rows, server);
        app.welcome();
        app
    }

    /// The program ends, or is killed, and starts again.
    pub fn restarted(mut self, killed: bool) -> Self {
        if !killed {
            let effects = chat_tui::update::end(&mut self.state);
            self.perform(effects);
        }
        let mut server = self.server;
        server.time += 1_000;
        Self::with(80, 24, server, self.storage, self.state.credentials)
    }

    pub fn welcome(&mut self) {
        let welcome = self.server.welcome();
        self.wire(welcome);
        self.settle();
    }

    pub fn wire(&mut self, event: AnyEvent) {
        self.feed(Event::Link(self.state.link.number, Link::Wire(event)));
    }

    pub fn down(&mut self) {
        self.sent.clear();
        self.feed(Event::Link(self.state.link.number, Link::Down("cut".into())));
    }

    pub fn refused(&mut self, error: Error) {
        self.feed(Event::Link(self.state.link.number, Link::Refused(error)));
    }

    pub fn feed(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.perform(effects);
    }

    /// Time goes on, with everything that falls due on the way.
    pub fn wait(&mut self, milliseconds: u64) {
        let until = self.state.now + milliseconds;
        for _ in 0..1_000 {
            let due = tick::next_deadline(&self.state).filter(|at| *at <= until).unwrap_or(until).max(self.state.now + 1).min(until);
            self.server.time = self.server.time.max(due);
            self.feed(Event::Time(due));
            self.settle();
            if due >= until {
                return;
            }
        }
        panic!("the clock alone keeps the client busy");
    }

    pub fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.feed(Event::Key(Key::parse(key).unwrap_or_else(|| panic!("{key} is no key"))));
            self.settle();
        }
    }

    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.feed(Event::Key(Key::plain(Code::Char(c))));
        }
        self.settle();
    }

    /// Writes a line and sends it.
    pub fn say(&mut self, text: &str) {
        self.write(text);
        self.keys("Enter");
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut not_kept = Vec::new();
        for effect in effects {
            match effect {
                Effect::Emit(emit) if emit.item.is_some() && !not_kept.is_empty() => {}
                Effect::Emit(emit) => self.sent.push(emit),
                Effect::Store(_, change) if self.full.is_some() => not_kept.push(*change),
                Effect::Store(pair, change) => self.storage.store(&pair, vec![*change]).unwrap(),
                Effect::Load(pair) => {
                    let kept = self.storage.load(&pair).unwrap();
                    self.feed(Event::Loaded(kept));
                }
                Effect::Seal => self.sealed += 1,
                Effect::FindStranded(pair) => {
                    let found = self.storage.stranded(&pair).unwrap();
                    self.feed(Event::Stranded(found));
                }
                Effect::DiscardStranded(pair) => self.storage.discard(&pair).unwrap(),
                Effect::Cache(pair, what) => {
                    self.cached += 1;
                    self.storage.cache(&pair, what).unwrap();
                }
                other => self.wanted.push(other),
            }
        }
        if let Some(reason) = self.full.clone().filter(|_| !not_kept.is_empty()) {
            self.feed(Event::NotKept(not_kept, reason));
        }
    }

    /// The server answers what was sent, and the screen is drawn, until nothing happens any more.
    pub fn settle(&mut self) {
        for _ in 0..200 {
            self.draw();
            if !self.online || self.sent.is_empty() {
                return;
            }
            for emit in std::mem::take(&mut self.sent) {
                for frame in self.server.handle(&emit.rid, emit.name, emit.payload) {
                    self.wire(frame);
                }
            }
        }
        panic!("client and server never come to rest");
    }

    pub fn draw(&mut self) -> Buffer {
        let (columns, rows) = self.state.screen;
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let drawn = draw(&self.state, &mut self.cache, &mut buffer);
        self.caret = drawn.caret;
        self.feed(Event::Drawn(drawn.viewport));
        buffer
    }

    /// The screen as text.
    pub fn screen(&mut self) -> String {
        self.settle();
        let buffer = self.draw();
        let (columns, rows) = self.state.screen;
        let mut out = String::new();
        for y in 0..rows {
            let mut row = String::new();
            let mut hidden = 0;
            for x in 0..columns {
                if hidden > 0 {
                    hidden -= 1;
                    continue;
                }
                let symbol = buffer[(x, y)].symbol();
                hidden = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                row.push_str(symbol);
            }
            out.push_str(row.trim_end());
            out.push('\n');
        }
        out
    }

    /// Whether the screen holds this.
    pub fn sees(&mut self, text: &str) -> bool {
        self.screen().contains(text)
    }
}
