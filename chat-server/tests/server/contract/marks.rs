//! Read positions: many of them in one batch.

use chat_proto::id::{EntryId, Epoch};
use chat_proto::place::BEFORE_FIRST;
use chat_proto::request::room_mark_read::ReadPosition;

use super::*;

type Outcome = Result<ReadPosition, chat_proto::Error>;

impl Bench {
    async fn marks(&mut self, writes: Vec<Write>, marks: Vec<(UserId, RoomMarkRead)>) -> Vec<Outcome> {
        let mut context = Context {
            now: self.now,
            random: &mut self.random,
            rates: &mut self.rates,
            bot_rates: &mut Rates::new(1_000_000, 1_000_000),
            questions: &mut Rates::new(1_000_000, 1_000_000),
        };
        self.store.commit(&Batch { writes, marks }, &mut context).await.unwrap().marks
    }

    /// Says so much in the lobby, every third line to bob; gives the places.
    async fn talk(&mut self, lines: usize) -> Vec<Place> {
        let mut places = Vec::new();
        for number in 0..lines {
            let mut line = send(&self.lobby, &format!("line-{number}"), None, "text");
            if number % 3 == 0 {
                line.mentions = vec![self.bob.id.clone()];
            }
            let stored = self.one(&self.ada.clone(), EntryRequest::Send(line)).await.unwrap();
            places.push(self.place(&stored).await);
        }
        places
    }

    async fn room(&mut self, name: &str) -> (RoomId, Place) {
        let create = RoomCreate::public(id(name), RoomName::parse(name).unwrap());
        let made = self.commit(vec![Write::new(self.ada.clone(), EntryRequest::Create(create))]).await;
        let first = &made.entries[0];
        (first.room.clone(), Place { epoch: first.epoch.clone(), seq: 1, id: first.entry.id.clone() })
    }
}

/// `(seq, unread, mentions)`, or what is wrong.
fn told(outcomes: &[Outcome]) -> Vec<Result<(u64, u64, u64), Code>> {
    let told = |outcome: &Outcome| outcome.as_ref().map(|read| (read.seq, read.unread, read.mentions)).map_err(|error| error.code);
    outcomes.iter().map(told).collect()
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn marks_of_one_batch_follow_one_another(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada, bob) = (bench.lobby.clone(), bench.ada.id.clone(), bench.bob.id.clone());
    let places = bench.talk(6).await;
    let (ops, first) = bench.room("ops").await;
    let mark = |room: &RoomId, place: &Place, unread| RoomMarkRead { room: room.clone(), place: place.clone(), unread };
    let start = Place { seq: 0, id: EntryId::parse(BEFORE_FIRST).unwrap(), ..places[0].clone() };
    let wrong = Place { id: places[0].id.clone(), ..places[5].clone() };
    let above = Place { seq: 99, ..places[5].clone() };
    let other_life = Place { epoch: Epoch::parse("another").unwrap(), ..places[5].clone() };
    let other_start = Place { epoch: Epoch::parse("another").unwrap(), ..start.clone() };
    let outcomes = bench
        .marks(
            Vec::new(),
            vec![
                (bob.clone(), mark(&lobby, &places[2], false)),
                (bob.clone(), mark(&lobby, &places[0], false)),
                (ada.clone(), mark(&lobby, &places[5], false)),
                (bob.clone(), mark(&lobby, &places[0], true)),
                (bob.clone(), mark(&lobby, &wrong, true)),
                (bob.clone(), mark(&lobby, &above, false)),
                (bob.clone(), mark(&lobby, &other_life, false)),
                (bob.clone(), mark(&lobby, &other_start, true)),
                (bob.clone(), mark(&ops, &first, false)),
                (ada.clone(), mark(&ops, &first, false)),
                (bob.clone(), mark(&RoomId::parse("nowhere").unwrap(), &first, false)),
                (bob.clone(), mark(&lobby, &places[4], false)),
                (bob.clone(), mark(&lobby, &start, false)),
                (bob.clone(), mark(&lobby, &start, true)),
                (bob.clone(), mark(&lobby, &places[1], false)),
            ],
        )
        .await;
    let expected = [
        Ok((4, 3, 1)),
        // It only grows, except by "mark unread".
        Ok((4, 3, 1)),
        Ok((7, 0, 0)),
        Ok((2, 5, 1)),
        Err(Code::EpochChanged),
        Err(Code::EpochChanged),
        Err(Code::EpochChanged),
        Err(Code::EpochChanged),
        // Nobody learns which rooms there are that they are not in.
        Err(Code::NotFound),
        Ok((1, 0, 0)),
        Err(Code::NotFound),
        Ok((6, 1, 0)),
        Ok((6, 1, 0)),
        Ok((0, 6, 2)),
        Ok((3, 4, 1)),
    ];
    assert_eq!(told(&outcomes), expected);
    assert_eq!(outcomes[4].as_ref().unwrap_err().field.as_deref(), Some("place"));
    assert_eq!(bench.state(&bench.bob).await.read, *outcomes.last().unwrap().as_ref().unwrap(), "the last one is what is stored");
    assert_eq!(bench.state(&bench.ada).await.read.seq, 7);
}

/// What a batch writes is there for the read positions of the same batch.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn who_joins_in_a_batch_marks_in_it(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ops, first) = bench.room("ops").await;
    let bob = bench.bob.clone();
    let join = EntryRequest::Join(RoomJoin { room: ops.clone(), client_id: id("j"), after: None, code: None });
    let writes = vec![Write::new(bench.ada.clone(), say(&ops, "m", None, "before bob")), Write::new(bob.clone(), join)];
    let mark = |unread| (bob.id.clone(), RoomMarkRead { room: ops.clone(), place: first.clone(), unread });
    let outcomes = bench.marks(writes, vec![mark(false), mark(true)]).await;
    // He joined at 3, and what was said before counts as read until he says otherwise.
    assert_eq!(told(&outcomes), [Ok((3, 0, 0)), Ok((1, 1, 0))]);
    let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
    let outcomes = bench.marks(vec![Write::new(bob.clone(), leave)], vec![mark(true)]).await;
    assert_eq!(told(&outcomes), [Err(Code::NotFound)]);
}

/// In one batch or one by one: the same answers, and the same positions in the end.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_batch_of_marks_is_what_they_are_one_by_one(#[case] kind: Kind) {
    let (mut whole, mut single) = (Bench::new(kind).await, Bench::new(kind).await);
    let places = whole.talk(10).await;
    assert_eq!(single.talk(10).await, places, "both have the same log");
    let mut dice = Dice(11);
    for _ in 0..10 {
        let marks: Vec<_> = (0..30)
            .map(|_| {
                let user = [&whole.ada, &whole.bob][dice.pick(2)].id.clone();
                let mut place = places[dice.pick(10)].clone();
                match dice.pick(8) {
                    0 => place.id = places[dice.pick(10)].id.clone(),
                    1 => place = Place { seq: 0, id: EntryId::parse(BEFORE_FIRST).unwrap(), ..place },
                    _ => {}
                }
                (user, RoomMarkRead { room: whole.lobby.clone(), place, unread: dice.pick(3) == 0 })
            })
            .collect();
        let at_once = whole.marks(Vec::new(), marks.clone()).await;
        let mut one_by_one = Vec::new();
        for mark in marks {
            one_by_one.extend(single.marks(Vec::new(), vec![mark]).await);
        }
        assert_eq!(at_once, one_by_one);
        for user in [&whole.ada, &whole.bob] {
            assert_eq!(whole.state(user).await.read, single.state(user).await.read);
        }
    }
}
