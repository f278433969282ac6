//! A log as lines for people: when, who, what. Nothing that others wrote can drive the terminal, or pass
//! for a line of its own: what stands at the beginning of a line is always ours.

use chat_proto::entry::{Body, Entry};
use chat_proto::fold::{Line, LineBody};
use chat_proto::place::Millis;
use chat_proto::words;
use jiff::tz::TimeZone;

use super::follow::Batch;
use crate::layout::sentence::sentences;
use crate::{sanitize, time};

/// How lines are written.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The local zone.
    pub zone: TimeZone,
    /// What the room is called, where there are several.
    pub room: Option<String>,
}

impl Plain {
    /// The lines of what came.
    #[must_use]
    pub fn lines(&self, batch: &Batch) -> String {
        let mut out = String::new();
        for told in batch.entries.iter().filter(|told| told.news) {
            self.entry(&told.entry, batch, &mut out);
        }
        out
    }

    fn entry(&self, entry: &Entry, batch: &Batch, out: &mut String) {
        let name = sanitize::line(entry.author.name.as_str());
        let say = |what: &str, text: &str| self.line(entry.time, &format!("{name}{what}: {}", sanitize::text(text)));
        match &entry.body {
            Body::Message(message) => {
                let now = now_reads(entry, batch);
                out.push_str(&match now.as_deref().unwrap_or(&message.content.text) {
                    "" => say("", words::MESSAGE_DELETED),
                    text => say(if now.is_some() { EDITED } else { "" }, text),
                });
            }
            // One without a text is one of a message that was taken back, or that may not be read.
            Body::Edit(edit) if edit.content.text.is_empty() => {}
            Body::Edit(edit) => out.push_str(&say(EDITED, &edit.content.text)),
            Body::Delete(_) => out.push_str(&say("", words::MESSAGE_DELETED)),
            // They come live alone, and tell little in a line of their own.
            Body::React(_) => {}
            _ => {
                let told = Line::of(entry).filter(|line| !matches!(line.body, LineBody::Message { .. }));
                told.iter().flat_map(sentences).for_each(|sentence| out.push_str(&self.line(entry.time, &format!("* {sentence}"))));
            }
        }
    }

    /// One line; what follows a line break is moved in.
    fn line(&self, time: Millis, text: &str) -> String {
        let room = self.room.as_ref().map_or_else(String::new, |room| format!("{room} "));
        let text = text.trim_end_matches('\n').replace('\n', "\n    ");
        format!("{} {room}{text}\n", time::stamp(time, &self.zone))
    }
}

/// Behind the author of what is another text now.
const EDITED: &str = " (edited)";

/// What a message says now, if that is not what it said first; nothing once it was taken back.
fn now_reads(message: &Entry, batch: &Batch) -> Option<String> {
    let amendments = batch.entries.iter().map(|told| (&told.entry, told.news)).filter(|(_, news)| !news).map(|(entry, _)| entry);
    let on_it = amendments.chain(&batch.ahead).filter(|entry| entry.body.target().is_some_and(|target| target.seq == message.seq));
    let last = on_it.filter(|entry| matches!(entry.body, Body::Edit(_) | Body::Delete(_))).max_by_key(|entry| entry.seq)?;
    Some(match &last.body {
        Body::Edit(edit) => edit.content.text.clone(),
        _ => String::new(),
    })
}
