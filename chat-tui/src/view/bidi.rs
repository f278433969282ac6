//! Right-to-left text is isolated, so that it can't reorder what stands beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::frame::Frame;

/// First strong isolate, and its end.
const OPEN: char = '\u{2068}';
const CLOSE: char = '\u{2069}';

/// Wraps each stretch of right-to-left text of these parts into an isolate of its own.
pub(super) fn isolate(buffer: &mut Buffer, frame: &Frame) {
    for area in [frame.timeline, frame.header, frame.notices, frame.label, frame.composer, frame.typing, frame.rooms, frame.people] {
        for y in area.top()..area.bottom() {
            isolate_row(buffer, Rect { y, height: 1, ..area });
        }
    }
}

/// The same for one row of something.
pub(super) fn isolate_row(buffer: &mut Buffer, row: Rect) {
    if row.width == 0 {
        return;
    }
    let start = buffer.index_of(row.x, row.y);
    let cells = &buffer.content[start..start + usize::from(row.width)];
    // The first of them begins with the byte 0xd6; most cells are seen to be none by that alone.
    let turns = |symbol: &str| symbol.bytes().any(|byte| byte >= 0xd6) && symbol.chars().any(is_right_to_left);
    let mut columns = (row.x..).zip(cells).filter(|(_, cell)| turns(cell.symbol())).map(|(x, _)| x);
    let Some(first) = columns.next() else { return };
    let last = columns.last().unwrap_or(first);
    let opened = format!("{OPEN}{}", buffer[(first, row.y)].symbol());
    buffer[(first, row.y)].set_symbol(&opened);
    let closed = format!("{}{CLOSE}", buffer[(last, row.y)].symbol());
    buffer[(last, row.y)].set_symbol(&closed);
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
