//! Join codes.

use chat_proto::error::Error;
use chat_proto::id::RoomId;
use chat_proto::name::JoinCode;
use chat_proto::place::Millis;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::user::User;

use crate::domain::access::{Standing, What, may};
use crate::domain::decide::no_such_code;
use crate::storage::memory::Tables;
use crate::storage::memory::rooms::summary;

fn lets_in(code: &InviteCode, now: Millis) -> bool {
    code.expires > now && code.uses_left > 0
}

impl Tables {
    pub(super) fn put_code(&mut self, code: &InviteCode) -> bool {
        let is_new = !self.codes.contains_key(&code.code) && self.rooms.contains_key(&code.room);
        if is_new {
            self.codes.insert(code.code.clone(), code.clone());
        }
        is_new
    }

    pub(super) fn find_code(&self, reader: &User, code: &JoinCode, now: Millis) -> Result<RoomSummary, Error> {
        let known = self.codes.get(code).filter(|code| lets_in(code, now)).ok_or_else(no_such_code)?;
        let log = self.rooms.get(&known.room).ok_or_else(no_such_code)?;
        may(&Standing { invited: true, ..log.standing(reader) }, What::See, &log.room).map_err(|_| no_such_code())?;
        Ok(summary(log, reader))
    }

    pub(super) fn codes_of(&self, room: &RoomId, now: Millis) -> Vec<InviteCode> {
        let mut codes: Vec<_> = self.codes.values().filter(|code| code.room == *room && lets_in(code, now)).cloned().collect();
        codes.sort_by_key(|code| code.expires);
        codes
    }

    pub(super) fn end_code(&mut self, room: &RoomId, code: &JoinCode) -> bool {
        let known = self.codes.get(code).is_some_and(|code| code.room == *room);
        known && self.codes.remove(code).is_some()
    }
}
