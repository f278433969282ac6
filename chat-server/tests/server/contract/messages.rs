//! Messages: order, repeats, refusals, deletions, reactions.

use super::*;

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn seq_is_dense_and_a_repeat_gets_the_first_result(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada, bob) = (bench.lobby.clone(), bench.ada.clone(), bench.bob.clone());
    // The same client id twice in one batch, from two authors, with other content.
    let write = |author: &User, request| Write::new(author.clone(), request);
    let committed = bench
        .commit(vec![
            write(&ada, say(&lobby, "c1", None, "one")),
            write(&ada, say(&lobby, "c1", None, "one")),
            write(&bob, say(&lobby, "c1", None, "one of bob's")),
            write(&ada, say(&lobby, "c1", None, "something else")),
        ])
        .await;
    assert_eq!(codes(&committed), [None, None, None, Some(Code::Conflict)]);
    assert_eq!(committed.outcomes[0], committed.outcomes[1]);
    assert_eq!(committed.entries.iter().map(|new| new.entry.seq).collect::<Vec<_>>(), [2, 3]);
    // In another batch, with another predecessor: still the first result, and nothing new.
    let again = bench.commit(vec![write(&ada, say(&lobby, "c1", Some("c0"), "one"))]).await;
    assert_eq!(again.outcomes[0], committed.outcomes[0]);
    assert!(again.entries.is_empty());
    // In another room the same id is another request.
    let create = RoomCreate::public(id("r"), RoomName::parse("ops").unwrap());
    let made = bench.commit(vec![write(&ada, EntryRequest::Create(create))]).await;
    let ops = made.entries[0].room.clone();
    let there = bench.commit(vec![write(&ada, say(&ops, "c1", None, "one"))]).await;
    assert_eq!(there.entries[0].entry.seq, 2);
    let page = bench.page(&ada, |_| {}).await.unwrap();
    assert_eq!(texts(&page), ["one", "one of bob's"]);
    assert_eq!((page.from, page.head.seq, page.entries.last().unwrap().n), (1, 3, 2));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn what_follows_a_refusal_is_held_back(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let write = |request| Write::new(ada.clone(), request);
    let gone = Place { epoch: bench.state(&ada).await.epoch, seq: 99, id: chat_proto::id::EntryId::parse("x").unwrap() };
    let edit = EntryRequest::Edit(MessageEdit {
        room: lobby.clone(),
        client_id: id("b"),
        after: Some(id("a")),
        target: gone,
        content: content("x"),
        mentions: Vec::new(),
    });
    let committed = bench.commit(vec![write(say(&lobby, "a", None, "a")), write(edit), write(say(&lobby, "c", Some("b"), "c"))]).await;
    assert_eq!(codes(&committed), [None, Some(Code::EpochChanged), Some(Code::OutOfOrder)]);
    assert_eq!(committed.outcomes[2].as_ref().unwrap_err().retry, chat_proto::Retry::Later);
    // The client works `after` out anew once the refusal is final.
    let committed = bench.commit(vec![write(say(&lobby, "c", Some("a"), "c"))]).await;
    assert_eq!(codes(&committed), [None]);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_deleted_message_leaves_nothing(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada, bob) = (bench.lobby.clone(), bench.ada.clone(), bench.bob.clone());
    let mut first = send(&lobby, "m", None, "a secret for @bob");
    first.mentions = vec![bob.id.clone(), UserId::parse("nobody").unwrap()];
    let stored = bench.one(&ada, EntryRequest::Send(first)).await.unwrap();
    let place = bench.place(&stored).await;
    assert_eq!(bench.state(&bob).await.read.mentions, 1);
    let edit = MessageEdit {
        room: lobby.clone(),
        client_id: id("e"),
        after: None,
        target: place.clone(),
        content: content("another secret"),
        mentions: vec![bob.id.clone()],
    };
    bench.one(&ada, EntryRequest::Edit(edit.clone())).await.unwrap();
    let mut reply = send(&lobby, "q", None, "indeed");
    reply.reply_to = Some(place.clone());
    let reply = bench.one(&bob, EntryRequest::Send(reply)).await.unwrap();
    bench.one(&bob, react(&lobby, "t", place.clone(), true)).await.unwrap();

    let page = bench.page(&bob, |_| {}).await.unwrap();
    let Body::Message(quoting) = &page.entries.iter().find(|entry| entry.seq == reply.seq).unwrap().body else { panic!("no message") };
    assert_eq!(quoting.reply_to.as_ref().unwrap().text, "another secret");
    assert_eq!(page.reactions.len(), 1);
    assert_eq!(page.reactions[0].reactions[0].count, 1);
    assert!(page.reactions[0].reactions[0].mine);

    let delete = |client_id: &str| {
        EntryRequest::Delete(MessageDelete { room: lobby.clone(), client_id: id(client_id), after: None, target: place.clone() })
    };
    assert_eq!(bench.one(&bob, delete("d0")).await.unwrap_err().code, Code::Forbidden);
    bench.one(&ada, delete("d1")).await.unwrap();
    assert_eq!(bench.one(&ada, delete("d2")).await.unwrap_err().code, Code::Deleted);
    assert_eq!(bench.one(&bob, react(&lobby, "t2", place.clone(), true)).await.unwrap_err().code, Code::Deleted);

    let page = bench.page(&bob, |_| {}).await.unwrap();
    let all = serde_json::to_string(&page).unwrap();
    assert!(!all.contains("secret"), "{all}");
    assert_eq!(page.amendments.len(), 1);
    assert!(page.reactions.iter().all(|standing| standing.reactions.is_empty()));
    assert_eq!(bench.state(&bob).await.read.mentions, 0);
    // A blanked row answers a repeat without comparing.
    assert_eq!(bench.one(&ada, say(&lobby, "m", None, "whatever")).await.unwrap().seq, stored.seq);
    assert_eq!(bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap().seq, stored.seq + 1);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn reactions_are_counted(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (lobby, ada, bob) = (bench.lobby.clone(), bench.ada.clone(), bench.bob.clone());
    let stored = bench.say(&ada, "m", "text").await;
    let place = bench.place(&stored).await;
    let write = |user: &User, client_id: &str, on| Write::new(user.clone(), react(&lobby, client_id, place.clone(), on));
    let committed = bench
        .commit(vec![
            write(&ada, "1", true),
            write(&bob, "2", true),
            write(&bob, "3", true),
            write(&ada, "4", false),
            write(&ada, "5", false),
        ])
        .await;
    let counts: Vec<u32> =
        committed.entries.iter().map(|new| if let Body::React(react) = &new.entry.body { react.count } else { 99 }).collect();
    assert_eq!(counts, [1, 2, 2, 1, 1]);
    let standing = bench.page(&ada, |_| {}).await.unwrap().reactions.remove(0);
    assert_eq!((standing.target, standing.reactions[0].count, standing.reactions[0].mine), (stored.seq, 1, false));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn too_much_is_refused_but_a_repeat_is_free(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    bench.rates = Rates::new(2, 1);
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let write = |client_id: &str| Write::new(ada.clone(), say(&lobby, client_id, None, "x"));
    let committed = bench.commit(vec![write("1"), write("2"), write("3"), write("1"), write("2")]).await;
    assert_eq!(codes(&committed), [None, None, Some(Code::SlowDown), None, None]);
    assert!(committed.outcomes[2].as_ref().unwrap_err().retry_after_ms.is_some_and(|wait| wait > 0 && wait <= 1_000));
}

/// One row that the database refuses does not take the batch with it.
#[tokio::test]
async fn a_bad_row_is_refused_alone() {
    let mut bench = Bench::new(Kind::Sqlite).await;
    let dir = bench._dir.take().unwrap();
    // A rule that this program does not know of, as a broken migration could leave behind.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("chat.db"));
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let trigger = "CREATE TRIGGER bad BEFORE INSERT ON entries WHEN NEW.body LIKE '%poison%' BEGIN SELECT RAISE(ABORT, 'poison'); END";
    sqlx::query(trigger).execute(&mut other).await.unwrap();
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    let write = |client_id: &str, text: &str| Write::new(ada.clone(), say(&lobby, client_id, None, text));
    let committed = bench.commit(vec![write("1", "good"), write("2", "poison"), write("3", "good too")]).await;
    assert_eq!(codes(&committed), [None, Some(Code::Invalid), None]);
    assert_eq!(committed.entries.iter().map(|new| new.entry.seq).collect::<Vec<_>>(), [2, 3], "and leaves no hole");
    assert_eq!(texts(&bench.page(&ada, |_| {}).await.unwrap()), ["good", "good too"]);
}
