//! Our page, and those of the tutorials, in Chromium.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chat_tui::play::scenario::{Actor, Deed, Line};
use chat_tui::play::stage::{Pace, Player, command};
use serde_json::{Value, json};

use crate::caught;
use crate::keys;
use crate::page::Browser;

/// Our page.
pub struct Page {
    browser: Arc<Browser>,
    name: String,
    url: String,
}

impl Page {
    pub fn enter(browser: Arc<Browser>, actor: &Actor, url: &str) -> Self {
        let page = Self { browser, name: actor.name.clone(), url: url.to_owned() };
        let (width, height) = (actor.width, actor.height);
        page.ask("open", json!({ "url": url, "name": actor.name, "width": width, "height": height, "phone": width < 500 }));
        if actor.room != "lobby" {
            page.ask("say", json!({ "text": format!("/join {}", actor.room) }));
        }
        page
    }

    fn ask(&self, action: &str, arguments: Value) -> Value {
        self.browser.ask(&self.name, action, arguments)
    }

    fn try_ask(&self, action: &str, arguments: Value) -> Result<Value, String> {
        caught(|| self.ask(action, arguments))
    }
}

impl Player for Page {
    fn act(&mut self, deed: &Deed, _pace: Pace) -> Result<(), String> {
        if let Some(text) = command(deed) {
            return self.try_ask("say", json!({ "text": text })).map(drop);
        }
        match deed {
            Deed::Connect => self.try_ask("open_beside", json!({ "beside": self.name, "url": self.url })).map(drop),
            Deed::Disconnect => self.try_ask("close", json!({})).map(drop),
            Deed::Type(text) => self.try_ask("type", json!({ "text": text })).map(drop),
            Deed::Press(pressed) => {
                pressed.iter().try_for_each(|key| self.try_ask("press_there", json!({ "keys": keys::in_browser(*key) })).map(drop))
            }
            _ => Err("A page cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(self.try_ask("seen", json!({}))?.as_str().unwrap_or_default().to_owned())
    }

    fn line(&mut self) -> Result<Line, String> {
        let state = self.try_ask("state", json!({}))?;
        Ok(if state == "connected" { Line::Connected } else { Line::Disconnected })
    }

    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String> {
        let path = stem.with_extension("png");
        self.try_ask("picture", json!({ "path": path }))?;
        Ok(path)
    }

    fn cast(&mut self) -> Option<String> {
        None
    }

    fn leave(&mut self) -> Result<(), String> {
        Ok(())
    }
}

/// A page as the tutorials' are: one of `docs/examples/classic`.
pub struct Classic {
    browser: Arc<Browser>,
    name: String,
    url: String,
    host: String,
}

impl Classic {
    pub fn enter(browser: Arc<Browser>, actor: &Actor, url: &str, example: &str) -> Self {
        let host = url.trim_start_matches("http://").to_owned();
        let page = Self { browser, name: actor.name.clone(), url: format!("{url}/pages/{example}"), host };
        page.open();
        if actor.room != "lobby" {
            page.ask("say_classic", json!({ "text": format!("/j {}", actor.room) }));
        }
        page
    }

    /// Opens it; if it asks for a name, it is told its own.
    fn open(&self) {
        self.ask("open_classic", json!({ "url": self.url, "answers": [self.name], "hosts": [self.host], "beside": null }));
    }

    fn ask(&self, action: &str, arguments: Value) -> Value {
        self.browser.ask(&self.name, action, arguments)
    }
}

impl Player for Classic {
    fn act(&mut self, deed: &Deed, _pace: Pace) -> Result<(), String> {
        match deed {
            Deed::Connect => caught(|| self.open()),
            Deed::Disconnect => caught(|| drop(self.ask("close", json!({})))),
            Deed::Say(text) => caught(|| drop(self.ask("say_classic", json!({ "text": text })))),
            Deed::Join(room) => caught(|| drop(self.ask("say_classic", json!({ "text": format!("/j {room}") })))),
            _ => Err("A classic page cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(caught(|| self.ask("text_classic", json!({})))?.as_str().unwrap_or_default().to_owned())
    }

    fn line(&mut self) -> Result<Line, String> {
        let connected = caught(|| self.ask("connected", json!({})))?;
        Ok(if connected == true { Line::Connected } else { Line::Disconnected })
    }

    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String> {
        let path = stem.with_extension("png");
        caught(|| self.ask("picture", json!({ "path": path })))?;
        Ok(path)
    }

    fn cast(&mut self) -> Option<String> {
        None
    }

    fn leave(&mut self) -> Result<(), String> {
        Ok(())
    }
}
