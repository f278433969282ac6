//! Markdown to rows: bold, italic, struck, code, quotes, lists, links. Line breaks are kept as
//! people typed them; HTML is text like any other.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::wrap::{Run, width, wrap};
use super::{Row, code};
use crate::links;
use crate::theme::{Role, Theme};

/// Rows of a sanitised text.
#[must_use]
pub fn rows(text: &str, most: usize, theme: Theme) -> Vec<Row> {
    if is_plain(text) {
        return text.split('\n').flat_map(|line| wrap(&linked(line, Style::new(), theme), most)).collect();
    }
    let mut writer = Writer { theme, most, ..Writer::default() };
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        writer.event(event);
    }
    writer.end_line();
    if writer.rows.is_empty() {
        // Only marks, such as `#` or `>`: show what was written.
        return text.split('\n').flat_map(|line| wrap(&[(line.to_owned(), Style::new())], most)).collect();
    }
    writer.rows
}

/// Whether no character means anything in Markdown; most of what people say is such.
fn is_plain(text: &str) -> bool {
    let marks = |c: char| matches!(c, '*' | '_' | '`' | '~' | '[' | ']' | '<' | '>' | '\\' | '&' | '#' | '|');
    let begins = |line: &str| {
        let line = line.trim_start();
        line.starts_with(['-', '+', '=']) || line.starts_with(|c: char| c.is_ascii_digit())
    };
    !text.contains(marks) && !text.contains("\n\n") && !text.split('\n').any(|line| begins(line) || line.starts_with("    "))
}

/// Text in which links are seen.
fn linked(text: &str, style: Style, theme: Theme) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut from = 0;
    for (start, end) in links::find(text) {
        if from < start {
            runs.push((text[from..start].to_owned(), style));
        }
        runs.push((text[start..end].to_owned(), style.patch(link_style(theme))));
        from = end;
    }
    if from < text.len() {
        runs.push((text[from..].to_owned(), style));
    }
    runs
}

fn link_style(theme: Theme) -> Style {
    theme.style(Role::Accent).add_modifier(Modifier::UNDERLINED)
}

#[derive(Default)]
struct Writer {
    theme: Theme,
    most: usize,
    rows: Vec<Row>,
    runs: Vec<Run>,
    styles: Vec<Style>,
    /// What stands before each row: quotes and lists.
    margins: Vec<Margin>,
    code: Option<(String, String)>,
    links: Vec<(String, usize)>,
    /// A block has ended, and the next one is set apart.
    gap: bool,
}

enum Margin {
    Quote,
    /// A list, with the number of the next item where it has numbers.
    List(Option<u64>),
    /// An item: its mark, until it is drawn, and its width.
    Item(Option<String>, usize),
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Code(text) => {
                let style = self.style().patch(self.theme.style(Role::Panel)).patch(self.theme.style(Role::Warn));
                self.runs.push((text.into_string(), style));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for (index, line) in html.split('\n').enumerate() {
                    if index > 0 {
                        self.end_line();
                    }
                    self.text(line);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.end_row(),
            Event::Rule => {
                self.end_line();
                self.rows.push(Row::styled("─".repeat(self.most.min(20)), self.theme.style(Role::Line)));
            }
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let style = self.style();
        match tag {
            Tag::Paragraph => self.open_block(),
            Tag::Heading { .. } => {
                self.open_block();
                self.styles.push(style.add_modifier(Modifier::BOLD));
            }
            Tag::BlockQuote(_) => {
                self.open_block();
                self.margins.push(Margin::Quote);
            }
            Tag::CodeBlock(kind) => {
                self.open_block();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(first) => {
                self.end_line();
                self.margins.push(Margin::List(first));
            }
            Tag::Item => {
                self.end_line();
                self.gap = false;
                let mark = match self.margins.last_mut() {
                    Some(Margin::List(Some(number))) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                let wide = width(&mark);
                self.margins.push(Margin::Item(Some(mark), wide));
            }
            Tag::Emphasis => self.styles.push(style.add_modifier(Modifier::ITALIC)),
            Tag::Strong => self.styles.push(style.add_modifier(Modifier::BOLD)),
            Tag::Strikethrough => self.styles.push(style.add_modifier(Modifier::CROSSED_OUT)),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.runs.len()));
                self.styles.push(style.patch(link_style(self.theme)));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.close_block(),
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.close_block();
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => {
                self.end_line();
                self.margins.pop();
                self.gap = true;
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Item => {
                if matches!(self.margins.last(), Some(Margin::Item(Some(_), _))) {
                    self.end_row();
                }
                self.end_line();
                self.margins.pop();
                self.gap = false;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                self.styles.pop();
                let Some((link, from)) = self.links.pop() else { return };
                let shown: String = self.runs[from.min(self.runs.len())..].iter().map(|(text, _)| text.as_str()).collect();
                if shown != link && !link.is_empty() {
                    self.runs.push((format!(" ({link})"), self.theme.style(Role::Muted)));
                }
            }
            _ => {}
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        let style = self.style();
        if self.links.is_empty() {
            self.runs.extend(linked(text, style, self.theme));
        } else {
            self.runs.push((text.to_owned(), style));
        }
    }

    fn open_block(&mut self) {
        self.end_line();
        if std::mem::take(&mut self.gap) && !self.rows.is_empty() {
            let (margin, _) = self.margin();
            self.rows.push(Row::from(margin));
        }
    }

    fn close_block(&mut self) {
        self.end_line();
        self.gap = true;
    }

    fn end_line(&mut self) {
        if !self.runs.is_empty() {
            self.end_row();
        }
    }

    fn end_row(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let (_, wide) = self.margin_width();
        for row in wrap(&runs, self.most.saturating_sub(wide)) {
            self.put(row);
        }
        for (_, from) in &mut self.links {
            *from = 0;
        }
    }

    fn put(&mut self, row: Row) {
        let (mut spans, _) = self.margin();
        spans.extend(row.spans);
        self.rows.push(Row::from(spans).style(row.style));
    }

    fn margin_width(&self) -> (usize, usize) {
        let wide = self.margins.iter().map(|margin| match margin {
            Margin::Quote => 2,
            Margin::List(_) => 0,
            Margin::Item(_, wide) => *wide,
        });
        (self.margins.len(), wide.sum())
    }

    /// The spans before a row; an item's mark is given once.
    fn margin(&mut self) -> (Vec<Span<'static>>, usize) {
        let quiet = self.theme.style(Role::Muted);
        let spans = self.margins.iter_mut().filter_map(|margin| match margin {
            Margin::Quote => Some(Span::styled("▌ ", quiet)),
            Margin::List(_) => None,
            Margin::Item(mark, wide) => Some(mark.take().map_or_else(|| Span::raw(" ".repeat(*wide)), |mark| Span::styled(mark, quiet))),
        });
        let spans: Vec<_> = spans.collect();
        let wide = spans.iter().map(|span| width(&span.content)).sum();
        (spans, wide)
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else { return };
        let (_, wide) = self.margin_width();
        let most = self.most.saturating_sub(wide).max(4);
        let ground = self.theme.style(Role::Panel);
        for runs in code::highlight(text.trim_end_matches('\n'), &language, self.theme) {
            for mut row in wrap(&runs, most - 2) {
                let used: usize = row.spans.iter().map(|span| width(&span.content)).sum();
                row.spans.insert(0, Span::raw(" "));
                row.spans.push(Span::raw(" ".repeat(most.saturating_sub(used + 1))));
                for span in &mut row.spans {
                    span.style = ground.patch(span.style);
                }
                self.put(row);
            }
        }
        self.gap = true;
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self { night: true, depth: crate::theme::Depth::None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Depth;

    fn drawn(text: &str) -> Vec<String> {
        let rows = rows(text, 30, Theme { night: true, depth: Depth::None });
        let mark = |span: &Span<'_>| match span.style.add_modifier {
            m if m.contains(Modifier::BOLD) => format!("<b>{}</b>", span.content),
            m if m.contains(Modifier::ITALIC) => format!("<i>{}</i>", span.content),
            m if m.contains(Modifier::CROSSED_OUT) => format!("<s>{}</s>", span.content),
            m if m.contains(Modifier::UNDERLINED) => format!("<u>{}</u>", span.content),
            _ => span.content.to_string(),
        };
        rows.iter().map(|row| row.spans.iter().map(mark).collect::<String>().trim_end().to_owned()).collect()
    }

    #[test]
    fn marks_become_styles() {
        assert_eq!(drawn("a **b** *c* ~~d~~ `e`"), ["a <b>b</b> <i>c</i> <s>d</s> e"]);
        assert_eq!(drawn("snake_case_name 2*3*4"), ["snake_case_name 2<i>3</i>4"]);
        assert_eq!(drawn("one\ntwo\n\nthree"), ["one", "two", "", "three"]);
        assert_eq!(drawn("# Big"), ["<b>Big</b>"]);
        assert_eq!(drawn("<b>not bold</b> & &amp;"), ["<b>not bold</b> & &"]);
        assert_eq!(drawn(">"), [">"]);
    }

    #[test]
    fn blocks_keep_their_margin() {
        assert_eq!(drawn("> said\n> so\n\nno"), ["▌ said", "▌ so", "", "no"]);
        assert_eq!(
            drawn("- one\n- two that is long enough to wrap\n  - in"),
            ["• one", "• two that is long enough to", "  wrap", "  • in"]
        );
        assert_eq!(drawn("3. c\n4. d"), ["3. c", "4. d"]);
        assert_eq!(drawn("see:\n```rust\nfn main() {}\n```"), ["see:", "", " fn main() {}"]);
    }

    #[test]
    fn links_show_where_they_lead() {
        assert_eq!(drawn("https://a.b/c_d_e."), ["<u>https://a.b/c_d_e</u>."]);
        assert_eq!(drawn("[docs](https://a.b)"), ["<u>docs</u> (https://a.b)"]);
        assert_eq!(drawn("<https://a.b>"), ["<u>https://a.b</u>"]);
    }
}
