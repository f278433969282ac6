//! The TypeScript types, and the tables and sentences that the page shares with the terminal.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use ts_rs::{Config, TS, TypeVisitor};

use crate::action::{ACTIONS, Action};
use crate::event::Event;
use crate::fold::Line;
use crate::handshake::Auth;
use crate::limits;
use crate::request::Request;
use crate::schema::{Visit, describe};
use crate::words::{LATE_WORDS, WORDS};

/// The text of `gen/proto.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut writer = Writer::new();
    describe(&mut writer);
    writer.add::<Auth>();
    writer.add::<Line>();
    writer.add::<Action>();
    writer.finish()
}

/// The text of `gen/late.ts`: what the page needs once somebody does more than to read and to write. A file of
/// its own, since a page that is only being opened shows no help and takes no command.
#[must_use]
pub fn typescript_late() -> String {
    let summaries: serde_json::Map<_, _> = ACTIONS.iter().filter_map(|action| Some((name(action)?, action.summary.into()))).collect();
    format!(
        "{GENERATED}import type {{ Action, ActionId }} from \"./proto\";\n\n\
         /** The sentences that both clients show, but for those that the page begins with. */\n\
         export const LATE_WORDS = {} as const;\n\n\
         /** Everything that a person can do, in the order of the help. */\n\
         export const ACTIONS: readonly Action[] = {};\n\n\
         /** What each action does, as the help says it. */\n\
         export const SUMMARIES: Record<ActionId, string> = {};\n",
        pretty(&words(LATE_WORDS)),
        pretty(&serde_json::to_value(ACTIONS).unwrap_or_default()),
        pretty(&summaries.into())
    )
}

/// The action's id as it is on the wire.
fn name(action: &Action) -> Option<String> {
    Some(serde_json::to_value(action.id).ok()?.as_str()?.to_owned())
}

/// What stands above everything that is generated.
const GENERATED: &str = "// Generated from the types of chat-proto. Do not edit: change the types, then run\n\
                         //     UPDATE_GENERATED=1 cargo test -p chat-proto --test proto generated\n\n";

struct Writer {
    config: Config,
    declarations: BTreeMap<String, String>,
    seen: Vec<TypeId>,
    requests: String,
    events: String,
}

impl Writer {
    fn new() -> Self {
        Self {
            config: Config::new().with_large_int("number"),
            declarations: BTreeMap::new(),
            seen: Vec::new(),
            requests: String::new(),
            events: String::new(),
        }
    }

    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        // Only types of ours have a file to be written to; those of the language need none.
        if T::output_path().is_some() || T::docs().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = T::decl(&self.config);
            self.declarations.insert(T::ident(&self.config), format!("{docs}export {declaration}\n"));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }

    fn finish(self) -> String {
        let mut out = String::from(GENERATED);
        for declaration in self.declarations.values() {
            out.push_str(declaration);
            out.push('\n');
        }
        let _ = write!(
            out,
            "/** Every request, with what it sends and what its `ok` holds. */\nexport interface Requests {{\n{}}}\n\n",
            self.requests
        );
        let _ = write!(out, "/** Every event of the server's, with its payload. */\nexport interface Events {{\n{}}}\n\n", self.events);
        let _ = writeln!(out, "/** The protocol version. */\nexport const PROTOCOL = {};\n", crate::PROTOCOL);
        let _ = writeln!(out, "/** The Socket.IO namespace. */\nexport const NAMESPACE = {:?};\n", crate::NAMESPACE);
        let _ = writeln!(out, "/** Lengths that the protocol fixes. */\nexport const LENGTHS = {} as const;\n", pretty(&lengths()));
        let _ = writeln!(
            out,
            "/** The sentences that the page begins with; `{{…}}` marks what is put in. */\nexport const WORDS = {} as const;\n",
            pretty(&words(WORDS))
        );
        let _ = writeln!(
            out,
            "/** The keys by which the page does something. */\n\
             export const KEYS: readonly Pick<Action, \"id\" | \"context\" | \"page_keys\">[] = {};",
            pretty(&keys())
        );
        out
    }
}

impl TypeVisitor for Writer {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

impl Visit for Writer {
    fn request<Q: Request + JsonSchema + TS + 'static, R: JsonSchema + TS + 'static>(&mut self, name: &str) {
        self.add::<Q>();
        self.add::<R>();
        let _ = writeln!(self.requests, "  {name:?}: {{ request: {}; reply: {} }};", Q::ident(&self.config), R::ident(&self.config));
    }

    fn event<E: Event + JsonSchema + TS + 'static>(&mut self, name: &str) {
        self.add::<E>();
        let _ = writeln!(self.events, "  {name:?}: {};", E::ident(&self.config));
    }
}

fn lengths() -> serde_json::Value {
    serde_json::json!({
        "text": limits::TEXT,
        "text_lines": limits::TEXT_LINES,
        "topic": limits::TOPIC,
        "room_name": limits::ROOM_NAME,
        "identity": limits::IDENTITY,
        "display_name": limits::DISPLAY_NAME,
        "password_min": limits::PASSWORD_MIN,
        "password_max": limits::PASSWORD_MAX,
        "mentions": limits::MENTIONS,
        "quote": limits::QUOTE,
        "emoji": limits::EMOJI,
        "presence_members": limits::PRESENCE_MEMBERS,
        "away_ms": limits::AWAY_MS,
    })
}

fn words(words: &[(&str, &str)]) -> serde_json::Value {
    words.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect::<serde_json::Map<_, _>>().into()
}

fn keys() -> serde_json::Value {
    let with_keys = ACTIONS.iter().filter(|action| action.not_in_page.is_empty() && !action.page_keys.is_empty());
    with_keys
        .map(|Action { id, context, page_keys, .. }| serde_json::json!({ "id": id, "context": context, "page_keys": page_keys }))
        .collect()
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
