//! Rooms: pages, membership, counts, cursors.

use chat_proto::room::RoomKind;
use chat_server::storage::OwnRoom;

use super::*;

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn pages_are_closed(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let first = bench.say(&ada, "m0", "m0").await;
    let place = bench.place(&first).await;
    for number in 1..30 {
        bench.say(&ada, &format!("m{number}"), &format!("m{number}")).await;
        let edit = MessageEdit {
            room: lobby.clone(),
            client_id: id(&format!("e{number}")),
            after: None,
            target: place.clone(),
            content: content(&format!("edit {number}")),
            mentions: Vec::new(),
        };
        bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap();
    }
    let head = bench.page(&ada, |request| request.limit = Some(10)).await.unwrap();
    assert_eq!(texts(&head).len(), 10);
    assert_eq!((head.to.as_ref().unwrap().seq, head.head.seq), (60, 60));
    // The last edit stands in the range though its target does not; earlier ones are not in force.
    assert_eq!(head.amendments.len(), 1);
    let mut before = head.from;
    let mut seen = texts(&head).len();
    while before > 1 {
        let page = bench.page(&ada, |request| (request.before, request.limit) = (Some(before), Some(7))).await.unwrap();
        assert_eq!(page.to.as_ref().unwrap().seq, before - 1, "no hole between two pages");
        assert!(page.from < before);
        seen += texts(&page).len();
        before = page.from;
        if before == 1 {
            assert_eq!(page.amendments.len(), 1, "the edit of the first message is in force wherever it stands");
        }
    }
    assert_eq!(seen, 30);
    let after = bench.page(&ada, |request| (request.after, request.limit) = (Some(0), Some(5))).await.unwrap();
    assert_eq!((after.from, texts(&after).len()), (1, 4));
    let around = bench.page(&ada, |request| (request.around, request.limit) = (Some(20), Some(6))).await.unwrap();
    assert!(around.from <= 20 && around.to.as_ref().unwrap().seq >= 20);
    let end = bench.page(&ada, |request| request.after = Some(60)).await.unwrap();
    assert_eq!((end.from, end.to, end.entries.len()), (61, None, 0));
    let both = bench.page(&ada, |request| (request.after, request.before) = (Some(1), Some(2))).await.unwrap_err();
    assert_eq!(both.code, Code::Invalid);
    // Another entry at that place: the log was made anew.
    let mut wrong = place.clone();
    wrong.id = chat_proto::id::EntryId::parse("other").unwrap();
    assert_eq!(bench.page(&ada, |request| request.place = Some(wrong)).await.unwrap_err().code, Code::EpochChanged);
    bench.page(&ada, |request| request.place = Some(place)).await.unwrap();
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn rooms_are_made_found_joined_and_left(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let create = |client_id: &str, name: &str| {
        EntryRequest::Create(RoomCreate {
            client_id: id(client_id),
            name: RoomName::parse(name).unwrap(),
            topic: Some(TopicText::parse("things").unwrap()),
            title: None,
            visibility: None,
            history: None,
        })
    };
    let made = bench
        .commit(vec![
            Write::new(ada.clone(), create("r", "ops")),
            Write::new(bob.clone(), create("r", "орs")),
            Write::new(ada.clone(), create("r", "ops")),
        ])
        .await;
    // The second name looks like the first; the third is a repeat.
    assert_eq!(codes(&made), [None, Some(Code::NameTaken), None]);
    assert_eq!(made.outcomes[0], made.outcomes[2]);
    let ops = made.entries[0].room.clone();
    let repeat = bench.commit(vec![Write::new(ada.clone(), create("r", "ops"))]).await;
    assert_eq!(repeat.outcomes[0], made.outcomes[0]);
    assert_eq!(bench.one(&bob, say(&ops, "m", None, "may I?")).await.unwrap_err().code, Code::Forbidden);
    let page = HistoryRead { room: ops.clone(), before: None, after: None, around: None, place: None, limit: None };
    let refused = bench.store.page(&bob, &page, &Limits::default()).await.unwrap().unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);

    let found = bench.store.find_room(&bob, &RoomFind { name: RoomName::parse("#OPS").unwrap() }).await.unwrap().unwrap();
    assert_eq!((found.room.id.clone(), found.members, found.joined, found.room.topic.as_str()), (ops.clone(), 1, false, "things"));
    let join = |client_id: &str| EntryRequest::Join(RoomJoin { room: ops.clone(), client_id: id(client_id), after: None, code: None });
    let joined = bench.one(&bob, join("j")).await.unwrap();
    let again = bench.one(&bob, join("j2")).await.unwrap();
    assert_eq!(again.seq, joined.seq, "joining twice writes nothing");
    bench.one(&bob, say(&ops, "m", None, "hello")).await.unwrap();
    let own = OwnRoom { id: ops.clone(), kind: RoomKind::Public, members: 2 };
    assert!(bench.store.room_ids_of(&bob).await.unwrap().contains(&own));
    let rooms = bench.store.rooms_of(&bob, &[]).await.unwrap();
    assert_eq!(rooms.iter().map(|state| state.room.name.as_str()).collect::<Vec<_>>(), ["lobby", "ops"]);
    assert_eq!(bench.store.members(&bob, &ops).await.unwrap().unwrap().len(), 2);

    bench
        .one(
            &bob,
            EntryRequest::Topic(RoomSetTopic {
                room: ops.clone(),
                client_id: id("t"),
                after: None,
                topic: TopicText::parse("new").unwrap(),
            }),
        )
        .await
        .unwrap();
    bench.one(&bob, EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None })).await.unwrap();
    assert_eq!(bench.store.rooms_of(&bob, &[]).await.unwrap().len(), 1);
    assert_eq!(bench.one(&bob, say(&ops, "m2", None, "still?")).await.unwrap_err().code, Code::Forbidden);
    bench.one(&bob, join("j3")).await.unwrap();
    let list = bench.store.list_rooms(&bob, &RoomList::default()).await.unwrap();
    assert_eq!(
        list.rooms.iter().map(|room| (room.room.name.as_str(), room.room.topic.as_str(), room.members)).collect::<Vec<_>>(),
        [("ops", "new", 2), ("lobby", "", 0)]
    );
    let leave = EntryRequest::Leave(RoomLeave { room: bench.lobby.clone(), client_id: id("x"), after: None });
    assert_eq!(bench.one(&bob, leave).await.unwrap_err().code, Code::Forbidden);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn counts_are_subtractions(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada, bob) = (bench.lobby.clone(), bench.ada.clone(), bench.bob.clone());
    let first = bench.say(&ada, "1", "one").await;
    let mut second = send(&lobby, "2", None, "two, @bob");
    second.mentions = vec![bob.id.clone()];
    let second = bench.one(&ada, EntryRequest::Send(second)).await.unwrap();
    let read = bench.state(&bob).await.read;
    assert_eq!((read.unread, read.mentions), (2, 1));
    let (first, second) = (bench.place(&first).await, bench.place(&second).await);
    let moved = bench.mark(&bob, second.clone(), false).await.unwrap();
    assert_eq!((moved.seq, moved.unread, moved.mentions), (3, 0, 0));
    assert_eq!(bench.mark(&bob, first.clone(), false).await.unwrap().seq, 3, "it only grows");
    assert_eq!(bench.mark(&bob, first, true).await.unwrap().unread, 1, "except by mark unread");
    let mut start = second.clone();
    (start.seq, start.id) = (0, chat_proto::id::EntryId::parse(chat_proto::place::BEFORE_FIRST).unwrap());
    assert_eq!(bench.mark(&bob, start, true).await.unwrap().unread, 2, "to the very beginning");
    let mut wrong = second;
    wrong.seq = 77;
    assert_eq!(bench.mark(&bob, wrong, false).await.unwrap_err().code, Code::EpochChanged);
    // Somebody new finds what was said before them read.
    let carol = bench.store.guest(&[3; 32], &new_user("carol"), 5_000).await.unwrap();
    assert_eq!(bench.state(&carol).await.read.unread, 0);
    bench.say(&ada, "3", "three").await;
    assert_eq!(bench.state(&carol).await.read.unread, 1);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_cursor_that_does_not_fit_is_reset(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let ada = bench.ada.clone();
    let stored = bench.say(&ada, "1", "one").await;
    let place = bench.place(&stored).await;
    let cursor = |change: &dyn Fn(&mut Cursor)| {
        let mut cursor = Cursor { room: bench.lobby.clone(), epoch: place.epoch.clone(), seq: place.seq, id: place.id.clone() };
        change(&mut cursor);
        cursor
    };
    let cases: [(Cursor, bool); 4] = [
        (cursor(&|_| {}), false),
        (cursor(&|cursor| cursor.seq = 9), true),
        (cursor(&|cursor| cursor.id = chat_proto::id::EntryId::parse("z").unwrap()), true),
        (cursor(&|cursor| cursor.epoch = chat_proto::id::Epoch::parse("z").unwrap()), true),
    ];
    for (cursor, reset) in cases {
        assert_eq!(bench.store.rooms_of(&ada, &[cursor]).await.unwrap()[0].reset, reset);
    }
}

/// A page covers what it holds: nothing between `from` and `to` is missing, for any way to ask.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_page_holds_all_that_it_covers(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let first = bench.say(&ada, "m0", "m0").await;
    let place = bench.place(&first).await;
    for number in 1..8 {
        bench.say(&ada, &format!("m{number}"), "text").await;
        bench.one(&ada, react(&lobby, &format!("t{number}"), place.clone(), number % 2 == 1)).await.unwrap();
    }
    let all = bench.page(&ada, |_| {}).await.unwrap();
    let lines: Vec<u64> = all.entries.iter().map(|entry| entry.seq).collect();
    for seq in 0..=all.head.seq + 2 {
        for limit in 1..=6 {
            for way in 0..3 {
                let ask = |request: &mut HistoryRead| {
                    request.limit = Some(limit);
                    *[&mut request.before, &mut request.after, &mut request.around][way] = Some(seq);
                };
                let page = bench.page(&ada, ask).await.unwrap();
                let to = page.to.as_ref().map_or(page.from.saturating_sub(1), |to| to.seq);
                let held: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
                let covered: Vec<u64> = lines.iter().copied().filter(|line| (page.from..=to).contains(line)).collect();
                assert_eq!(held, covered, "way {way}, seq {seq}, limit {limit}: {}..{to}", page.from);
                assert!(held.len() <= limit as usize + 1, "way {way}, seq {seq}, limit {limit}");
            }
        }
    }
}

/// A page has a weight as well as a length: long texts, edits and reactions make it shorter, never
/// less closed.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_heavy_page_is_cut_shorter(#[case] kind: Kind) {
    const LINES: usize = 60;
    let mut bench = Bench::new(kind).await;
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let text = "\"".repeat(16_000);
    let mut places = Vec::new();
    for number in 0..LINES {
        let stored = bench.say(&ada, &format!("m{number}"), &text).await;
        places.push(bench.place(&stored).await);
    }
    // Behind them as many edits, each in force.
    for (number, target) in places.iter().enumerate() {
        let (client_id, target) = (id(&format!("e{number}")), target.clone());
        let edit = MessageEdit { room: lobby.clone(), client_id, after: None, target, content: content(&text), mentions: Vec::new() };
        bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap();
    }
    let heaviest = |page: &Page| {
        let bytes = serde_json::to_string(page).unwrap().len();
        assert!(bytes <= chat_server::domain::page::HEAVY, "{bytes} bytes from {} to {:?}", page.from, page.to);
    };
    let head = 1 + 2 * LINES as u64;
    let (mut above, mut lines, mut edits) = (0, 0, std::collections::BTreeSet::new());
    while above < head {
        let page = bench.page(&ada, |request| request.after = Some(above)).await.unwrap();
        heaviest(&page);
        assert_eq!(page.from, above + 1);
        above = page.to.as_ref().expect("it moves").seq;
        lines += texts(&page).len();
        edits.extend(page.amendments.iter().map(|entry| entry.seq));
    }
    assert_eq!((lines, edits.len()), (LINES, LINES));
    let mut below = head + 1;
    while below > 1 {
        let page = bench.page(&ada, |request| request.before = Some(below)).await.unwrap();
        heaviest(&page);
        assert_eq!(page.to.as_ref().unwrap().seq, below - 1);
        assert!(page.from < below, "it moves");
        below = page.from;
    }
    for middle in [1, 30, head] {
        let page = bench.page(&ada, |request| request.around = Some(middle)).await.unwrap();
        heaviest(&page);
        assert!(page.from <= middle && page.to.as_ref().unwrap().seq >= middle, "the middle is in it");
    }
}
