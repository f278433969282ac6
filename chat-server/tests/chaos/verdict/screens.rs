//! What terminals and pages show, held against the folds of the rooms: the places that they jump to, and
//! all of a room from its end to its beginning.

use chat_proto::fold::{LineBody, Timeline};
use chat_proto::place::Seq;

use super::wrong_view;
use crate::audit::Damage;
use crate::dice::Dice;
use crate::screens::{Seat, Tab, is_token};

/// Rooms that are read at each screen, by their names; it jumps in the first of them.
pub const ROOMS: usize = 2;
type Rooms<'a> = [(String, &'a Timeline); ROOMS];

/// A terminal jumps to so many places, then shows all of its rooms.
pub fn judge_seat(seat: &Seat, rooms: &Rooms, jumps: usize, dice: Dice) -> Vec<Damage> {
    let mut damage = visit_from_seat(seat, &tokens(rooms[0].1), jumps, dice);
    for (name, fold) in rooms {
        let expected = tokens(fold);
        let end = |word: Option<&String>| word.cloned().unwrap_or_default();
        let (read, stray) = seat.read(name, &end(expected.first()), &end(expected.last()));
        if let Some(what) = difference(&expected, &read) {
            let (seen, stray) = (places(&expected, &read), places(&expected, &stray));
            let what = format!("{what}; it shows the places {seen}, and on a screen that does not join them {stray}");
            damage.push(wrong_view(&seat.name, name, what));
        }
    }
    damage
}

/// A page does, and its view never leaps.
pub fn judge_tab(tab: &Tab, rooms: &Rooms, jumps: usize, dice: Dice) -> Vec<Damage> {
    let mut damage = visit_from_tab(tab, rooms[0].1, jumps, dice);
    for (name, fold) in rooms {
        let expected: Vec<(Seq, &str)> = said(fold).collect();
        let end = |place: Option<&(Seq, &str)>| place.map_or(0, |(seq, _)| *seq);
        let (read, leaps) = tab.read(name, end(expected.first()), end(expected.last()));
        let read = read.into_iter().filter(|(_, text)| is_token(first_word(text)));
        let read: Vec<String> = read.map(|(seq, text)| format!("{seq} {text}")).collect();
        let expected: Vec<String> = expected.iter().map(|(seq, text)| format!("{seq} {text}")).collect();
        if let Some(what) = difference(&expected, &read) {
            damage.push(wrong_view(tab.name, name, what));
        }
        if !leaps.is_empty() {
            damage.push(wrong_view(tab.name, name, format!("its view leapt from {}", leaps.join(", from "))));
        }
    }
    damage
}

/// A terminal jumps to places of its room: what its screen shows there must stand there, one behind the other.
fn visit_from_seat(seat: &Seat, expected: &[String], jumps: usize, mut dice: Dice) -> Vec<Damage> {
    seat.enter(&seat.room);
    let mut damage = Vec::new();
    // Where nothing stands there is nowhere to go.
    let jumps = if expected.is_empty() { 0 } else { jumps };
    for _ in 0..jumps {
        let at = dice.pick(expected.len());
        let word = &expected[at];
        let right = |shown: &[String]| shown.contains(word) && expected.windows(shown.len()).any(|part| part == shown);
        let wrong = match seat.visit(word, right) {
            Ok(shown) if right(&shown) => continue,
            Ok(shown) => format!("around {word} ({at}) stand {}", places(expected, &shown)),
            Err(screen) => format!("instead of {word} ({at}) it shows\n{screen}"),
        };
        damage.push(wrong_view(&seat.name, &seat.room, wrong));
    }
    damage
}

/// A page does, too.
fn visit_from_tab(tab: &Tab, fold: &Timeline, jumps: usize, mut dice: Dice) -> Vec<Damage> {
    tab.enter(&tab.room);
    let expected: Vec<(Seq, &str)> = said(fold).collect();
    let mut damage = Vec::new();
    // Where nothing stands there is nowhere to go.
    let jumps = if expected.is_empty() { 0 } else { jumps };
    for _ in 0..jumps {
        let (seq, text) = expected[dice.pick(expected.len())];
        let word = first_word(text);
        let wrong = match tab.visit(word) {
            Ok(shown) => {
                let shown: Vec<_> =
                    shown.iter().map(|(seq, text)| (*seq, text.as_str())).filter(|(_, text)| is_token(first_word(text))).collect();
                if shown.contains(&(seq, text)) && expected.windows(shown.len()).any(|part| part == shown) {
                    continue;
                }
                format!("around {word} ({seq}) stand {shown:?}")
            }
            Err(instead) => format!("instead of {word} ({seq}) it shows\n{instead}"),
        };
        damage.push(wrong_view(tab.name, &tab.room, wrong));
    }
    damage
}

/// The messages that stand, with their texts.
fn messages(fold: &Timeline) -> impl Iterator<Item = (Seq, &str)> {
    fold.lines().filter_map(|line| match &line.body {
        LineBody::Message { content, deleted: false, .. } => Some((line.seq, content.text.as_str())),
        _ => None,
    })
}

/// Those of this run.
fn said(fold: &Timeline) -> impl Iterator<Item = (Seq, &str)> {
    messages(fold).filter(|(_, text)| is_token(first_word(text)))
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// Their first words.
fn tokens(fold: &Timeline) -> Vec<String> {
    said(fold).map(|(_, text)| first_word(text).to_owned()).collect()
}

fn difference(expected: &[String], read: &[String]) -> Option<String> {
    if expected == read {
        return None;
    }
    let at = expected.iter().zip(read).position(|(a, b)| a != b).unwrap_or(expected.len().min(read.len()));
    Some(format!("{} of {} are shown; at {at}: {:?} where {:?} stands", read.len(), expected.len(), read.get(at), expected.get(at)))
}

/// Where words stand among those that are expected, as ranges.
fn places(expected: &[String], words: &[String]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut told = Vec::new();
    for word in words {
        match (expected.iter().position(|known| known == word), ranges.last_mut()) {
            (Some(at), Some((_, to))) if at == *to + 1 => *to = at,
            (Some(at), _) => ranges.push((at, at)),
            (None, _) => told.push(format!("{word} is not expected")),
        }
    }
    told.extend(ranges.iter().map(|(from, to)| format!("{from}..={to}")));
    told.join(", ")
}
