//! The help: keys and commands, generated from the table of actions.

use chat_proto::action::{ACTIONS, Context};
use ratatui::text::Span;

use crate::layout::Row;
use crate::layout::wrap::{fit, width, wrap};
use crate::theme::{Role, Theme};

/// Keys that every editor has, which stand in no table.
const EDITING: &[(&str, &str)] = &[
    ("Ctrl+A, Ctrl+E", "To the beginning, the end of the line"),
    ("Alt+B, Alt+F", "A word back, a word on"),
    ("Ctrl+W, Ctrl+U, Alt+D", "Cut the word before, the line before, the word behind"),
    ("Ctrl+Y, Ctrl+_", "Put back what was cut, undo"),
];

/// The rows of the help.
pub(super) fn rows(most: usize, theme: Theme) -> Vec<Row> {
    let mut rows = Vec::new();
    let available = || ACTIONS.iter().filter(|action| action.not_in_terminal.is_empty());
    for (title, context) in [("Keys", Context::Global), ("While writing", Context::Composer), ("With a message chosen", Context::Message)] {
        title_row(&mut rows, title, theme);
        for action in available().filter(|action| action.context == context && !action.keys.is_empty()) {
            let keys = match action.keys {
                [first, .., last] if action.keys.len() > 3 => format!("{first} … {last}"),
                keys => keys.join(", "),
            };
            pair(&mut rows, &keys, action.summary, most, theme);
        }
        if context == Context::Composer {
            for (keys, summary) in EDITING {
                pair(&mut rows, keys, summary, most, theme);
            }
        }
    }
    title_row(&mut rows, "Commands", theme);
    for action in available() {
        if let [first, others @ ..] = action.commands {
            let others: String = others.iter().map(|other| format!(", /{other}")).collect();
            let command = format!("/{first} {}", action.arguments);
            pair(&mut rows, &format!("{}{others}", command.trim_end()), action.summary, most, theme);
        }
    }
    pair(&mut rows, "//text", "Say something that begins with a slash", most, theme);
    rows
}

fn title_row(rows: &mut Vec<Row>, title: &str, theme: Theme) {
    if !rows.is_empty() {
        rows.push(Row::default());
    }
    rows.push(Row::styled(title.to_owned(), theme.style(Role::Strong)));
}

fn pair(rows: &mut Vec<Row>, left: &str, right: &str, most: usize, theme: Theme) {
    let column = (most * 2 / 5).clamp(14, 30);
    let muted = theme.style(Role::Muted);
    if width(left) >= column {
        rows.push(Row::styled(left.to_owned(), theme.style(Role::Accent)));
        rows.extend(wrap(&[(right.to_owned(), muted)], most.saturating_sub(column)).into_iter().map(|row| indent(row, column)));
        return;
    }
    for (index, mut row) in wrap(&[(right.to_owned(), muted)], most.saturating_sub(column)).into_iter().enumerate() {
        let left = if index == 0 { fit(left, column) } else { " ".repeat(column) };
        row.spans.insert(0, Span::styled(left, theme.style(Role::Accent)));
        rows.push(row);
    }
}

fn indent(mut row: Row, by: usize) -> Row {
    row.spans.insert(0, Span::raw(" ".repeat(by)));
    row
}
