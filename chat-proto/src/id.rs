//! Opaque ids. Nobody but their maker may read a meaning into them.

use crate::newtype::id_type;

id_type!(
    /// A room, for ever: its name can change, its id is never used again.
    RoomId
);
id_type!(
    /// A user: guest, account or the server itself. Registering keeps a guest's id.
    UserId
);
id_type!(
    /// One entry of one room's log, made by the server.
    EntryId
);
id_type!(
    /// One request that writes an entry, made by the client (a UUIDv7) before it is first sent.
    /// The server keeps (room, author, client id) unique: a repeat gets the first result.
    ClientId
);
id_type!(
    /// One life of a room's log. A log that is made anew gets a new epoch.
    Epoch
);
id_type!(
    /// The database that a server speaks for; random, made with it.
    ServerId
);
id_type!(
    /// One sign-in of an account, as told by `session:list`. Not the token.
    SessionId
);
id_type!(
    /// One token of a bot, as told by `token:list`, and the first part of its webhook's address. Not the token.
    TokenId
);
id_type!(
    /// Pairs an `answer` with its request; chosen by the client, told back unread.
    Rid
);
