//! What search costs at scale: run by hand, in a release build; `docs/search.md` has the figures.
//!
//! `cargo test --release --workspace --test server -- --ignored --nocapture search_scale`
//!
//! `SEARCH_SCALE` sets the number of messages (5,000,000). It takes some minutes and a few
//! gigabytes in the directory for temporary files, and leaves nothing; with `SEARCH_SCALE_IN` it makes
//! its database in that directory, leaves it there, and asks it again the next time. `SEARCH_SCALE_SQL`
//! is run before it is filled, to try another setting of the index; `SEARCH_SCALE_FILL` only fills it.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_proto::entry::NewContent;
use chat_proto::id::{ClientId, RoomId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::history_read::HistoryRead;
use chat_proto::request::{MessageSend, RoomCreate, RoomJoin};
use chat_proto::text::{MessageText, SearchText};
use chat_proto::user::{Color, User};
use chat_server::domain::decide::Context;
use chat_server::domain::rates::Rates;
use chat_server::domain::search::{Position, parse};
use chat_server::domain::write::{EntryRequest, Write};
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{Batch, NewUser, Search, Store};

use crate::dice::Dice;

const ROOMS: usize = 200;
/// Every seventh room, the largest among them, and the lobby: 30.
const READ_EVERY: usize = 7;
const PEOPLE: usize = 100;
const WORDS: usize = 60_000;
const BATCH: usize = 1_000;
/// One message a second and a half: five million are three months.
const PACE_MS: u64 = 1_500;
const START: u64 = 1_767_225_600_000;
/// The word that stands in every second message of rooms that the reader is not in, and in few others.
const ELSEWHERE: &str = "elsewhere";

/// Numbers from 0 on, the low ones often: the n-th is `1/(n+1)` as likely as the first.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(many: usize) -> Self {
        let mut sum = 0.0;
        Self(
            (1..=many)
                .map(|rank| {
                    sum += 1.0 / rank as f64;
                    sum
                })
                .collect(),
        )
    }

    fn pick(&self, dice: &mut Dice) -> usize {
        let total = self.0[self.0.len() - 1];
        let at = dice.below(1 << 40) as f64 / (1_u64 << 40) as f64 * total;
        self.0.partition_point(|sum| *sum < at).min(self.0.len() - 1)
    }
}

/// A word of syllables: the common ones are short.
fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 40] = [
        "ta", "re", "in", "o", "mi", "sa", "le", "ka", "no", "de", "be", "ru", "ti", "an", "so", "pe", "lu", "vi", "go", "ha", "er", "fi",
        "da", "mo", "ne", "su", "wa", "ki", "ro", "la", "cha", "st", "pro", "qui", "ze", "ju", "yo", "xe", "bra", "gli",
    ];
    let mut text = String::new();
    loop {
        text.push_str(SYLLABLES[number % 40]);
        number /= 40;
        if number == 0 {
            return text;
        }
        number -= 1;
    }
}

struct Talk {
    dice: Dice,
    words: Zipf,
    signs: Zipf,
    rooms: Zipf,
    lengths: Zipf,
}

impl Talk {
    fn line(&mut self, room: usize) -> String {
        if self.dice.below(20) == 0 {
            // Chinese: three thousand signs.
            let many = 4 + self.dice.pick(20);
            return (0..many).filter_map(|_| char::from_u32(0x4e00 + self.signs.pick(&mut self.dice) as u32 * 6)).collect();
        }
        let many = 3 + self.lengths.pick(&mut self.dice);
        let mut words: Vec<String> = (0..many).map(|_| word(self.words.pick(&mut self.dice))).collect();
        let often = !room.is_multiple_of(READ_EVERY) && self.dice.below(2) == 0;
        if often || self.dice.below(200_000) == 0 {
            words.push(ELSEWHERE.to_owned());
        }
        words.join(" ")
    }
}

struct Scene {
    reader: User,
    everywhere: User,
    people: Vec<User>,
    rooms: Vec<RoomId>,
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        id: UserId::parse(format!("user-id-of-{name}")).unwrap(),
        name: DisplayName::parse(name).unwrap(),
        color: Color::parse("#7aa2f7").unwrap(),
        taken: Arc::default(),
    }
}

/// The processor time of all threads so far, which what else the machine does changes little.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Commits at that time, and gives how long it took.
async fn commit(store: &SqliteStore, writes: Vec<Write>, now: u64, dice: &mut Dice, rates: &mut Rates) -> (Duration, Vec<RoomId>) {
    let many = writes.len();
    let begun = Instant::now();
    let committed = store
        .commit(
            &Batch { writes, marks: Vec::new() },
            &mut Context {
                now,
                random: dice,
                rates,
                bot_rates: &mut Rates::new(1_000_000, 1_000_000),
                questions: &mut Rates::new(1_000_000, 1_000_000),
            },
        )
        .await
        .unwrap();
    assert!(committed.outcomes.iter().all(Result::is_ok) && committed.entries.len() == many);
    (begun.elapsed(), committed.entries.into_iter().map(|new| new.room).collect())
}

/// Those who speak, the reader of 30 rooms, and the reader of all; the same ones each time.
async fn people(store: &SqliteStore) -> (Vec<User>, User, User) {
    let mut people = Vec::new();
    for number in 0..PEOPLE + 2 {
        let mut hash = [0; 32];
        hash[0] = number as u8;
        people.push(store.guest(&hash, &new_user(&format!("person{number}")), START).await.unwrap());
    }
    let (reader, everywhere) = (people.pop().unwrap(), people.pop().unwrap());
    (people, reader, everywhere)
}

/// The scene of a database that was filled before.
async fn again(store: &SqliteStore) -> Scene {
    let (people, reader, everywhere) = people(store).await;
    let mut rooms = vec![store.lobby(); ROOMS];
    for state in store.rooms_of(&everywhere, &[]).await.unwrap() {
        if let Some(number) = state.room.name.as_str().strip_prefix("room").and_then(|number| number.parse::<usize>().ok()) {
            rooms[number] = state.room.id;
        }
    }
    Scene { reader, everywhere, people, rooms }
}

async fn fill(store: &SqliteStore, messages: usize) -> Scene {
    let (mut dice, mut rates) = (Dice(3), Rates::new(1_000_000_000, 1_000_000));
    let (people, reader, everywhere) = people(store).await;
    let id = |text: String| ClientId::parse(text).unwrap();
    let creations = (0..ROOMS).map(|number| {
        let create = RoomCreate::public(id(format!("c{number}")), RoomName::parse(format!("room{number}")).unwrap());
        Write::new(people[0].clone(), EntryRequest::Create(create))
    });
    let (_, mut rooms) = commit(store, creations.collect(), START, &mut dice, &mut rates).await;
    rooms[0] = store.lobby();
    let mut joins = Vec::new();
    for (number, room) in rooms.iter().enumerate().skip(1) {
        let mut join = |user: &User| {
            let join = RoomJoin { room: room.clone(), client_id: id(format!("j{number}")), after: None, code: None };
            joins.push(Write::new(user.clone(), EntryRequest::Join(join)));
        };
        people[1..].iter().for_each(&mut join);
        join(&everywhere);
        if number.is_multiple_of(READ_EVERY) {
            join(&reader);
        }
    }
    commit(store, joins, START, &mut dice, &mut rates).await;

    let mut talk =
        Talk { dice: Dice(5), words: Zipf::new(WORDS), signs: Zipf::new(3_000), rooms: Zipf::new(ROOMS), lengths: Zipf::new(25) };
    let mut spent: Vec<Duration> = Vec::new();
    let mut worked: Vec<Duration> = Vec::new();
    for batch in 0..messages.div_ceil(BATCH) {
        let mut writes = Vec::with_capacity(BATCH);
        for number in 0..BATCH {
            let room = talk.rooms.pick(&mut talk.dice);
            let author = &people[talk.dice.pick(PEOPLE)];
            let text = talk.line(room);
            let request = MessageSend {
                room: rooms[room].clone(),
                client_id: id(format!("0197{batch:06}-{number:04}-7000-8000-000000000000")),
                after: None,
                content: NewContent::text(MessageText::parse(text).unwrap()),
                mentions: Vec::new(),
                reply_to: None,
            };
            writes.push(Write::new(author.clone(), EntryRequest::Send(request)));
        }
        let now = START + (batch * BATCH) as u64 * PACE_MS;
        let begun = processor();
        spent.push(commit(store, writes, now, &mut dice, &mut rates).await.0);
        worked.push(processor() - begun);
    }
    let rate = |some: &[Duration]| (some.len() * BATCH) as f64 / some.iter().sum::<Duration>().as_secs_f64();
    let tenth = (spent.len() / 10).max(1);
    println!(
        "writer, batches of {BATCH}: {:.0} messages/s over all, {:.0} in the first tenth, {:.0} in the last; a batch p50 {:.1} ms, p99 {:.1} ms, longest {:.0} ms",
        rate(&spent),
        rate(&spent[..tenth]),
        rate(&spent[spent.len() - tenth..]),
        percentile(&spent, 50),
        percentile(&spent, 99),
        percentile(&spent, 100),
    );
    let per_message = |some: &[Duration]| some.iter().sum::<Duration>().as_secs_f64() * 1e6 / (some.len() * BATCH) as f64;
    println!(
        "processor time of the writer: {:.1} us a message over all, {:.1} in the first tenth, {:.1} in the last",
        per_message(&worked),
        per_message(&worked[..tenth]),
        per_message(&worked[worked.len() - tenth..]),
    );
    Scene { reader, everywhere, people, rooms }
}

fn percentile(spent: &[Duration], percent: usize) -> f64 {
    let mut sorted = spent.to_vec();
    sorted.sort();
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)].as_secs_f64() * 1_000.0
}

fn search(query: &str, before: Option<Position>) -> Search {
    Search { asked: parse(&SearchText::parse(query).unwrap()).unwrap(), room: None, before, limit: 20 }
}

/// Runs many queries of a kind and prints what they took.
async fn measure(store: &SqliteStore, reader: &User, what: &str, queries: impl IntoIterator<Item = String>) {
    let (mut spent, mut hits, mut unfinished) = (Vec::new(), 0, 0);
    let mut example = String::new();
    for query in queries {
        let begun = Instant::now();
        let reply = store.search(reader, &search(&query, None)).await.unwrap().unwrap();
        spent.push(begun.elapsed());
        hits += reply.hits.len();
        unfinished += usize::from(reply.hits.len() < 20 && reply.more.is_some());
        example = query;
    }
    println!(
        "| {what} | `{example}` | {:.1} | {:.1} | {:.1} | {:.1} | {unfinished} |",
        hits as f64 / spent.len() as f64,
        percentile(&spent, 50),
        percentile(&spent, 95),
        percentile(&spent, 100),
    );
}

async fn queries(store: &SqliteStore, scene: &Scene) {
    let reader = &scene.reader;
    println!("| query | for example | hits | p50 ms | p95 ms | longest ms | unfinished |\n| --- | --- | --- | --- | --- | --- | --- |");
    let quoted = |rank: usize| format!("\"{}\"", word(rank));
    let many = 100;
    measure(store, reader, "a rare word", (0..many).map(|n| quoted(40_000 + n * 199))).await;
    measure(store, reader, "a word now and then", (0..many).map(|n| quoted(2_000 + n * 17))).await;
    measure(store, reader, "a common word", (0..many).map(quoted)).await;
    measure(store, reader, "a common word, as it is typed", (0..many).map(word)).await;
    measure(
        store,
        reader,
        "two letters of a word",
        (0..40).map(|n| word(n).chars().take(2).collect::<String>()).filter(|word| word.len() == 2),
    )
    .await;
    measure(store, reader, "two common words", (0..many).map(|n| format!("{} {}", quoted(n), quoted(n * 3 + 1)))).await;
    measure(store, reader, "two words that seldom meet", (0..many).map(|n| format!("{} {}", quoted(n), quoted(3_000 + n * 31)))).await;
    measure(
        store,
        reader,
        "five words, the last one open",
        (0..many).map(|n| (0..5).map(|k| word(n / 5 + k)).collect::<Vec<_>>().join(" ")),
    )
    .await;
    measure(store, reader, "a phrase of common words", (0..many).map(|n| format!("\"{} {}\"", word(n / 4), word(n % 7)))).await;
    measure(store, reader, "a phrase that nobody said", (0..many).map(|n| format!("\"{} {} {}\"", word(n), word(n + 1), word(n + 900))))
        .await;
    measure(store, reader, "a person and a common word", (0..many).map(|n| format!("from:person{n} {}", quoted(n / 3)))).await;
    measure(store, reader, "a person", (0..many).map(|n| format!("from:person{n}"))).await;
    measure(store, reader, "a room and a common word", (0..many).map(|n| format!("in:room{} {}", 7 * (1 + n % 28), quoted(n)))).await;
    measure(store, reader, "a common word, not another", (0..many).map(|n| format!("{} -{}", quoted(n), word(n + 2)))).await;
    measure(
        store,
        reader,
        "a common word on some days",
        (0..many).map(|n| format!("{} after:2026-01-{:02} before:2026-01-{:02}", quoted(n), 1 + n % 20, 4 + n % 20)),
    )
    .await;
    let sign = |n: usize| char::from_u32(0x4e00 + n as u32 * 6).unwrap();
    measure(store, reader, "two Chinese signs", (0..many).map(|n| format!("{}{}", sign(n), sign(n / 2)))).await;
    measure(store, reader, "one Chinese sign", (0..many).map(|n| sign(n * 5).to_string())).await;
    measure(store, reader, "nothing", (0..many).map(|n| format!("\"neverwas{n}\""))).await;
    measure(store, reader, "common elsewhere, rare here", std::iter::repeat_n(format!("\"{ELSEWHERE}\""), many)).await;
    measure(store, reader, "the same with a common word", (0..many).map(|n| format!("\"{ELSEWHERE}\" {}", quoted(n)))).await;
    let all = &scene.everywhere;
    println!("in all {ROOMS} rooms:");
    measure(store, all, "a rare word", (0..many).map(|n| quoted(40_000 + n * 199))).await;
    measure(store, all, "a common word, as it is typed", (0..many).map(word)).await;
    measure(store, all, "two words that seldom meet", (0..many).map(|n| format!("{} {}", quoted(n), quoted(3_000 + n * 31)))).await;
    measure(store, all, "nothing", (0..many).map(|n| format!("\"neverwas{n}\""))).await;

    let (mut spent, mut before, mut hits) = (Vec::new(), None, 0);
    for _ in 0..200 {
        let begun = Instant::now();
        let reply = store.search(reader, &search(&quoted(3), before)).await.unwrap().unwrap();
        spent.push(begun.elapsed());
        hits += reply.hits.len();
        before = reply.more.as_ref().and_then(Position::read);
        assert!(before.is_some());
    }
    println!("200 pages of a common word: {hits} hits, p50 {:.1} ms, p95 {:.1} ms a page", percentile(&spent, 50), percentile(&spent, 95));
}

/// What has nothing to do with search, in the same database.
async fn beside(store: &SqliteStore, scene: &Scene) {
    let mut spent = Vec::new();
    for number in 0..200 {
        let room = scene.rooms[(number % 29) * READ_EVERY].clone();
        let before = (number % 2 == 1).then_some(2_000 + number as u64 * 7);
        let request = HistoryRead { room, before, after: None, around: None, place: None, limit: None };
        let begun = Instant::now();
        store.page(&scene.reader, &request, &Limits::default()).await.unwrap().unwrap();
        spent.push(begun.elapsed());
    }
    println!("a page of history: p50 {:.1} ms, p95 {:.1} ms", percentile(&spent, 50), percentile(&spent, 95));
    for (who, user) in [("30 rooms", &scene.reader), ("all rooms", &scene.everywhere), ("all rooms, who speaks", &scene.people[1])] {
        let mut spent = Vec::new();
        for _ in 0..100 {
            let begun = Instant::now();
            store.rooms_of(user, &[]).await.unwrap();
            spent.push(begun.elapsed());
        }
        println!("the rooms and their unread counts, {who}: p50 {:.2} ms, p95 {:.2} ms", percentile(&spent, 50), percentile(&spent, 95));
    }
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, START, &mut Dice(1)).await.unwrap()
}

#[ignore = "takes minutes and gigabytes; see docs/search.md"]
#[tokio::test]
async fn search_scale() {
    let messages = std::env::var("SEARCH_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000_000);
    let temporary = tempfile::tempdir().unwrap();
    let dir = std::env::var_os("SEARCH_SCALE_IN").map_or_else(|| temporary.path().to_owned(), Into::into);
    let path = dir.join("chat.db");
    let known = path.exists();
    let store = open(&path).await;
    if let (Ok(sql), false) = (std::env::var("SEARCH_SCALE_SQL"), known) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let scene = if known { again(&store).await } else { fill(&store, messages).await };
    store.close().await;
    println!("the file: {:.2} GB, {:.0} bytes a message", size(&path) / 1e9, size(&path) / messages as f64);
    if std::env::var_os("SEARCH_SCALE_FILL").is_some() {
        return;
    }
    let begun = Instant::now();
    let store = open(&path).await;
    println!("opened in {:.0} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    queries(&store, &scene).await;
    beside(&store, &scene).await;
    store.close().await;
}

fn size(path: &Path) -> f64 {
    std::fs::metadata(path).unwrap().len() as f64
}
