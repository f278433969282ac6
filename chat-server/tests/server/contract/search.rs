//! Search: every store finds the same.

use std::collections::HashSet;

use chat_proto::request::search_read::{Hit, SearchCursor, SearchReply};
use chat_proto::text::SearchText;
use chat_server::domain::search::{Position, parse, search_again};
use chat_server::storage::Search;

use super::*;

impl Bench {
    pub(super) async fn search_as(
        &self,
        reader: &User,
        query: &str,
        change: impl FnOnce(&mut Search),
    ) -> Result<SearchReply, chat_proto::Error> {
        let asked = parse(&SearchText::parse(query).map_err(|reason| chat_proto::Error::invalid("query", reason))?)?;
        let mut search = Search { asked, room: None, before: None, limit: 20 };
        change(&mut search);
        self.store.search(reader, &search).await.unwrap()
    }

    /// The texts that ada finds, the newest first.
    async fn found(&self, query: &str) -> Vec<String> {
        let reply = self.search_as(&self.ada, query, |_| {}).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        reply.hits.iter().map(text).collect()
    }

    async fn edit(&mut self, author: &User, client_id: &str, stored: &Stored, new: &str) {
        let edit = MessageEdit {
            room: self.lobby.clone(),
            client_id: id(client_id),
            after: None,
            target: self.place(stored).await,
            content: content(new),
            mentions: Vec::new(),
        };
        self.one(author, EntryRequest::Edit(edit)).await.unwrap();
    }

    async fn take_back(&mut self, author: &User, client_id: &str, stored: &Stored) {
        let target = self.place(stored).await;
        let delete = MessageDelete { room: self.lobby.clone(), client_id: id(client_id), after: None, target };
        self.one(author, EntryRequest::Delete(delete)).await.unwrap();
    }

    async fn new_room(&mut self, author: &User, name: &str) -> RoomId {
        let create = RoomCreate::public(id(name), RoomName::parse(name).unwrap());
        let made = self.commit(vec![Write::new(author.clone(), EntryRequest::Create(create))]).await;
        made.entries[0].room.clone()
    }

    async fn join(&mut self, user: &User, room: &RoomId, client_id: &str) {
        let join = RoomJoin { room: room.clone(), client_id: id(client_id), after: None, code: None };
        self.one(user, EntryRequest::Join(join)).await.unwrap();
    }
}

fn text(hit: &Hit) -> String {
    match &hit.entry.body {
        Body::Message(message) => message.content.text.clone(),
        other => panic!("found {other:?}"),
    }
}

fn next(reply: &SearchReply) -> Option<Position> {
    reply.more.as_ref().map(|more| Position::read(more).unwrap())
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn words_phrases_prefixes_and_exclusions(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let ada = bench.ada.clone();
    assert_eq!(bench.found("anything").await, Vec::<String>::new(), "nothing is said yet");
    for (index, line) in ["The release is on Friday", "Friday: release the café doors", "v1.4 of foo_bar, see docs.rs/tokio", "releases"]
        .into_iter()
        .enumerate()
    {
        bench.say(&ada, &format!("m{index}"), line).await;
    }
    let [on_friday, doors, version, releases] =
        ["The release is on Friday", "Friday: release the café doors", "v1.4 of foo_bar, see docs.rs/tokio", "releases"];
    for (query, expected) in [
        ("friday", vec![doors, on_friday]),
        ("FRIDAY release the", vec![doors, on_friday]),
        ("\"on friday\"", vec![on_friday]),
        ("\"friday on\"", vec![]),
        // The last word is open, where it is not quoted; the ones before it are not.
        ("relea", vec![releases, doors, on_friday]),
        ("release", vec![releases, doors, on_friday]),
        ("\"release\"", vec![doors, on_friday]),
        ("relea friday", vec![]),
        ("r", vec![]),
        ("friday -doors", vec![on_friday]),
        ("friday -\"release the\"", vec![on_friday]),
        ("friday -release", vec![]),
        ("CAFE", vec![doors]),
        ("cafe\u{301}", vec![doors]),
        ("bar", vec![version]),
        ("foo_bar", vec![version]),
        ("v1.4", vec![version]),
        ("v1.5", vec![]),
        ("docs.rs", vec![version]),
        ("tokio/docs", vec![]),
        ("nowhere", vec![]),
    ] {
        assert_eq!(bench.found(query).await, expected, "{query}");
    }
    let reply = bench.search_as(&ada, "\"the cafe\" doors", |_| {}).await.unwrap();
    assert_eq!((reply.more, reply.preparing), (None, false));
    let hit = &reply.hits[0];
    assert_eq!((&hit.room, hit.edited, &hit.entry.author.id), (&bench.lobby, false, &ada.id));
    assert_eq!(hit.epoch, bench.state(&ada).await.epoch);
    assert_eq!(hit.highlights, [(16, 24), (25, 30)]);
    assert_eq!(bench.page(&ada, |_| {}).await.unwrap().entries[2], hit.entry, "a hit is the entry itself");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn scripts_without_spaces(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let ada = bench.ada.clone();
    for (index, line) in ["我们用中文聊天", "日本語を話す", "文中", "한국어 공부", "ﾃｽﾄ中", "語"].into_iter().enumerate()
    {
        bench.say(&ada, &format!("m{index}"), line).await;
    }
    for (query, expected) in [
        ("中文", vec!["我们用中文聊天"]),
        ("文中", vec!["文中"]),
        ("日本語", vec!["日本語を話す"]),
        ("日語", vec![]),
        ("中", vec!["ﾃｽﾄ中", "文中", "我们用中文聊天"]),
        ("語", vec!["語", "日本語を話す"]),
        ("\"語\"", vec!["語", "日本語を話す"]),
        ("聊天", vec!["我们用中文聊天"]),
        ("用中文", vec!["我们用中文聊天"]),
        ("天", vec!["我们用中文聊天"]),
        ("中 -文", vec!["ﾃｽﾄ中"]),
        ("한국", vec!["한국어 공부"]),
        ("공", vec!["한국어 공부"]),
        ("テスト", vec!["ﾃｽﾄ中"]),
        ("日本 話す", vec!["日本語を話す"]),
    ] {
        assert_eq!(bench.found(query).await, expected, "{query}");
    }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn who_said_it_where_and_when(#[case] kind: Kind) {
    const DAY: u64 = 24 * 60 * 60 * 1_000;
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let (ops, lobby) = (bench.new_room(&ada, "ops").await, bench.lobby.clone());
    bench.join(&bob, &ops, "j").await;
    let passing = User { id: UserId::parse("Passing\"by").unwrap(), name: DisplayName::parse("Eve Müller").unwrap(), ..bob.clone() };
    for (index, (author, room, text)) in [
        (&ada, &lobby, "one thing"),
        (&bob, &lobby, "two thing"),
        (&ada, &ops, "three thing"),
        (&bob, &ops, "four thing"),
        (&passing, &lobby, "five thing"),
    ]
    .into_iter()
    .enumerate()
    {
        // A day each, the first one on the 2nd of January 1970; each at the day's very beginning.
        bench.now = DAY * (index as u64 + 1) - 10;
        bench.one(author, say(room, &format!("m{index}"), None, text)).await.unwrap();
    }
    for (query, expected) in [
        ("thing from:bob", vec!["four", "two"]),
        ("thing from:@BOB", vec!["four", "two"]),
        ("from:bob", vec!["four", "two"]),
        ("thing from:me", vec!["three", "one"]),
        ("thing from:ada from:bob", vec!["four", "three", "two", "one"]),
        // Nobody keeps anything of a passing guest but what they said.
        ("thing from:\"eve müller\"", vec!["five"]),
        ("thing -from:bob", vec!["five", "three", "one"]),
        ("thing in:ops", vec!["four", "three"]),
        ("thing in:#OPS from:ada", vec!["three"]),
        ("thing in:ops in:lobby", vec!["five", "four", "three", "two", "one"]),
        ("thing -in:ops", vec!["five", "two", "one"]),
        ("thing before:1970-01-04", vec!["two", "one"]),
        ("thing after:1970-01-04", vec!["five", "four"]),
        ("thing after:1970-01-02 before:1970-01-05", vec!["three", "two"]),
        ("thing before:1970-01-01", vec![]),
        ("thing after:1999-12-31", vec![]),
        ("thing after:1970-01-03 before:1970-01-03", vec![]),
    ] {
        let expected: Vec<String> = expected.iter().map(|word| format!("{word} thing")).collect();
        assert_eq!(bench.found(query).await, expected, "{query}");
    }
    let only = bench.search_as(&ada, "thing", |search| search.room = Some(ops.clone())).await.unwrap();
    assert_eq!(only.hits.iter().map(text).collect::<Vec<_>>(), ["four thing", "three thing"]);
    for (query, code, named) in [
        ("thing from:nobody", Code::NotFound, "nobody"),
        ("thing -from:nobody", Code::NotFound, "nobody"),
        ("thing in:nowhere", Code::NotFound, "#nowhere"),
        ("thing -in:nowhere", Code::NotFound, "#nowhere"),
        ("-thing", Code::Invalid, "leave out"),
        ("thing before:1970-1-1", Code::Invalid, "before:1970-1-1"),
    ] {
        let error = bench.search_as(&ada, query, |_| {}).await.unwrap_err();
        assert!(error.code == code && error.message.contains(named) && error.is_final(), "{query}: {error:?}");
        assert_eq!(error.field.as_deref(), Some("query"), "{query}");
    }
    // A new name finds what was said under the old one, and the old one still does.
    let renamed = bench.store.rename(&ada, &DisplayName::parse("Countess").unwrap(), bench.now).await.unwrap().unwrap();
    for name in ["countess", "ada"] {
        let reply = bench.search_as(&renamed, &format!("thing from:{name}"), |_| {}).await.unwrap();
        assert_eq!(reply.hits.len(), 2, "{name}");
    }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn what_is_changed_is_found_as_it_reads_now(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let first = bench.say(&ada, "m1", "a misteak here").await;
    let second = bench.say(&ada, "m2", "a secret here").await;
    let mut reply = send(&bench.lobby, "m3", None, "no comment here");
    reply.reply_to = Some(bench.place(&second).await);
    bench.one(&bob, EntryRequest::Send(reply)).await.unwrap();
    assert_eq!(bench.found("secret").await, ["a secret here"], "a quote is the quoted one's");
    bench.edit(&ada, "e1", &first, "a mistake here").await;
    assert_eq!(bench.found("misteak").await, Vec::<String>::new());
    let found = bench.search_as(&bob, "mistake", |_| {}).await.unwrap();
    assert_eq!((text(&found.hits[0]), found.hits[0].edited, found.hits[0].entry.seq), ("a mistake here".to_owned(), true, first.seq));
    bench.edit(&ada, "e2", &first, "a mystery here").await;
    assert_eq!(bench.found("mistake").await, Vec::<String>::new());
    assert_eq!(bench.found("mystery").await, ["a mystery here"]);
    assert_eq!(bench.found("here").await, ["no comment here", "a secret here", "a mystery here"], "an edit moves nothing");
    bench.take_back(&ada, "d2", &second).await;
    bench.take_back(&ada, "d1", &first).await;
    for query in ["secret", "mystery", "mistake", "misteak"] {
        assert_eq!(bench.found(query).await, Vec::<String>::new(), "{query}");
    }
    assert_eq!(bench.found("here").await, ["no comment here"]);
    // Several of it in one batch.
    let lobby = bench.lobby.clone();
    let stored = bench.say(&ada, "m4", "first words").await;
    let target = bench.place(&stored).await;
    let edit = |number: usize, new: &str| {
        let edit = MessageEdit {
            room: lobby.clone(),
            client_id: id(&format!("x{number}")),
            after: None,
            target: target.clone(),
            content: content(new),
            mentions: Vec::new(),
        };
        Write::new(ada.clone(), EntryRequest::Edit(edit))
    };
    bench.commit(vec![edit(1, "second words"), edit(2, "third words")]).await;
    assert_eq!(bench.found("words").await, ["third words"]);
    assert_eq!(bench.found("second").await, Vec::<String>::new());
    let delete = MessageDelete { room: lobby.clone(), client_id: id("x4"), after: None, target: target.clone() };
    bench.commit(vec![edit(3, "fourth words"), Write::new(ada.clone(), EntryRequest::Delete(delete))]).await;
    assert_eq!(bench.found("words").await, Vec::<String>::new());
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn nobody_finds_what_they_may_not_read(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let ops = bench.new_room(&ada, "ops").await;
    bench.one(&ada, say(&ops, "m1", None, "the password is swordfish")).await.unwrap();
    let as_bob = async |bench: &Bench, query: &str| {
        let reply = bench.search_as(&bob, query, |_| {}).await;
        reply.map(|reply| reply.hits.len()).map_err(|error| error.code)
    };
    for query in ["swordfish", "swordf", "from:ada", "\"password is\""] {
        assert_eq!(as_bob(&bench, query).await, Ok(0), "{query}");
    }
    assert_eq!(as_bob(&bench, "swordfish in:ops").await, Err(Code::NotFound));
    let inside = bench.search_as(&bob, "swordfish", |search| search.room = Some(ops.clone())).await.unwrap_err();
    let nowhere = RoomId::parse("nowhere").unwrap();
    let outside = bench.search_as(&bob, "swordfish", |search| search.room = Some(nowhere)).await.unwrap_err();
    assert_eq!(inside, outside, "nobody learns which rooms there are");
    let stolen = Position::Message(ops.clone(), 2);
    assert_eq!(bench.search_as(&bob, "x", |search| search.before = Some(stolen.clone())).await.unwrap_err(), search_again());
    bench.join(&bob, &ops, "j").await;
    assert_eq!(as_bob(&bench, "swordfish in:ops").await, Ok(1));
    let leave = EntryRequest::Leave(RoomLeave { room: ops.clone(), client_id: id("l"), after: None });
    bench.one(&bob, leave).await.unwrap();
    assert_eq!(as_bob(&bench, "swordfish").await, Ok(0));
    assert_eq!(as_bob(&bench, "swordfish in:ops").await, Err(Code::NotFound));
    assert_eq!(bench.found("swordfish").await.len(), 1, "who is still there finds it");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn pages_have_no_gap_and_no_repeat_while_people_talk(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let (lobby, ops) = (bench.lobby.clone(), bench.new_room(&ada, "ops").await);
    let mut said = Vec::new();
    for number in 0..40 {
        let room = if number % 3 == 0 { &ops } else { &lobby };
        // In batches of different sizes, other things between them.
        let lines: Vec<_> = (0..=number % 4).map(|part| (format!("m{number}-{part}"), format!("needle {number} {part}"))).collect();
        said.extend(lines.iter().map(|(_, text)| text.clone()));
        let mut writes: Vec<_> = lines.iter().map(|(id, text)| Write::new(ada.clone(), say(room, id, None, text))).collect();
        writes.push(Write::new(bob.clone(), say(&lobby, &format!("h{number}"), None, "hay")));
        bench.commit(writes).await;
    }
    said.reverse();
    for limit in [1, 7, 50] {
        let (mut found, mut before, mut pages) = (Vec::new(), None, 0);
        loop {
            let reply = bench.search_as(&ada, "needle", |search| (search.before, search.limit) = (before.clone(), limit)).await.unwrap();
            assert!(reply.hits.len() == limit || reply.more.is_none());
            found.extend(reply.hits.iter().map(text));
            pages += 1;
            // What is said between two pages stands above both.
            let later = Write::new(bob.clone(), say(&lobby, &format!("later-{limit}-{pages}"), None, "a needle after the search"));
            bench.commit(vec![later]).await;
            before = next(&reply);
            if before.is_none() {
                break;
            }
        }
        // A later round begins with what was said during the earlier ones.
        let older: Vec<_> = found.into_iter().filter(|text| !text.ends_with("after the search")).collect();
        assert_eq!(older, said, "{limit} at a time");
        assert!(pages >= said.len() / limit, "{pages} pages of {limit}");
    }
    // A cursor holds though its message is taken back meanwhile.
    let reply = bench.search_as(&ada, "needle in:lobby from:ada", |search| search.limit = 2).await.unwrap();
    let last = &reply.hits[1].entry;
    let rest = bench.search_as(&ada, "needle in:lobby from:ada", |search| search.before = next(&reply)).await.unwrap();
    let stored = Stored { seq: last.seq, id: last.id.clone(), time: last.time, n: last.n };
    bench.take_back(&ada, "gone", &stored).await;
    let again = bench.search_as(&ada, "needle in:lobby from:ada", |search| search.before = next(&reply)).await.unwrap();
    assert_eq!(again, rest);
}

/// Long messages make a page shorter, not heavier.
#[rstest]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_page_of_long_messages_is_shorter(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, lobby) = (bench.ada.clone(), bench.lobby.clone());
    let long = format!("needle {}", "straw ".repeat(2_700));
    let writes = (0..40).map(|number| Write::new(ada.clone(), say(&lobby, &format!("m{number}"), None, &long))).collect();
    bench.commit(writes).await;
    let (mut found, mut before, mut pages) = (HashSet::new(), None, 0);
    loop {
        let reply = bench.search_as(&ada, "needle", |search| (search.before, search.limit) = (before, 50)).await.unwrap();
        let weight = serde_json::to_string(&reply).unwrap().len();
        assert!(!reply.hits.is_empty() && weight < 400_000, "{weight}");
        found.extend(reply.hits.iter().map(|hit| hit.entry.seq));
        pages += 1;
        before = next(&reply);
        if before.is_none() {
            break;
        }
    }
    assert!(found.len() == 40 && pages >= 3, "{} in {pages}", found.len());
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn no_query_is_a_command(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let ada = bench.ada.clone();
    bench.say(&ada, "m1", "near or and not 1 words col").await;
    let longest = "x".repeat(500);
    let many = "ab ".repeat(31);
    for (query, found) in [
        ("\" OR 1=1", 0),
        ("'; DROP TABLE entries; --", 0),
        ("NEAR(or and, 5)", 0),
        ("NEAR(", 1),
        ("near(or", 1),
        ("*", 9),
        ("\"near\" *", 1),
        ("near*", 1),
        ("words:near", 0),
        ("col:", 1),
        ("{words col}: near", 1),
        ("^near", 1),
        ("near + or", 1),
        ("or AND and", 1),
        ("near NOT not", 1),
        ("OR", 1),
        ("(((", 9),
        ("\\", 9),
        ("%", 9),
        ("or OR or", 1),
        ("mh34.1.near", 0),
        ("@0123456789", 0),
        (&longest, 0),
        (&many, 0),
        ("\u{202e}\u{1b}[31m", 0),
        ("\u{202e}\u{1b}[", 9),
        ("ﷺ", 0),
    ] {
        match bench.search_as(&ada, query, |_| {}).await {
            Ok(reply) => assert_eq!(reply.hits.len(), found, "{query}"),
            // Nothing in it is a word.
            Err(error) => assert!(found == 9 && error.code == Code::Invalid && error.message.contains("no word"), "{query}: {error}"),
        }
    }
    assert!(SearchText::parse("a\0b").is_err() && SearchText::parse("x".repeat(501)).is_err());
    assert!(bench.search_as(&ada, &"ab ".repeat(40), |_| {}).await.unwrap_err().message.contains("too much"));
    let far = |text: &str| Position::read(&SearchCursor::parse(text).unwrap());
    for cursor in ["m99.nowhere", "m18446744073709551615.nowhere"] {
        assert_eq!(bench.search_as(&ada, "near", |search| search.before = far(cursor)).await.unwrap_err(), search_again());
    }
    let lobby = bench.lobby.clone();
    let beyond = Position::Message(lobby, 99);
    assert_eq!(bench.search_as(&ada, "near", |search| search.before = Some(beyond)).await.unwrap_err(), search_again());
    assert_eq!(bench.found("near").await.len(), 1, "and all is still there");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn of_a_room_that_shows_newcomers_nothing_older_they_find_nothing_older(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let create =
        RoomCreate { history: Some(chat_proto::room::History::Joined), ..RoomCreate::public(id("m"), RoomName::parse("ops").unwrap()) };
    let made = bench.commit(vec![Write::new(ada.clone(), EntryRequest::Create(create))]).await;
    let (room, epoch) = (made.entries[0].room.clone(), made.entries[0].epoch.clone());
    let place = |stored: &Stored| Place { epoch: epoch.clone(), seq: stored.seq, id: stored.id.clone() };
    let old = bench.one(&ada, say(&room, "m1", None, "an apple before")).await.unwrap();
    bench.join(&bob, &room, "j1").await;
    let EntryRequest::Send(answer) = say(&room, "m2", None, "an apple as an answer") else { unreachable!() };
    let answer = EntryRequest::Send(MessageSend { reply_to: Some(place(&old)), ..answer });
    bench.one(&ada, answer).await.unwrap();
    let his = bench.one(&ada, say(&room, "m3", None, "an apple of his time")).await.unwrap();
    let found = bench.search_as(&bob, "apple", |_| {}).await.unwrap();
    assert_eq!(found.hits.iter().map(text).collect::<Vec<_>>(), ["an apple of his time", "an apple as an answer"]);
    assert!(
        matches!(&found.hits[1].entry.body, Body::Message(message) if message.reply_to.is_none()),
        "its quote is of what he may not read"
    );
    assert_eq!(bench.found("apple").await.len(), 3);
    // Away, he does not find what is said meanwhile, and not what a message of his time was changed to.
    bench.one(&bob, EntryRequest::Leave(RoomLeave { room: room.clone(), client_id: id("l"), after: None })).await.unwrap();
    assert!(bench.search_as(&bob, "apple", |_| {}).await.unwrap().hits.is_empty());
    bench.one(&ada, say(&room, "m4", None, "an apple without him")).await.unwrap();
    let edit = MessageEdit {
        room: room.clone(),
        client_id: id("e"),
        after: None,
        target: place(&his),
        content: content("a pear"),
        mentions: vec![],
    };
    bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap();
    bench.join(&bob, &room, "j2").await;
    let again = bench.search_as(&bob, "apple", |_| {}).await.unwrap();
    assert_eq!(again.hits.iter().map(text).collect::<Vec<_>>(), ["an apple as an answer"]);
    assert!(bench.search_as(&bob, "pear", |_| {}).await.unwrap().hits.is_empty());
    assert_eq!(bench.found("pear").await, ["a pear"]);
}
