//! What is kept on disk: the guest's token, and a file for each line that has no final answer yet.
//! And the rules of sending: what is sent when, and what an answer makes of it.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_proto::Error;
use chat_proto::entry::NewContent;
use chat_proto::id::{ClientId, RoomId, ServerId, UserId};
use chat_proto::request::MessageSend;
use chat_proto::secret::Token;
use chat_proto::text::MessageText;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// The first wait where the server names none.
const BACKOFF: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// What is kept below `folder` is of one guest at one address.
pub struct Outbox {
    /// Where it is kept.
    pub folder: PathBuf,
    /// This user's lines without a final answer, oldest first.
    items: BTreeMap<ClientId, Item>,
    in_flight: usize,
    window: usize,
    paused_until: Instant,
    backoff: Duration,
    last_ms: u64,
}

/// Whose a line is, and what it says; `sent` while it waits for its answer.
#[derive(Serialize, Deserialize)]
struct Item {
    server: ServerId,
    user: UserId,
    room: RoomId,
    text: MessageText,
    #[serde(skip)]
    sent: bool,
}

impl Outbox {
    /// What was kept there before, or nothing.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(folder.join("outbox"))?;
        let (items, paused_until) = (BTreeMap::new(), Instant::now());
        Ok(Self { folder, items, in_flight: 1, window: 1, paused_until, backoff: BACKOFF, last_ms: 0 })
    }

    /// Made and kept before it is first used: whoever has it is this guest.
    pub fn token(&self) -> io::Result<Token> {
        let file = self.folder.join("token");
        if !file.exists() {
            keep(&file, &URL_SAFE_NO_PAD.encode(random::<32>()?))?;
        }
        Token::parse(fs::read_to_string(&file)?).map_err(|reason| io::Error::other(format!("{} {reason}", file.display())))
    }

    /// On a new connection: takes up what waits for this very server and user, to be sent again.
    /// Returns how many lines wait for others; they stay where they are.
    pub fn open(&mut self, server: &ServerId, user: &UserId, in_flight: usize) -> io::Result<usize> {
        (self.in_flight, self.window) = (in_flight, in_flight);
        self.paused_until = Instant::now();
        self.items.clear();
        let mut others = 0;
        for entry in fs::read_dir(self.folder.join("outbox"))? {
            let path = entry?.path();
            // Half a file that a crash left has another name.
            let Some(name) = path.to_str().and_then(|path| path.strip_suffix(".json")) else { continue };
            let client_id = name.rsplit(std::path::MAIN_SEPARATOR).next().unwrap_or_default();
            let uuid = Uuid::parse_str(client_id).map_err(io::Error::other)?;
            self.last_ms = self.last_ms.max((uuid.as_u128() >> 80) as u64);
            let item: Item = serde_json::from_slice(&fs::read(&path)?)?;
            if item.server == *server && item.user == *user {
                self.items.insert(ClientId::parse(client_id).map_err(io::Error::other)?, item);
            } else {
                others += 1;
            }
        }
        Ok(others)
    }

    /// A UUIDv7, greater than all before it whatever the clock says: the files' order is that of the lines.
    #[allow(clippy::disallowed_methods, reason = "a UUIDv7 holds the time at which it was made")]
    pub fn new_id(&mut self) -> io::Result<ClientId> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        self.last_ms = now.max(self.last_ms + 1);
        let uuid = Builder::from_unix_timestamp_millis(self.last_ms, &random()?).into_uuid();
        ClientId::parse(uuid.to_string()).map_err(io::Error::other)
    }

    /// Takes a line. It is on the disk when this returns, and only then may it be sent.
    pub fn add(&mut self, server: ServerId, user: UserId, room: RoomId, text: MessageText) -> io::Result<()> {
        let client_id = self.new_id()?;
        let item = Item { server, user, room, text, sent: false };
        keep(&self.file(&client_id), &serde_json::to_string(&item)?)?;
        self.items.insert(client_id, item);
        Ok(())
    }

    /// Whether every line has its final answer.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What is to be sent now, oldest first, each after the one before it in its room.
    pub fn due(&mut self, now: Instant) -> Vec<MessageSend> {
        let mut due = Vec::new();
        let mut before: HashMap<&RoomId, &ClientId> = HashMap::new();
        let sent = self.items.values().filter(|item| item.sent).count();
        let mut free = if now < self.paused_until { 0 } else { self.window.saturating_sub(sent) };
        for (client_id, item) in &mut self.items {
            if !item.sent {
                if free == 0 {
                    break;
                }
                free -= 1;
                item.sent = true;
                // Worked out anew each time: what has its final answer is not waited for.
                let after = before.get(&item.room).copied().cloned();
                let (room, content) = (item.room.clone(), NewContent::text(item.text.clone()));
                due.push(MessageSend { room, client_id: client_id.clone(), after, content, mentions: Vec::new(), reply_to: None });
            }
            let item: &Item = item;
            before.insert(&item.room, client_id);
        }
        due
    }

    /// `ok`, an error that is final, or the own entry, whichever is first: the line is done.
    pub fn settle(&mut self, client_id: &ClientId) -> bool {
        if self.items.remove(client_id).is_none() {
            return false;
        }
        // Should that fail, it is sent again by the next start, which does no harm.
        fs::remove_file(self.file(client_id)).ok();
        self.window = self.in_flight.min(self.window + 1);
        self.backoff = BACKOFF;
        true
    }

    /// No final answer: the same goes again, under the same id. One at a time, until one is taken.
    pub fn later(&mut self, client_id: &ClientId, error: &Error, now: Instant) {
        let Some(item) = self.items.get_mut(client_id) else { return };
        item.sent = false;
        self.window = 1;
        if let Some(wait) = error.retry_after_ms {
            self.paused_until = self.paused_until.max(now + Duration::from_millis(wait));
        } else if now >= self.paused_until {
            self.paused_until = now + self.backoff;
            self.backoff = LONGEST.min(self.backoff * 2);
        }
    }

    fn file(&self, client_id: &ClientId) -> PathBuf {
        self.folder.join("outbox").join(format!("{client_id}.json"))
    }
}

/// Returns when it is on the disk. A crash before that leaves nothing of it, never a half.
fn keep(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_added_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)?;
    File::open(path.parent().unwrap_or(path))?.sync_all()
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
