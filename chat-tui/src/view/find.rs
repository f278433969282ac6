//! The search: its field, how it went, and what was found.

use chat_proto::entry::Body;
use chat_proto::request::search_read::Hit as Found;
use chat_proto::{search, words};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use super::{bidi, paint};
use crate::layout::wrap::{cut, width, wrap};
use crate::layout::{Row, composer};
use crate::sanitize;
use crate::state::State;
use crate::state::find::Find;
use crate::state::viewport::{Click, FIND_ROWS, Hit, Viewport};
use crate::theme::{Role, Theme};
use crate::time;

/// Rows that the field grows to.
const FIELD: usize = 3;
/// So much of a row stands before the first mark, at the most: one part of so many.
const BEFORE: usize = 3;

/// Draws it; tells where the caret stands.
pub(super) fn draw(state: &State, find: &Find, theme: Theme, buffer: &mut Buffer, area: Rect, viewport: &mut Viewport) -> (u16, u16) {
    let quiet = theme.style(Role::Muted);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    paint::line(buffer, inner, 0, &Row::styled(words::SEARCH, theme.style(Role::Strong)));
    let mut row = if area.height > 12 { 2 } else { 1 };

    let written = composer::rows(find.field.text(), find.field.caret(), inner.width.saturating_sub(3));
    paint::line(buffer, inner, row, &Row::from(Span::styled("> ", theme.style(Role::Strong))));
    // The row of the caret stays in view.
    let (caret_row, caret_column) = written.caret;
    let skip = usize::from(caret_row + 1).saturating_sub(FIELD);
    let text = Rect { x: inner.x + 2, width: inner.width.saturating_sub(2), ..inner };
    let below_field = u16::try_from(skip).unwrap_or(0);
    let caret = (text.x + caret_column, text.y + row + caret_row - below_field);
    let field_rows = written.rows.into_iter().skip(skip).take(FIELD);
    for line in field_rows {
        paint::line(buffer, text, row, &Row::from(line));
        row += 1;
    }

    for line in said(find, theme, usize::from(inner.width)) {
        paint::line(buffer, inner, row, &line);
        row += 1;
    }
    row += u16::from(area.height > 12);
    for y in 0..row.min(area.height) {
        bidi::isolate_row(buffer, Rect { y: area.y + y, height: 1, ..inner });
    }

    let list = Rect { y: area.y + row.min(area.height), height: area.height.saturating_sub(row), ..area };
    viewport.height = list.height;
    let shown = usize::from(list.height / FIND_ROWS);
    let query = find.query.as_ref().map(|query| search::Parsed::of(query.as_str()).all).unwrap_or_default();
    let hits = find.hits.iter().enumerate().skip(find.first(shown)).take(shown);
    for (top, (index, hit)) in (list.y..).step_by(usize::from(FIND_ROWS)).zip(hits) {
        let place = Rect { y: top, height: FIND_ROWS, ..list };
        if index == find.index {
            buffer.set_style(place, theme.style(Role::Selection));
        }
        head(state, hit, theme, buffer, place);
        let text = excerpt(&text_of(hit), &query, usize::from(list.width).saturating_sub(4));
        let mark = Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        let spans = text.into_iter().map(|(text, found)| if found { Span::styled(text, mark) } else { Span::styled(text, Style::new()) });
        let beside = Rect { x: place.x + 3, width: place.width.saturating_sub(4), ..place };
        paint::line(buffer, beside, 1, &Row::from(spans.collect::<Vec<_>>()));
        bidi::isolate_row(buffer, Rect { y: place.y + 1, height: 1, ..beside });
        viewport.hits.push(Hit { columns: (list.left(), list.right()), rows: (top, top + FIND_ROWS), target: Click::Choice(index) });
    }
    if find.hits.is_empty() && find.asking.is_some() {
        paint::line(buffer, Rect { x: inner.x, width: inner.width, ..list }, 0, &Row::styled(words::LOADING, quiet));
    }
    (caret.0.min(area.right().saturating_sub(1)), caret.1.min(area.bottom().saturating_sub(1)))
}

/// What stands below the field: how one searches, what went wrong, how much was found.
fn said(find: &Find, theme: Theme, wide: usize) -> Vec<Row> {
    let quiet = theme.style(Role::Muted);
    let mut rows = Vec::new();
    let mut say = |sentence: &str, style| rows.extend(wrap(&[(sanitize::line(sentence).into_owned(), style)], wide));
    match &find.query {
        None if find.error.is_none() => say(words::SEARCH_HINT, quiet),
        Some(query) if find.hits.is_empty() && find.error.is_none() && find.asking.is_none() && find.more.is_none() => {
            say(&words::fill(words::NOTHING_FOUND, &[("query", query.as_str())]), theme.style(Role::Text));
        }
        Some(_) if !find.hits.is_empty() => {
            let more = if find.more.is_some() { "+" } else { "" };
            let loading = if find.asking.is_some() { format!(" · {}", words::LOADING) } else { String::new() };
            say(&(words::fill(words::FOUND, &[("count", &format!("{}{more}", find.hits.len()))]) + &loading), quiet);
        }
        None | Some(_) => {}
    }
    if let Some(error) = &find.error {
        say(error, theme.style(Role::Error));
    }
    if find.preparing {
        say(words::SEARCH_PREPARING, theme.style(Role::Warn));
    }
    rows
}

/// The row above the text: where, when, who.
fn head(state: &State, hit: &Found, theme: Theme, buffer: &mut Buffer, place: Rect) {
    let zone = &state.settings.zone;
    let edited = if hit.edited { format!(" ({})", words::EDITED) } else { String::new() };
    let when = format!("{}{edited}", time::when(hit.entry.time, state.date(), zone));
    let room = state.rooms.get(&hit.room).map_or_else(|| "…".to_owned(), |room| sanitize::line(&room.label()).into_owned());
    // The time is never cut; of the rest each gets a half, and what the other one leaves.
    let left = usize::from(place.width).saturating_sub(width(&when) + 6);
    let author = sanitize::line(hit.entry.author.name.as_str());
    let (room_wide, author_wide) = (width(&room), width(&author));
    let room = cut(&room, left.saturating_sub(author_wide.min(left / 2)));
    let author = cut(&author, left.saturating_sub(room_wide.min(width(&room))));
    let parts = [(room, theme.style(Role::Text)), (when, theme.style(Role::Muted)), (author, theme.person(&hit.entry.author.color))];
    let mut x = place.x + 1;
    for (text, style) in parts {
        let wide = u16::try_from(width(&text)).unwrap_or(u16::MAX).min(place.right().saturating_sub(x));
        let part = Rect { x, width: wide, height: 1, ..place };
        paint::line(buffer, part, 0, &Row::from(Span::styled(text, style)));
        // Each for itself: a name can't turn what stands beside it.
        bidi::isolate_row(buffer, part);
        x = (x + wide + 2).min(place.right());
    }
}

/// The text on one line, as it is drawn.
fn text_of(hit: &Found) -> String {
    let text = match &hit.entry.body {
        Body::Message(message) => sanitize::line(&message.content.text),
        _ => "".into(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// So much of a text as fits, around the first place where the words stand; each piece with whether it
/// is what was looked for.
fn excerpt(text: &str, query: &[search::Phrase], most: usize) -> Vec<(String, bool)> {
    let marks = search::marks_of(query, text);
    let clusters: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
    let is_marked = |at: usize| marks.iter().any(|mark| mark.contains(&at));
    let from = match marks.first() {
        Some(first) if width(text) > most => {
            let mut from = clusters.partition_point(|(at, _)| *at < first.start);
            // Back by a part of the row, and further where the end of the text would leave it empty.
            let (mut before, mut after) = (0, width(&text[first.start..]) + 1);
            while from > 0 {
                let wide = width(clusters[from - 1].1);
                if before + wide > most / BEFORE && after + wide > most {
                    break;
                }
                (from, before, after) = (from - 1, before + wide, after + wide);
            }
            from
        }
        _ => 0,
    };
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut put = |piece: &str, marked: bool| match pieces.last_mut() {
        Some((last, same)) if *same == marked => last.push_str(piece),
        _ => pieces.push((piece.to_owned(), marked)),
    };
    let mut left = most;
    if from > 0 {
        put("…", false);
        left = left.saturating_sub(1);
    }
    let mut rest = clusters.get(from).map_or(0, |(at, _)| width(&text[*at..]));
    for (at, cluster) in clusters.into_iter().skip(from) {
        let wide = width(cluster);
        if rest > left && wide + 1 > left {
            put("…", false);
            break;
        }
        put(cluster, is_marked(at));
        left = left.saturating_sub(wide);
        rest = rest.saturating_sub(wide);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(query: &str, text: &str, most: usize) -> String {
        let pieces = excerpt(text, &search::Parsed::of(query).all, most);
        pieces.iter().map(|(piece, marked)| if *marked { format!("[{piece}]") } else { piece.clone() }).collect()
    }

    #[test]
    fn texts_are_cut_around_the_first_mark() {
        assert_eq!(shown("green", "the build is green", 40), "the build is [green]");
        assert_eq!(shown("green", "one two three four five six seven green eight nine ten", 24), "…x seven [green] eight ni…");
        assert_eq!(shown("ten", "one two three four five six seven eight nine ten", 20), "…even eight nine [ten]");
        assert_eq!(shown("from:me", "one two three four", 8), "one two…");
        assert_eq!(shown("本", "ああああああ日本語いいい", 11), "…日[本]語い…");
        assert_eq!(shown("e", "", 8), "");
    }

    proptest! {
        #[test]
        fn no_excerpt_is_too_wide_and_the_first_mark_is_in_it(before in "[a-z 日👍é]{0,60}", after in "[a-z 日👍é]{0,60}", most in 12_usize..40) {
            let text = format!("{before} Word {after}");
            let pieces = excerpt(&text, &search::Parsed::of("\"word\"").all, most);
            prop_assert!(pieces.iter().map(|(piece, _)| width(piece)).sum::<usize>() <= most);
            prop_assert!(pieces.iter().any(|(piece, marked)| *marked && piece.to_lowercase() == "word"));
        }
    }
}
