//! The outbox's rules, against a server that refuses, forgets and cuts the line.

use chat_proto::entry::Body;
use chat_proto::error::{Code, Error};
use chat_proto::id::{Rid, RoomId, UserId};
use chat_proto::request::MessageSend;
use chat_proto::text::MessageText;
use chat_tui::effect::Emit;
use chat_tui::state::outbox::{Item, Outbox, Phase, Work};
use proptest::prelude::*;

use crate::app::App;
use crate::server::Server;

pub fn texts(server: &mut Server) -> Vec<String> {
    let mine = UserId::parse("u-me").unwrap();
    let by_me = server.lobby().entries.iter().filter(|entry| entry.author.id == mine);
    by_me
        .filter_map(|entry| match &entry.body {
            Body::Message(message) => Some(message.content.text.clone()),
            _ => None,
        })
        .collect()
}

fn sends(sent: &[Emit]) -> Vec<MessageSend> {
    sent.iter().filter(|emit| emit.name == "message:send").map(|emit| serde_json::from_value(emit.payload.clone()).unwrap()).collect()
}

#[test]
fn each_send_names_the_one_before_it_that_is_unanswered() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    for text in ["one", "two", "three"] {
        app.say(text);
    }
    let sent = sends(&app.sent);
    let afters: Vec<_> = sent.iter().map(|send| send.after.clone()).collect();
    assert_eq!(afters, [None, Some(sent[0].client_id.clone()), Some(sent[1].client_id.clone())]);
    app.online = true;
    app.settle();
    assert_eq!(texts(&mut app.server), ["one", "two", "three"]);
    assert_eq!(app.state.outbox.items().count(), 0, "all is settled and in the log");
}

#[test]
fn a_refusal_for_later_is_not_shown_as_failed_and_keeps_the_order() {
    let mut app = App::new(80, 24, Server::new());
    app.server.refusals.push_back(Error::new(Code::SlowDown, "Too much at once.").after(700));
    app.say("one");
    app.say("two");
    assert!(texts(&mut app.server).is_empty());
    assert!(app.sees("…") && !app.sees("failed"));
    app.wait(699);
    assert!(texts(&mut app.server).is_empty());
    app.wait(500);
    assert_eq!(texts(&mut app.server), ["one", "two"]);
}

#[test]
fn a_refusal_for_now_syncs_first() {
    let mut app = App::new(80, 24, Server::new());
    let refusal = Error { retry: chat_proto::error::Retry::Now, ..Error::new(Code::Unavailable, "Look again.") };
    app.server.refusals.push_back(refusal);
    app.server.heard.clear();
    app.say("one");
    app.wait(100);
    let about: Vec<_> = app.server.heard.iter().filter(|name| matches!(name.as_str(), "sync" | "message:send")).collect();
    assert_eq!(about, ["message:send", "sync", "message:send"]);
    assert_eq!(texts(&mut app.server), ["one"]);
}

#[test]
fn a_final_refusal_lets_the_next_one_go_and_can_be_retried() {
    let mut app = App::new(80, 24, Server::new());
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You are muted."));
    app.say("one");
    app.say("two");
    assert!(app.sees("failed: You are muted."));
    app.keys("Up");
    // The refused one stands below the log, where it was not stored.
    app.keys("R");
    assert_eq!(texts(&mut app.server), ["two", "one"]);
    assert!(!app.sees("failed"));
}

#[test]
fn a_cut_line_sends_again_what_was_not_answered_and_doubles_nothing() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("stored, but the answer is lost");
    app.say("never arrived");
    // The first one reached the server before the line was cut.
    let first = app.sent.iter().find(|emit| emit.name == "message:send").cloned().unwrap();
    app.server.handle(&first.rid, first.name, first.payload);
    app.wait(10);
    app.down();
    app.say("written without a connection");
    app.online = true;
    app.wait(12_000);
    app.welcome();
    assert_eq!(texts(&mut app.server), ["stored, but the answer is lost", "never arrived", "written without a connection"]);
    assert_eq!(app.state.outbox.items().count(), 0);
    let at = |name: &str| app.server.heard.iter().rposition(|heard| heard == name).unwrap();
    assert!(at("sync") < at("message:send"), "sync goes before the outbox");
}

/// That something is settled may be lost with a power cut, since it would be known as a repeat. Not by a server whose
/// database was copied back: there it would come to stand behind what had left again without it.
#[test]
fn what_is_settled_is_durable_before_what_followed_it_is_sent_again() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("answered");
    app.say("never arrived");
    let first = app.sent.iter().find(|emit| emit.name == "message:send").cloned().unwrap();
    app.sent.clear();
    for frame in app.server.handle(&first.rid, first.name, first.payload) {
        app.wire(frame);
    }
    assert_eq!(app.state.outbox.open(), 1, "the first one has its answer");
    let sealed = app.sealed;
    app.down();
    app.wait(2_000);
    assert_eq!(app.sealed, sealed, "nor has it been made durable by the clock");
    app.welcome();
    let again = sends(&app.sent);
    assert_eq!(again.iter().map(|send| send.after.clone()).collect::<Vec<_>>(), [None]);
    assert_eq!(app.sealed, sealed + 1);
}

#[test]
fn unanswered_sends_on_a_live_link_are_sent_again() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("lost on the way");
    app.sent.clear();
    app.online = true;
    app.wait(9_000);
    assert!(texts(&mut app.server).is_empty());
    app.wait(2_000);
    assert_eq!(texts(&mut app.server), ["lost on the way"]);
}

#[test]
fn what_was_never_sent_is_simply_changed_or_withdrawn() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    app.say("a typo");
    app.say("a mistake");
    app.keys("Up d");
    app.keys("Up e");
    app.keys("Ctrl+U");
    app.say("no typo");
    app.wait(12_000);
    app.welcome();
    assert_eq!(texts(&mut app.server), ["no typo"]);
}

#[test]
fn an_edit_of_a_message_on_its_way_waits_for_its_place() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("first words");
    app.keys("Up e");
    app.keys("Ctrl+U");
    app.say("better words");
    assert!(!app.sent.iter().any(|emit| emit.name == "message:edit"));
    app.online = true;
    app.settle();
    assert!(app.sees("better words (edited)"));
}

/// Without a choice it is the newest own line that is meant, and not one above it that has a place already.
#[test]
fn a_command_means_the_line_that_is_on_its_way() {
    let mut app = App::new(80, 24, Server::new());
    app.say("what stands");
    app.online = false;
    app.say("what is on its way");
    app.say("/edit what was meant");
    app.say("/react 👍");
    assert!(!app.sent.iter().any(|emit| emit.name == "message:edit" || emit.name == "message:react"));
    app.online = true;
    app.settle();
    assert_eq!(texts(&mut app.server), ["what stands", "what is on its way"]);
    let screen = app.screen();
    let rows: Vec<&str> = screen.lines().filter(|row| row.contains("what")).collect();
    assert!(rows.len() == 2 && rows[0].ends_with("what stands") && rows[1].ends_with("what was meant (edited) 👍 1"), "{screen}");
}

/// What is to be taken back is not what a command means: the server would refuse it for good.
#[test]
fn a_command_does_not_mean_what_is_being_taken_back() {
    let mut app = App::new(80, 24, Server::new());
    app.say("what stands");
    app.say("a mistake");
    app.online = false;
    app.say("/delete");
    app.keys("y");
    app.say("another mistake");
    app.say("/delete");
    app.keys("y");
    app.say("/edit what was meant");
    app.online = true;
    app.settle();
    assert!(app.sees("what was meant (edited)") && !app.sees("what stands"));
    assert!(!app.sees("mistake") && !app.sees("failed"));
}

/// It would wait for a place that never comes, and everything in that room behind it.
#[test]
fn what_points_at_a_refused_line_holds_up_nothing() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You are muted."));
    app.say("refused");
    app.say("/edit better");
    app.say("/react 👍");
    app.keys("Up r");
    app.say("what answers it");
    app.say("what follows");
    app.online = true;
    app.settle();
    assert_eq!(texts(&mut app.server), ["what answers it", "what follows"]);
    assert!(app.sees("failed: You are muted.") && !app.sees(chat_proto::words::TARGET_GONE));
    assert_eq!(app.state.outbox.open(), 0);
}

/// The server will not have it, so that is done here.
#[test]
fn a_refused_line_says_what_it_was_meant_to_say() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You are muted."));
    app.say("refused");
    app.say("/edit first thought");
    app.say("/edit second thought");
    app.online = true;
    app.settle();
    assert!(app.sees("second thought") && app.sees("failed: You are muted."));
    assert!(!app.sees("refused") && !app.sees("first thought"));
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("second thought") && !app.sees("refused"));
    app.keys("Up R");
    assert_eq!(texts(&mut app.server), ["second thought"]);
    assert!(!app.sees("failed") && !app.sees("edited"));
}

#[test]
fn a_refused_line_that_is_taken_back_is_gone() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You are muted."));
    app.say("refused");
    app.say("/delete");
    app.keys("y");
    app.say("what follows");
    app.online = true;
    app.settle();
    assert_eq!(texts(&mut app.server), ["what follows"]);
    assert!(!app.sees("refused") && !app.sees("failed"));
    assert_eq!(app.state.outbox.items().count(), 0);
}

#[test]
fn a_command_changes_what_was_never_sent() {
    let mut app = App::new(80, 24, Server::new());
    app.say("what stands");
    app.down();
    app.say("a typo");
    app.say("/edit no typo");
    app.wait(12_000);
    app.welcome();
    assert_eq!(texts(&mut app.server), ["what stands", "no typo"]);
    assert!(!app.sees("edited"));
}

#[test]
fn a_message_that_cuts_three_lines_is_set_aside() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("poison");
    for _ in 0..3 {
        app.down();
        app.wait(12_000);
        let welcome = app.server.welcome();
        app.wire(welcome);
    }
    app.say("medicine");
    app.online = true;
    app.settle();
    assert!(app.sees("! failed: the line was cut each time"));
    assert_eq!(texts(&mut app.server), ["medicine"]);
}

#[test]
fn quitting_waits_for_what_is_on_its_way_and_asks_before_something_is_lost() {
    use chat_tui::effect::Effect;
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("the last words");
    app.keys("Ctrl+Q");
    assert!(!app.wanted.contains(&Effect::Quit));
    app.online = true;
    app.settle();
    assert!(app.wanted.contains(&Effect::Quit));
    assert_eq!(texts(&mut app.server), ["the last words"]);

    let mut app = App::new(80, 24, Server::new());
    app.down();
    app.say("never sent");
    app.keys("Ctrl+Q");
    assert!(app.sees("One message is not sent yet and would be lost. Quit? (y/n)"));
    app.keys("n");
    assert!(!app.wanted.contains(&Effect::Quit));
    app.keys("Ctrl+Q y");
    assert!(app.wanted.contains(&Effect::Quit));
}

#[test]
fn a_line_that_cannot_be_kept_is_still_the_draft() {
    let mut app = App::new(80, 24, Server::new());
    app.full = Some("The disk is full.".into());
    app.say("precious");
    assert!(app.sees("> precious") && app.sees("The disk is full."));
    assert_eq!((app.state.outbox.items().count(), texts(&mut app.server).len()), (0, 0));
    app.full = None;
    app.keys("Enter");
    assert!(app.sees("Write to #lobby"));
    assert_eq!(texts(&mut app.server), ["precious"]);
}

#[test]
fn an_answer_that_cannot_be_kept_is_still_an_answer() {
    let mut app = App::new(80, 24, Server::new());
    app.server.say("bob", "shall we?");
    app.wait(31_000);
    app.full = Some("The disk is full.".into());
    app.keys("Up r");
    app.say("yes");
    assert!(app.sees("answering bob") && app.sees("> yes"));
    app.full = None;
    app.keys("Enter");
    assert!(app.sees("↳ bob: shall we?"));
}

#[test]
fn what_cannot_be_marked_as_sent_waits_and_does_not_leave() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    app.say("said without a line");
    app.full = Some("The disk is full.".into());
    app.wait(2_000);
    app.welcome();
    assert!(texts(&mut app.server).is_empty());
    assert!(app.sees("said without a line") && app.sees("The disk is full."));
    app.full = None;
    app.wait(3_000);
    assert_eq!(texts(&mut app.server), ["said without a line"]);
}

#[test]
fn what_leaves_together_is_kept_together_and_before_it_leaves() {
    use chat_tui::effect::Effect;
    use chat_tui::event::{Event, Link};
    let mut app = App::new(80, 24, Server::new());
    app.down();
    for text in ["one", "two", "three"] {
        app.say(text);
    }
    app.feed(Event::Time(app.state.now + 2_000));
    let welcome = app.server.welcome();
    let event = Event::Link(app.state.link.number, Link::Wire(welcome));
    let effects = chat_tui::update::update(&mut app.state, event);
    let of_outbox: Vec<&str> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Store(..) => Some("store"),
            Effect::Emit(emit) => emit.item.as_ref().map(|_| "emit"),
            _ => None,
        })
        .collect();
    assert_eq!(of_outbox, ["store", "store", "store", "emit", "emit", "emit"]);
}

#[test]
fn what_waits_when_the_program_ends_is_sent_by_the_next_one() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    app.say("one");
    app.say("two");
    let mut app = app.restarted(true);
    app.welcome();
    assert_eq!(texts(&mut app.server), ["one", "two"]);
    assert!(app.sees("two"));
    let mut app = app.restarted(true);
    app.welcome();
    assert_eq!((texts(&mut app.server).len(), app.state.outbox.items().count()), (2, 0));
}

#[test]
fn what_is_refused_in_a_room_that_is_mine_no_longer_comes_back_as_text() {
    let mut server = Server::new();
    let ops = server.make_room("ops", "", chat_proto::room::RoomKind::Public);
    let mut app = App::new(80, 24, server);
    app.keys("Ctrl+N");
    app.down();
    app.say("too late");
    app.server.log(&ops).members.clear();
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You are not in #ops."));
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("Not sent to a room that you are in no longer"));
    assert_eq!(app.state.outbox.items().count(), 0);
    app.keys("Ctrl+Up");
    assert!(app.sees("> too late"));
    let mut app = app.restarted(true);
    app.welcome();
    assert!(!app.sees("Not sent"), "it is told once");
}

#[test]
fn what_is_typed_before_there_is_a_room_is_not_lost() {
    use chat_tui::storage::{Cached, Storage};
    let mut app = App::new(80, 24, Server::new());
    app.write("an older draft");
    app.wait(20_000);
    // The room's lines are gone from the cache; who one is, and the draft, are still there.
    let (pair, lobby) = (app.state.pair().unwrap(), app.server.lobby().info.id.clone());
    app.storage.cache(&pair, Cached::Gone(lobby.clone())).unwrap();
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("> an older draft"));
    app.storage.cache(&pair, Cached::Gone(lobby)).unwrap();
    let mut app = app.restarted(true);
    app.write("too early");
    app.welcome();
    assert!(app.sees("> too early"));
    app.keys("Ctrl+Up");
    assert!(app.sees("> an older draft"));
}

#[test]
fn an_answer_that_cannot_be_read_is_told_and_asked_for_again() {
    use chat_proto::event::{Answer, AnyEvent, Outcome};
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("one");
    let rid = app.sent.iter().find(|emit| emit.name == "message:send").unwrap().rid.clone();
    app.sent.clear();
    app.wire(AnyEvent::Answer(Box::new(Answer { rid: Some(rid), outcome: Outcome::Ok(serde_json::json!({ "seq": "x" })) })));
    assert!(app.sees("The server's answer to a message cannot be read"));
    app.online = true;
    app.wait(11_000);
    assert_eq!(texts(&mut app.server), ["one"]);
}

#[test]
fn drafts_come_back() {
    let mut app = App::new(80, 24, Server::new());
    app.write("half a sen");
    let mut app = app.restarted(true);
    app.welcome();
    assert!(!app.sees("half a sen"), "killed in the middle of a word");
    app.write("half a sen");
    app.wait(1_000);
    let sealed = app.sealed;
    app.wait(5_000);
    assert_eq!(app.sealed, sealed + 1);
    app.write("tence");
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("> half a sen") && !app.sees("sentence"));
    app.write("tence");
    let mut app = app.restarted(false);
    app.welcome();
    assert!(app.sees("> half a sentence"), "a quiet end keeps all of it");
    app.keys("Enter");
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("Write to #lobby"));
    assert_eq!(texts(&mut app.server), ["half a sentence"]);
}

fn item(number: usize) -> Item {
    let room = RoomId::parse("r").unwrap();
    let text = MessageText::parse(number.to_string()).unwrap();
    let work = Work::Send { room, text, mentions: vec![], reply_to: None, quote: None };
    Item::new(chat_proto::id::ClientId::parse(format!("c{number}")).unwrap(), work, 0)
}

#[test]
fn no_more_than_the_window_is_on_its_way() {
    let mut outbox = Outbox::default();
    (0..10).for_each(|number| outbox.push(item(number)));
    let mut rids = 0..;
    let mut rid = || Rid::parse(rids.next().unwrap().to_string()).unwrap();
    assert_eq!(outbox.take_due(0, 4, &mut rid).len(), 4);
    assert_eq!(outbox.take_due(0, 4, &mut rid).len(), 0);
    assert_eq!(outbox.next_due(0), Some(10_000), "the window waits for answers, not for the clock");
    let stored = chat_proto::request::stored::Stored { seq: 1, id: chat_proto::id::EntryId::parse("e").unwrap(), time: 0, n: 1 };
    outbox.stored(&chat_proto::id::ClientId::parse("c0").unwrap(), stored);
    let due = outbox.take_due(0, 4, &mut rid);
    assert_eq!((due.len(), due[0].1.after.as_ref().map(|after| after.as_str())), (1, Some("c3")));
}

/// What was refused only since it came before the one that it follows does not wait for a clock:
/// fifty such lines, each with a backoff of its own, once took minutes to drain.
#[test]
fn what_overtook_the_one_before_it_goes_together_with_it_or_after_its_answer() {
    let mut outbox = Outbox::default();
    (0..50).for_each(|number| outbox.push(item(number)));
    let mut rids = 0..;
    let mut rid = || Rid::parse(rids.next().unwrap().to_string()).unwrap();
    assert_eq!(outbox.take_due(0, 64, &mut rid).len(), 50);
    outbox.refused(&client_id(0), Error::new(Code::Unavailable, "").after(300), 0);
    let too_early = |outbox: &mut Outbox| {
        for number in 1..50 {
            outbox.refused(&client_id(number), Error::new(Code::OutOfOrder, ""), 0);
        }
    };
    too_early(&mut outbox);
    assert!(outbox.take_due(299, 64, &mut rid).is_empty());
    assert_eq!(outbox.take_due(300, 64, &mut rid).len(), 50, "all go with the first one");
    // Its answer takes its time: nothing is sent again and again meanwhile.
    too_early(&mut outbox);
    assert!(outbox.take_due(3_000, 64, &mut rid).is_empty());
    let stored = chat_proto::request::stored::Stored { seq: 1, id: chat_proto::id::EntryId::parse("e").unwrap(), time: 0, n: 1 };
    outbox.stored(&client_id(0), stored);
    assert_eq!(outbox.take_due(3_000, 64, &mut rid).len(), 49, "all that waited for it goes at once");
}

fn client_id(number: usize) -> chat_proto::id::ClientId {
    chat_proto::id::ClientId::parse(format!("c{number}")).unwrap()
}

/// What may happen to a send.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Stored,
    StoredButUnanswered,
    Lost,
    Later,
    Cut,
}

proptest! {
    /// Whatever mailbox, refusals and cuts do: everything arrives once, in order.
    #[test]
    fn order_survives_every_schedule(fates in proptest::collection::vec(
        prop_oneof![Just(Fate::Stored), Just(Fate::StoredButUnanswered), Just(Fate::Lost), Just(Fate::Later), Just(Fate::Cut)], 0..60)) {
        const COUNT: usize = 12;
        let mut outbox = Outbox::default();
        (0..COUNT).for_each(|number| outbox.push(item(number)));
        let mut log: Vec<String> = Vec::new();
        let mut fates = fates.into_iter();
        let (mut now, mut rids) = (0, 0..);
        for _ in 0..2_000 {
            let due = outbox.take_due(now, 5, || Rid::parse(rids.next().unwrap().to_string()).unwrap());
            for (_, due) in due {
                let id = due.client_id.as_str().to_owned();
                let fate = fates.next().unwrap_or(Fate::Stored);
                let in_order = due.after.as_ref().is_none_or(|after| log.contains(&after.as_str().to_owned()));
                let stored = |log: &mut Vec<String>| {
                    if !log.contains(&id) {
                        log.push(id.clone());
                    }
                    let seq = log.len() as u64;
                    chat_proto::request::stored::Stored { seq, id: chat_proto::id::EntryId::parse("e").unwrap(), time: 0, n: seq }
                };
                match fate {
                    _ if !in_order => drop(outbox.refused(&due.client_id, Error::new(Code::OutOfOrder, ""), now)),
                    Fate::Stored => drop({ let stored = stored(&mut log); outbox.stored(&due.client_id, stored) }),
                    Fate::StoredButUnanswered => drop(stored(&mut log)),
                    Fate::Lost => {}
                    Fate::Later => drop(outbox.refused(&due.client_id, Error::new(Code::SlowDown, ""), now)),
                    Fate::Cut => { now += 5_000; outbox.cut(now, true); break }
                }
            }
            if log.len() == COUNT && outbox.items().all(|item| matches!(item.phase, Phase::Stored(_))) {
                break;
            }
            now = outbox.next_due(now).unwrap_or(now + 1);
        }
        let wanted: Vec<String> = (0..COUNT).map(|number| format!("c{number}")).collect();
        prop_assert_eq!(log, wanted);
    }
}
