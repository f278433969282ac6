//! Pages as the tutorials' are, with the clients of their day, in one room with the real page and a
//! real terminal: `/` and `/chat`, dialects A to D.
//!
//! The pages are written for these tests after what the tutorials' do (`a.html` to `d.html`); the
//! clients are copied from the packages of `tests/classic` into a directory that the server serves
//! with `--pages`.

mod book;
mod chosen;
mod elsewhere;
mod every_version;
mod examples;
mod folder;
mod friends;
mod hostile;
mod namespaces;
mod old_page;
mod one_room;
mod python;
mod refusals;
mod restart;
mod scene;
