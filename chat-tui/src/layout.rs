//! From what is known to rows of text: where the parts of the screen stand, how a message is
//! wrapped. Pure, and nothing here draws.
//!
//! - [`frame`]: the parts of the screen;
//! - [`message`]: a message's rows, with [`markdown`], [`code`], [`sentence`] and [`wrap`] under it;
//! - [`composer`]: the rows of what is being written, and where its caret stands.

pub mod code;
pub mod composer;
pub mod frame;
pub mod markdown;
pub mod message;
pub mod sentence;
pub mod wrap;

use ratatui::text::Line;

/// One row of the screen, or a part of it.
pub type Row = Line<'static>;
