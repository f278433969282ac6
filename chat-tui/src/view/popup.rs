//! What lies over the screen.

use chat_proto::action::{ACTIONS, ActionId};
use chat_proto::id::RoomId;
use chat_proto::request::token_create::{Scope, TokenCreated};
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::{help, paint, people};
use crate::layout::Row;
use crate::layout::wrap::{cut, fit, width, wrap};
use crate::sanitize;
use crate::state::State;
use crate::state::popup::{Confirm, Offer, Popup, Purpose, Search, Secret, Stranded};
use crate::state::viewport::{Click, Hit, Viewport};
use crate::state::{scope, setting};
use crate::theme::{Role, Theme};
use crate::time;

/// Draws it; tells where the caret stands, if something is typed there.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, over: Rect, viewport: &mut Viewport) -> Option<(u16, u16)> {
    let wide = usize::from(over.width.min(76)).saturating_sub(4);
    match state.popup.as_ref()? {
        Popup::Help(scroll) => {
            let rows = help::rows(wide, theme);
            let area = open(buffer, theme, over, wide, rows.len(), "Help · Esc closes");
            let skip = (*scroll).min(rows.len().saturating_sub(usize::from(area.height)));
            for (row, line) in (0..area.height).zip(rows.into_iter().skip(skip)) {
                paint::line(buffer, area, row, &line);
            }
            None
        }
        Popup::Switcher(search) => self::search(buffer, theme, over, "Go to", Some(search), viewport),
        Popup::React(_, search) => self::search(buffer, theme, over, "React with", Some(search), viewport),
        Popup::Rooms(search) if search.found.is_empty() => {
            sentence(buffer, theme, over, words::NO_ROOMS);
            None
        }
        Popup::Rooms(search) => {
            list(buffer, theme, over, "Rooms · Enter joins", search, viewport);
            None
        }
        Popup::Friends(search) => {
            list(buffer, theme, over, "Friends · Enter accepts, or writes · x refuses, or ends it", search, viewport);
            None
        }
        Popup::Confirm(confirm) => {
            let question = match confirm {
                Confirm::DiscardStranded(stranded) => {
                    let count = stranded.texts.len().to_string();
                    words::fill(words::CONFIRM_DISCARD, &[("count", &count), ("name", &of_whom(stranded))])
                }
                Confirm::Delete(_) => words::CONFIRM_DELETE.to_owned(),
                Confirm::Kick(room, _, user) => {
                    words::fill(words::CONFIRM_KICK, &[("user", &sanitize::line(user)), ("room", &name_of(state, room))])
                }
                Confirm::Unfriend(_, user) => words::fill(words::CONFIRM_UNFRIEND, &[("user", &sanitize::line(user))]),
                Confirm::Archive(room) => words::fill(words::CONFIRM_ARCHIVE, &[("room", &name_of(state, room))]),
                Confirm::Quit => match state.outbox.open() {
                    0 => words::CONFIRM_QUIT.to_owned(),
                    1 => format!("One message is not sent yet and would be lost. {}", words::CONFIRM_QUIT),
                    open => format!("{open} messages are not sent yet and would be lost. {}", words::CONFIRM_QUIT),
                },
            };
            sentence(buffer, theme, over, &question);
            None
        }
        Popup::Stranded(stranded, search) => {
            self::stranded(buffer, theme, over, stranded, search, viewport);
            None
        }
        Popup::Secret(secret) => Some(self::secret(buffer, theme, over, secret)),
        Popup::People(_, members, index) => {
            let area = open(buffer, theme, over, 36, members.len(), words::PEOPLE);
            let skip = (*index).min(members.len().saturating_sub(usize::from(area.height)));
            for (row, member) in (0..area.height).zip(members.iter().skip(skip)) {
                paint::line(buffer, area, row, &people::row(member, member.room_role.unwrap_or_default(), area.width, theme));
            }
            None
        }
        Popup::Codes(room, codes) => {
            let title = words::fill(words::CODES, &[("room", &name_of(state, room))]);
            let lines = codes.iter().map(|code| {
                let (until, count) = (time::moment(code.expires, &state.settings.zone), code.uses_left.to_string());
                words::fill(words::CODE_LINE, &[("code", code.code.as_str()), ("until", &until), ("count", &count)])
            });
            let end = how_to(ActionId::Codes, "end CODE");
            lines_under(buffer, theme, over, &format!("{title} · {end}"), lines);
            None
        }
        Popup::Tokens(tokens) => {
            let lines = tokens.iter().zip(1..).map(|(info, number)| {
                let scopes: Vec<&str> = info.scopes.iter().map(|scope| scope::word(*scope)).collect();
                let used = info.used.map_or_else(|| words::NEVER.to_owned(), |used| time::moment(used, &state.settings.zone));
                let name = sanitize::line(info.bot.name.as_str());
                let line = words::fill(words::BOT_LINE, &[("name", &name), ("scopes", &scopes.join(", ")), ("time", &used)]);
                format!("{number:>2}  {line}")
            });
            let end = how_to(ActionId::Token, "revoke NUMBER");
            lines_under(buffer, theme, over, &format!("{} · {end}", words::BOTS), lines);
            None
        }
        Popup::Token(made) => {
            lines_under(buffer, theme, over, "y copies the token, w the webhook · Esc closes", token(state, made).into_iter());
            None
        }
        Popup::Settings(room) => {
            let title = words::fill(words::SETTINGS, &[("room", &name_of(state, room))]);
            let lines = setting::SETTINGS.iter().filter_map(|name| {
                let value = sanitize::line(setting::value(&state.rooms.get(room)?.info, name)?);
                Some(words::fill(words::SETTING_LINE, &[("setting", name), ("value", &value)]))
            });
            let change = how_to(ActionId::Settings, "SETTING VALUE");
            lines_under(buffer, theme, over, &format!("{title} · {change}"), lines);
            None
        }
        Popup::Sessions(sessions) => {
            let revoke = ACTIONS.iter().find(|action| action.id == ActionId::RevokeSession).and_then(|action| action.commands.first());
            let title = format!("Sessions · /{} NUMBER ends one", revoke.unwrap_or(&""));
            let area = open(buffer, theme, over, 64, sessions.len(), &title);
            for (row, session) in (0..area.height).zip(sessions) {
                let program = session.client.as_ref().map_or("", |client| client.as_str());
                let here = if session.current { " · this one" } else { "" };
                let used = time::moment(session.used, &state.settings.zone);
                let number = Span::styled(format!("{:>2}  ", row + 1), theme.style(Role::Accent));
                let text = Span::raw(cut(&format!("{}{here}", sanitize::line(program)), 36));
                let note = Span::styled(format!("  last used {used}"), theme.style(Role::Muted));
                paint::line(buffer, area, row, &Row::from(vec![number, text, note]));
            }
            None
        }
    }
}

/// A new token, and how it is used.
fn token(state: &State, made: &TokenCreated) -> Vec<String> {
    let TokenCreated { token, signing_secret, info } = made;
    let name = sanitize::line(info.bot.name.as_str());
    let mut lines = vec![words::fill(words::TOKEN_MADE, &[("name", &name)]), token.as_str().to_owned()];
    if info.scopes.iter().any(|scope| matches!(scope, Scope::Read | Scope::Send)) {
        lines.push(words::TOKEN_USE.to_owned());
    }
    if let Some(address) = scope::webhook(&state.settings.url, made) {
        lines.extend([words::TOKEN_HOOK.to_owned(), address]);
    }
    if let Some(secret) = signing_secret {
        lines.extend([words::TOKEN_SIGNING.to_owned(), secret.as_str().to_owned()]);
    }
    lines
}

/// Clears a place in the middle for so many rows under a title, and gives it.
fn open(buffer: &mut Buffer, theme: Theme, over: Rect, wide: usize, rows: usize, title: &str) -> Rect {
    let width = u16::try_from(wide + 4).unwrap_or(u16::MAX).min(over.width);
    let height = u16::try_from(rows + 4).unwrap_or(u16::MAX).min(over.height);
    let area = Rect { x: over.x + (over.width - width) / 2, y: over.y + (over.height - height) / 3, width, height };
    paint::clear(buffer, area, theme.base().patch(theme.style(Role::Panel)));
    let line = theme.style(Role::Line);
    for x in area.left()..area.right() {
        buffer[(x, area.top())].set_symbol("─").set_style(line);
        buffer[(x, area.bottom() - 1)].set_symbol("─").set_style(line);
    }
    for y in area.top() + 1..area.bottom() - 1 {
        buffer[(area.left(), y)].set_symbol("│").set_style(line);
        buffer[(area.right() - 1, y)].set_symbol("│").set_style(line);
    }
    let corners = [(area.left(), area.top(), "┌"), (area.right() - 1, area.top(), "┐")];
    let below = [(area.left(), area.bottom() - 1, "└"), (area.right() - 1, area.bottom() - 1, "┘")];
    for (x, y, corner) in corners.into_iter().chain(below) {
        buffer[(x, y)].set_symbol(corner);
    }
    let title = cut(title, usize::from(width).saturating_sub(6));
    let title_area = Rect { x: area.x + 2, width: width - 2, ..area };
    paint::line(buffer, title_area, 0, &Row::styled(format!(" {title} "), theme.style(Role::Muted)));
    Rect { x: area.x + 2, y: area.y + 2.min(height - 1), width: width.saturating_sub(4), height: height.saturating_sub(4) }
}

/// The command of an action, with what it takes.
fn how_to(id: ActionId, arguments: &str) -> String {
    let command = ACTIONS.iter().find(|action| action.id == id).and_then(|action| action.commands.first());
    format!("/{} {arguments}", command.unwrap_or(&""))
}

fn name_of(state: &State, room: &RoomId) -> String {
    state.rooms.get(room).map_or_else(String::new, |room| room.info.name.as_str().to_owned())
}

/// Lines to be read, each wrapped where it is too long.
fn lines_under(buffer: &mut Buffer, theme: Theme, over: Rect, title: &str, lines: impl Iterator<Item = String>) {
    let wide = usize::from(over.width.min(64)).saturating_sub(4);
    let rows: Vec<Row> = lines.flat_map(|line| wrap(&[(line, theme.style(Role::Text))], wide)).collect();
    let area = open(buffer, theme, over, wide, rows.len(), title);
    for (row, line) in (0..area.height).zip(rows) {
        paint::line(buffer, area, row, &line);
    }
}

fn sentence(buffer: &mut Buffer, theme: Theme, over: Rect, sentence: &str) {
    let wide = width(sentence).min(usize::from(over.width).saturating_sub(6)).max(10);
    let rows = wrap(&[(sentence.to_owned(), theme.style(Role::Text))], wide);
    let area = open(buffer, theme, over, wide, rows.len(), "");
    for (row, line) in (0..area.height).zip(rows) {
        paint::line(buffer, area, row, &line);
    }
}

fn of_whom(stranded: &Stranded) -> String {
    stranded.name.as_ref().map_or_else(|| "somebody else".to_owned(), |name| sanitize::line(name).into_owned())
}

fn stranded(buffer: &mut Buffer, theme: Theme, over: Rect, stranded: &Stranded, search: &Search<Offer>, viewport: &mut Viewport) {
    let told = match (&stranded.identity, &stranded.name) {
        (Some(_), _) => words::STRANDED,
        (None, Some(_)) => words::STRANDED_GUEST,
        (None, None) => "Unsent messages of {name} are kept here ({count}).",
    };
    let (count, name) = (stranded.texts.len().to_string(), of_whom(stranded));
    let told = words::fill(told, &[("count", &count), ("name", &name)]);
    let wide = usize::from(over.width.min(64)).saturating_sub(6);
    // Not what they say: whoever sits here now may be somebody else.
    let mut rows = wrap(&[(told, theme.style(Role::Text))], wide);
    rows.push(Row::default());
    let area = open(buffer, theme, over, wide, rows.len() + search.found.len(), "Esc · later");
    for (row, line) in (0..area.height).zip(&rows) {
        paint::line(buffer, area, row, line);
    }
    let above = u16::try_from(rows.len()).unwrap_or(0).min(area.height);
    choices(buffer, theme, Rect { y: area.y + above, height: area.height - above, ..area }, search, viewport);
}

fn secret(buffer: &mut Buffer, theme: Theme, over: Rect, secret: &Secret) -> (u16, u16) {
    let label = match (&secret.purpose, secret.before.len()) {
        (Purpose::Register(_, name) | Purpose::SignIn(_, name), 0) => words::fill(words::PASSWORD_PROMPT, &[("name", name.as_str())]),
        (Purpose::Change, 0) => words::PASSWORD_OLD.to_owned(),
        (Purpose::Change, 1) => words::fill(words::PASSWORD_PROMPT, &[("name", "the future")]),
        _ => words::PASSWORD_AGAIN.to_owned(),
    };
    let area = open(buffer, theme, over, 50, 1, "Enter goes on · Esc cancels");
    paint::line(buffer, area, 0, &Row::styled(label.clone(), theme.style(Role::Text)));
    let column = u16::try_from(width(&label)).unwrap_or(0).min(area.width.saturating_sub(1));
    (area.x + column, area.y)
}

/// A field for words, and under it what fits them.
fn search<T>(
    buffer: &mut Buffer,
    theme: Theme,
    over: Rect,
    title: &str,
    found: Option<&Search<T>>,
    viewport: &mut Viewport,
) -> Option<(u16, u16)> {
    let search = found?;
    let rows = search.found.len().clamp(1, 12) + 2;
    let area = open(buffer, theme, over, 50, rows, title);
    let words = cut(&search.words, usize::from(area.width).saturating_sub(3));
    let column = u16::try_from(2 + width(&words)).unwrap_or(0).min(area.width.saturating_sub(1));
    paint::line(buffer, area, 0, &Row::from(vec![Span::styled("> ", theme.style(Role::Strong)), Span::raw(words)]));
    let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    if search.found.is_empty() {
        paint::line(buffer, below, 0, &Row::styled("Nothing fits.", theme.style(Role::Muted)));
    }
    choices(buffer, theme, below, search, viewport);
    Some((area.x + column, area.y))
}

fn list<T>(buffer: &mut Buffer, theme: Theme, over: Rect, title: &str, search: &Search<T>, viewport: &mut Viewport) {
    let area = open(buffer, theme, over, 60, search.found.len(), title);
    choices(buffer, theme, area, search, viewport);
}

fn choices<T>(buffer: &mut Buffer, theme: Theme, area: Rect, search: &Search<T>, viewport: &mut Viewport) {
    let skip = (search.index + 1).saturating_sub(usize::from(area.height));
    for (row, (index, choice)) in (0..area.height).zip(search.found.iter().enumerate().skip(skip)) {
        let chosen = index == search.index;
        let shown = sanitize::line(&choice.shown);
        let left = usize::from(area.width).saturating_sub(width(&shown) + 2);
        let note = if left > 3 { cut(&sanitize::line(&choice.note), left) } else { String::new() };
        let ground = if chosen { theme.style(Role::Selection) } else { theme.style(Role::Text) };
        let role = if chosen { Role::Strong } else { Role::Text };
        let shown = fit(&shown, width(&shown).min(usize::from(area.width)));
        let spans = vec![Span::styled(shown, theme.style(role)), Span::raw("  "), Span::styled(note, theme.style(Role::Muted))];
        paint::line(buffer, area, row, &Row::from(spans).style(ground));
        let rows = (area.y + row, area.y + row + 1);
        viewport.hits.push(Hit { columns: (area.left(), area.right()), rows, target: Click::Choice(index) });
    }
}
