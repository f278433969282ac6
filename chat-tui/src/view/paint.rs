//! Rows into cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// Puts a row there, over the ground that is there already.
pub(super) fn line(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row >= area.height || area.width == 0 {
        return;
    }
    let y = area.y + row;
    if line.style != Style::default() {
        buffer.set_style(Rect { y, height: 1, ..area }, line.style);
    }
    let mut x = area.x;
    for span in &line.spans {
        let left = area.right().saturating_sub(x);
        if left == 0 {
            return;
        }
        let style = line.style.patch(span.style);
        if span.content.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            // Most text: a cell for each byte, with nothing to take apart.
            let start = buffer.index_of(area.x, y) + usize::from(x - area.x);
            let cells = &mut buffer.content[start..start + usize::from(left)];
            let mut used = 0;
            for (cell, byte) in cells.iter_mut().zip(span.content.bytes()) {
                cell.set_char(char::from(byte)).set_style(style);
                used += 1;
            }
            x += used;
            continue;
        }
        (x, _) = buffer.set_stringn(x, y, &span.content, usize::from(left), style);
    }
}

/// Puts a text at the right end of a row.
pub(super) fn right(buffer: &mut Buffer, area: Rect, row: u16, text: &str, style: Style) {
    let wide = u16::try_from(crate::layout::wrap::width(text)).unwrap_or(area.width).min(area.width);
    if row < area.height {
        buffer.set_stringn(area.right() - wide, area.y + row, text, usize::from(wide), style);
    }
}

/// Empties an area, for something that lies over it.
pub(super) fn clear(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        // A wide character that begins left of the area would reach into it.
        if area.x > 0 && unicode_width::UnicodeWidthStr::width(buffer[(area.x - 1, y)].symbol()) > 1 {
            buffer[(area.x - 1, y)].set_symbol(" ");
        }
        if area.width > 0 {
            let start = buffer.index_of(area.x, y);
            for cell in &mut buffer.content[start..start + usize::from(area.width)] {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

/// A vertical line between columns.
pub(super) fn divider(buffer: &mut Buffer, x: u16, area: Rect, style: Style) {
    for y in area.top()..area.bottom() {
        buffer[(x, y)].set_symbol("│").set_style(style);
    }
}
