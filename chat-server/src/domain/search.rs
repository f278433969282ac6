//! What a search asks for, and whether a message is it.
//!
//! - [`parse`]: what a query means, or what is wrong with it;
//! - [`Sought`]: whether a message fits, once the names are known. Both stores ask it: the memory store of each
//!   message, the others of what their index proposes, so that they find the same;
//! - [`Position`]: what a cursor says.

mod parse;
mod position;
mod sought;

pub use parse::{Asked, parse};
pub use position::{Position, search_again};
pub use sought::{Sought, choose_rooms, hit, nobody_called};
