//! One message in rows: who and when on the left, what was said beside it, and under it its
//! reactions and what became of it.

use chat_proto::fold::{Line, LineBody};
use chat_proto::id::UserId;
use chat_proto::place::Millis;
use chat_proto::request::history_read::Reaction;
use chat_proto::user::Author;
use chat_proto::words;
use jiff::tz::TimeZone;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::sentence::sentences;
use super::wrap::{cut, fit, width, wrap};
use super::{Row, markdown};
use crate::sanitize;
use crate::state::outbox::{Item, Phase, Work};
use crate::theme::{Role, Theme};
use crate::time;

/// What all messages of a screen share.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The theme.
    pub theme: Theme,
    /// The columns that there are.
    pub width: u16,
    /// The local zone.
    pub zone: &'a TimeZone,
    /// The reader.
    pub me: Option<&'a UserId>,
    /// Whether the room is called by its name: another one's making is not told, since it would be by that.
    pub has_name: bool,
}

/// What of the left side is drawn: a group of messages names its author once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// The author.
    pub author: bool,
    /// The time.
    pub time: bool,
}

/// Columns at the right of a message that is on its way: a space and its sign.
const SIGN: usize = 2;
/// How far apart messages of one author may be and still be one group.
const GROUP_MS: Millis = 5 * 60 * 1_000;

/// What is drawn on the left of a message that stands below another one.
#[must_use]
pub fn head(above: Option<(&UserId, Millis, bool)>, author: &UserId, at: Millis, zone: &TimeZone) -> Head {
    match above {
        Some((other, before, true)) if other == author && at.saturating_sub(before) < GROUP_MS => {
            Head { author: false, time: time::clock(before, zone) != time::clock(at, zone) }
        }
        _ => Head { author: true, time: true },
    }
}

impl Around<'_> {
    /// The columns of the author's name.
    fn name_width(&self) -> usize {
        match self.width {
            0..48 => 6,
            48..80 => 8,
            _ => 12,
        }
    }

    /// The columns on the left of the text.
    fn left(&self) -> usize {
        self.name_width() + 9
    }

    fn text_width(&self) -> usize {
        // On the right one column for a sign, and one of air.
        usize::from(self.width).saturating_sub(self.left() + 2).max(8)
    }

    /// The rows of a line of the log.
    #[must_use]
    pub fn line(&self, line: &Line, head: Head) -> Vec<Row> {
        let LineBody::Message { content, reply_to, edited, deleted, reactions, .. } = &line.body else {
            return self.system(line);
        };
        let mut rows = Vec::new();
        if *deleted {
            rows.push(Row::styled(words::MESSAGE_DELETED, self.quiet().add_modifier(Modifier::ITALIC)));
        } else {
            if let Some(quote) = reply_to {
                rows.push(self.quote(quote.author.name.as_str(), &quote.text));
            }
            rows.extend(markdown::rows(&sanitize::text(&content.text), self.text_width(), self.theme));
            if edited.is_some() {
                self.append(&mut rows, vec![Span::styled(format!(" ({})", words::EDITED), self.quiet())]);
            }
            if !reactions.is_empty() {
                let spans = self.reactions(reactions);
                self.append(&mut rows, spans);
            }
        }
        if line.author.bot && head.author {
            self.mark(&mut rows);
        }
        let mut rows = self.beside(rows, &line.author, line.time, head);
        if self.me.is_some_and(|me| line.mentions(me)) {
            let ground = self.theme.style(Role::Mention);
            for row in &mut rows {
                row.style = ground.patch(row.style);
            }
        }
        rows
    }

    /// The rows of something that is not in the log yet.
    #[must_use]
    pub fn item(&self, item: &Item, author: &Author, head: Head) -> Vec<Row> {
        let Work::Send { text, quote, .. } = &item.work else { return Vec::new() };
        let mut rows: Vec<Row> = quote.iter().map(|(name, text)| self.quote(name, text)).collect();
        // Room is left for the sign at the right.
        let wide = self.text_width().saturating_sub(SIGN).max(1);
        rows.extend(markdown::rows(&sanitize::text(text.as_str()), wide, self.theme));
        let failed = match &item.phase {
            Phase::Refused(error) => Some((error.message.as_str(), " · R again, X discard")),
            // It may be stored: it is not discarded.
            Phase::SetAside => Some((words::CUTS_THE_LINE, " · R again")),
            Phase::Waiting(_) | Phase::Sent(..) | Phase::Stored(_) => None,
        };
        let style = self.theme.style(Role::Error);
        if let Some((reason, ways_out)) = failed {
            let sentence = format!("! {}", words::fill(words::NOT_SENT, &[("reason", &sanitize::line(reason))]));
            rows.extend(wrap(&[(sentence, style), (ways_out.to_owned(), self.quiet())], wide));
        }
        let mut rows = self.beside(rows, author, item.made, head);
        let sign = match item.phase {
            Phase::Waiting(_) | Phase::Sent(..) => Some(Span::styled("…", self.quiet())),
            Phase::Refused(_) | Phase::SetAside => Some(Span::styled("!", style)),
            Phase::Stored(_) => None,
        };
        if let (Some(sign), Some(first)) = (sign, rows.first_mut()) {
            let used: usize = first.spans.iter().map(|span| width(&span.content)).sum();
            first.spans.push(Span::raw(" ".repeat(usize::from(self.width).saturating_sub(used + 2))));
            first.spans.push(sign);
        }
        rows
    }

    fn quiet(&self) -> Style {
        self.theme.style(Role::Muted)
    }

    /// Somebody came, went, or changed the room.
    fn system(&self, line: &Line) -> Vec<Row> {
        let told = sentences(line).into_iter().filter(|_| self.has_name || !matches!(line.body, LineBody::Create { .. }));
        let rows: Vec<Row> = told.flat_map(|sentence| wrap(&[(sentence, self.quiet())], self.text_width())).collect();
        self.beside(rows, &line.author, line.time, Head { author: false, time: true })
    }

    fn quote(&self, name: &str, text: &str) -> Row {
        let name = sanitize::line(name);
        let text = if text.is_empty() { words::MESSAGE_DELETED.into() } else { sanitize::line(text) };
        Row::styled(cut(&format!("↳ {name}: {text}"), self.text_width()), self.quiet())
    }

    fn reactions(&self, reactions: &[Reaction]) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for reaction in reactions {
            let emoji = sanitize::line(reaction.emoji.as_str()).into_owned();
            let style = if reaction.mine { self.theme.style(Role::Strong).patch(self.theme.style(Role::Selection)) } else { self.quiet() };
            spans.push(Span::raw(" "));
            spans.push(Span::styled(format!("{emoji} {}", reaction.count), style));
        }
        spans
    }

    /// Puts a bot's marker before what it says, or over it where it does not fit.
    fn mark(&self, rows: &mut Vec<Row>) {
        let marker = Span::styled(format!("{} ", words::BOT), self.quiet());
        match rows.first_mut() {
            Some(first)
                if first.spans.iter().map(|span| width(&span.content)).sum::<usize>() + width(&marker.content) <= self.text_width() =>
            {
                first.spans.insert(0, marker);
            }
            _ => rows.insert(0, Row::from(vec![marker])),
        }
    }

    /// Puts spans behind the last row, or under it where they do not fit.
    fn append(&self, rows: &mut Vec<Row>, spans: Vec<Span<'static>>) {
        let wide = |spans: &[Span<'_>]| -> usize { spans.iter().map(|span| width(&span.content)).sum() };
        match rows.last_mut() {
            Some(last) if wide(&last.spans) + wide(&spans) <= self.text_width() => last.spans.extend(spans),
            _ => {
                let runs: Vec<_> = spans.into_iter().map(|span| (span.content.into_owned(), span.style)).collect();
                let skip = usize::from(runs.first().is_some_and(|(text, _)| text == " "));
                rows.extend(wrap(&runs[skip..], self.text_width()));
            }
        }
    }

    /// Puts the left side before the rows.
    fn beside(&self, rows: Vec<Row>, author: &Author, at: Millis, head: Head) -> Vec<Row> {
        let (names, left) = (self.name_width(), self.left());
        let name = if head.author { sanitize::line(author.name.as_str()) } else { "".into() };
        let clock = if head.time { time::clock(at, self.zone) } else { " ".repeat(5) };
        let beside = rows.into_iter().enumerate().map(|(index, row)| {
            let mut spans = if index == 0 {
                let name = Span::styled(format!(" {}", fit(&name, names)), self.theme.person(&author.color));
                vec![name, Span::styled(format!(" {clock}  "), self.quiet())]
            } else {
                vec![Span::raw(" ".repeat(left))]
            };
            spans.extend(row.spans.into_iter().map(|span| Span::styled(span.content, row.style.patch(span.style))));
            Row::from(spans)
        });
        beside.collect()
    }
}
