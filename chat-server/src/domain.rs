//! What the chat's rules are, as pure functions and values: no IO, no async, no clock, no
//! randomness. Every store and every transport obeys the same ones because they stand here.
//!
//! - [`access`]: the one gateway, who may do what where; [`ranges`]: which part of a log somebody may read;
//! - [`write`](mod@write): what a caller wants written; [`facts`]: what must be known to decide;
//!   [`decide`]: the decision, step 3 of the writer's transaction; [`mark_read`]: the same for read
//!   positions;
//! - [`page`]: which part of a log a history page covers; [`weight`]: how much it is;
//! - [`search`]: what a search asks for, and whether a message fits; [`readable`]: what somebody
//!   may read;
//! - [`naming`]: free names and colours; [`rates`]: how much is too much;
//! - [`presence`] and [`typing`]: what is not in any log.

pub mod access;
pub mod decide;
pub mod facts;
pub mod mark_read;
pub mod naming;
pub mod page;
pub mod presence;
pub mod random;
pub mod ranges;
pub mod rates;
pub mod readable;
pub mod search;
pub mod typing;
pub mod weight;
pub mod write;
