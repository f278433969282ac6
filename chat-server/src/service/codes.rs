//! Join codes: short, told by mouth or link, good for a while and for so many people.

use chat_proto::error::{Code, Error};
use chat_proto::id::RoomId;
use chat_proto::limits;
use chat_proto::name::JoinCode;
use chat_proto::place::Millis;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::code_list::CodeListReply;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::request::{CodeCreate, CodeEnd};

use crate::domain::access::What;
use crate::domain::naming;
use crate::service::{Caller, Service, lock, unavailable};

/// How long a code holds that nobody said it of: a week.
const LASTS_MS: Millis = 7 * 24 * 60 * 60 * 1_000;
/// How often a code is drawn anew that exists already. Of a million million, none will.
const DRAWS: usize = 8;

impl Service {
    /// Makes a join code.
    pub(super) async fn create_code(&self, caller: &Caller, request: &CodeCreate) -> Result<InviteCode, Error> {
        self.may(caller, What::Invite, &request.room).await?;
        let lasts = request.lasts_ms.unwrap_or(LASTS_MS);
        if lasts == 0 || lasts > limits::JOIN_CODE_MS {
            return Err(Error::invalid("lasts_ms", format_args!("is {lasts}; 1 to {} are allowed", limits::JOIN_CODE_MS)));
        }
        let uses = request.uses.unwrap_or(limits::JOIN_CODE_USES);
        if uses == 0 || uses > limits::JOIN_CODE_USES {
            return Err(Error::invalid("uses", format_args!("is {uses}; 1 to {} are allowed", limits::JOIN_CODE_USES)));
        }
        self.slow_down_codes(&format!("codes of {}", caller.user.id))?;
        for _ in 0..DRAWS {
            let code = naming::join_code(&mut **lock(&self.random));
            let (room, by) = (request.room.clone(), caller.user.id.clone());
            let made = InviteCode { code, room, by, expires: self.now() + lasts, uses_left: uses };
            if self.store.put_code(&made).await.map_err(|error| unavailable(&error))? {
                return Ok(made);
            }
        }
        Err(Error::new(Code::Unavailable, "No free join code was found. Try again."))
    }

    /// The room that a join code lets in to. Guessing is slow.
    pub(super) async fn find_code(&self, caller: &Caller, from: &str, code: &JoinCode) -> Result<RoomSummary, Error> {
        self.slow_down_codes(&format!("guesses from {from}"))?;
        let mut summary = self.store.find_code(&caller.user, code, self.now()).await.map_err(|error| unavailable(&error))??;
        self.count_guests(&mut summary);
        Ok(summary)
    }

    /// The join codes of a room.
    pub(super) async fn codes(&self, caller: &Caller, room: &RoomId) -> Result<CodeListReply, Error> {
        self.may(caller, What::Invite, room).await?;
        let codes = self.store.codes(room, self.now()).await.map_err(|error| unavailable(&error))?;
        Ok(CodeListReply { codes })
    }

    /// Ends a join code.
    pub(super) async fn end_code(&self, caller: &Caller, request: &CodeEnd) -> Result<(), Error> {
        self.may(caller, What::Invite, &request.room).await?;
        let ended = self.store.end_code(&request.room, &request.code).await.map_err(|error| unavailable(&error))?;
        if ended {
            return Ok(());
        }
        let mut error = Error::new(Code::NotFound, "The room has no such join code.");
        error.field = Some("code".to_owned());
        Err(error)
    }

    pub(super) fn slow_down_codes(&self, key: &str) -> Result<(), Error> {
        lock(&self.code_rates).take(&key.to_owned(), self.now()).map_err(|wait| {
            Error::new(Code::SlowDown, format!("Too many join codes. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
        })
    }
}
