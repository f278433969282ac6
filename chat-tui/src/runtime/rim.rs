//! The world without a screen: network, storage, credentials. What is done here needs no terminal,
//! so that a client can run without one.

use crate::credentials::{Credentials, File, Kept, Known, new_token};
use crate::effect::Effect;
use crate::event::Event;
use crate::network::{Network, Report};
use crate::state::State;
use crate::storage::{Change, Pair, Storage};

/// Network, storage and the credentials' file.
pub struct Rim {
    network: Network,
    storage: Box<dyn Storage>,
    credentials: File,
}

/// What came of doing effects.
#[derive(Debug, Default)]
pub struct Performed {
    /// What is to be told to the core, in order, after all of it is done.
    pub outcomes: Vec<Event>,
    /// What only a screen can do: copy, open, edit, draw anew, quit.
    pub rest: Vec<Effect>,
}

impl Rim {
    /// The world of a client of the server at that address; connections tell there what happens.
    #[must_use]
    pub fn new(url: String, report: Report, storage: Box<dyn Storage>, credentials: File) -> Self {
        Self { network: Network::new(url, report), storage, credentials }
    }

    /// Does what needs no screen, in order. Changes that follow one another are kept together, all
    /// or none; nothing of the outbox is sent after some that could not be kept.
    pub fn perform(&mut self, state: &State, effects: Vec<Effect>) -> Performed {
        let mut performed = Performed::default();
        let mut kept = true;
        let mut effects = effects.into_iter().peekable();
        while let Some(effect) = effects.next() {
            let outcome = match effect {
                Effect::Store(pair, change) => {
                    let mut changes = vec![*change];
                    while let Some(Effect::Store(_, next)) = effects.next_if(|next| matches!(next, Effect::Store(of, _) if *of == pair)) {
                        changes.push(*next);
                    }
                    let outcome = self.store(&pair, changes);
                    kept &= outcome.is_none();
                    outcome
                }
                Effect::Emit(emit) if emit.item.is_some() && !kept => None,
                Effect::Emit(emit) => {
                    self.network.emit(emit);
                    None
                }
                Effect::Connect(number, auth) => {
                    self.network.connect(number, &auth);
                    None
                }
                Effect::Disconnect => {
                    self.network.disconnect();
                    None
                }
                Effect::Seal => trouble(self.storage.seal()),
                Effect::Load(pair) => Some(self.storage.load(&pair).map_or_else(Event::Trouble, Event::Loaded)),
                Effect::Cache(pair, what) => trouble(self.storage.cache(&pair, what)),
                Effect::FindStranded(pair) => Some(self.storage.stranded(&pair).map_or_else(Event::Trouble, Event::Stranded)),
                Effect::DiscardStranded(pair) => trouble(self.storage.discard(&pair)),
                Effect::KeepAccount(known) => trouble(self.keep(state, |kept| kept.account = Some(known))),
                Effect::KeepPair(pair) => {
                    let token = state.credentials.in_use().map(|known| known.token.clone());
                    trouble(token.map_or(Ok(()), |token| self.keep(state, |kept| kept.put_pair(&token, &pair))))
                }
                Effect::ForgetAccount => trouble(self.keep(state, |kept| kept.account = None)),
                Effect::NewGuest(name) => {
                    let guest = new_token().map(|token| Known { name, token, pair: None });
                    Some(guest.and_then(|guest| self.keep_guest(state, guest)).map_or_else(Event::Trouble, Event::Credentials))
                }
                Effect::NameGuest(name) => {
                    let guest = state.credentials.guest.clone().map(|guest| Known { name, ..guest });
                    guest.map(|guest| self.keep_guest(state, guest).map_or_else(Event::Trouble, Event::Credentials))
                }
                Effect::Copy(_) | Effect::Open(_) | Effect::Editor(_) | Effect::Redraw | Effect::Quit => {
                    performed.rest.push(effect);
                    None
                }
            };
            performed.outcomes.extend(outcome);
        }
        performed
    }

    /// Ends the connection after what was sent on it has left.
    pub fn finish(&mut self) {
        self.network.finish();
    }

    fn store(&mut self, pair: &Pair, changes: Vec<Change>) -> Option<Event> {
        let reason = self.storage.store(pair, changes.clone()).err()?;
        Some(Event::NotKept(changes, reason))
    }

    /// Changes what is kept for this server.
    fn keep(&self, state: &State, change: impl FnOnce(&mut Kept)) -> Result<(), String> {
        self.credentials.change(&state.settings.url, change).map(drop)
    }

    /// Keeps a guest, durably, before it is used.
    fn keep_guest(&self, state: &State, guest: Known) -> Result<Credentials, String> {
        self.keep(state, |kept| kept.put_guest(guest.clone()))?;
        Ok(Credentials { guest: Some(guest), account: state.credentials.account.clone() })
    }
}

fn trouble(outcome: Result<(), String>) -> Option<Event> {
    outcome.err().map(Event::Trouble)
}
