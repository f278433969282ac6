//! What waits here and is somebody else's: never sent under another pair, and so offered.

use chat_proto::words;

use super::Fx;
use crate::effect::Effect;
use crate::state::State;
use crate::state::popup::{Choice, Confirm, Offer, Popup, Search};
use crate::storage::Stranded;

/// This is there.
pub(super) fn found(state: &mut State, found: Vec<Stranded>) {
    state.stranded = found;
}

/// Offers the next one, once nobody is writing: a popup takes the keys.
pub(super) fn offer(state: &mut State) {
    if state.stranded.is_empty() || state.popup.is_some() || !state.composer.is_empty() || !state.link.is_online() {
        return;
    }
    let stranded = state.stranded.remove(0);
    let choice = |value, shown: String| Choice { value, shown, note: String::new() };
    let mut found = vec![choice(Offer::Later, words::STRANDED_LATER.to_owned())];
    if let Some(identity) = &stranded.identity {
        found.push(choice(Offer::SignIn, words::fill(words::STRANDED_SIGN_IN, &[("name", identity.as_str())])));
    }
    found.push(choice(Offer::Copy, words::COPY_THEM.to_owned()));
    found.push(choice(Offer::Discard, words::DISCARD.to_owned()));
    // What is chosen at first does nothing: the key may have been meant for something else.
    state.popup = Some(Popup::Stranded(stranded, Search { words: String::new(), found, index: 0 }));
}

/// Somebody has chosen.
pub(super) fn take(state: &mut State, stranded: Stranded, offer: Offer, fx: &mut Fx) {
    match offer {
        Offer::Later => {}
        Offer::SignIn => {
            if let Some(identity) = &stranded.identity {
                state.composer.set(format!("/login {identity}"));
            }
        }
        Offer::Copy => {
            fx.push(Effect::Copy(stranded.texts.join("\n")));
            state.say(words::COPIED);
            // It is still there to be sent or discarded.
            state.stranded.insert(0, stranded);
        }
        Offer::Discard => state.popup = Some(Popup::Confirm(Confirm::DiscardStranded(stranded))),
    }
}

/// Discards it for good.
pub(super) fn discard(stranded: &Stranded, fx: &mut Fx) {
    fx.push(Effect::DiscardStranded(stranded.pair.clone()));
}
