-- What a server of the first migration alone had written: an account and a guest, a room of the account's, messages
-- with an edit, a reaction, an answer, a mention and one that was taken back. Frozen: never change this file.

INSERT INTO meta VALUES ('server_id', 'old-server');

INSERT INTO users (id, name, color, kind, identity, password, created, seen) VALUES
    ('old-server', 'server', '#808080', 'server', NULL, NULL, 1000, 1000),
    ('user-ada', 'Ada', '#7aa2f7', 'account', 'ada', 'no hash', 1000, 5000),
    ('user-bob', 'bob', '#da6276', 'guest', NULL, NULL, 1100, 5000);
INSERT INTO names VALUES ('ada', 'user-ada'), ('bob', 'user-bob');

-- The digests of the tokens that the tests make of these names.
INSERT INTO tokens (hash, id, user, kind, created, used, client, ended) VALUES
    (X'5d9abc697f6263f364ad1803dcc840d19f0a27d45d697db02970c70fdf486a53', 'session-ada', 'user-ada', 'session', 1000, 5000, 'page', NULL),
    (X'fcd944b9366020d192b4c7d2c431490dc5ed9814d8abf7d2cba50fbf2465899c', 'user-bob', 'user-bob', 'guest', 1100, 5000, NULL, NULL);

INSERT INTO rooms (key, id, name, name_key, topic, kind, epoch, head_seq, head_id, head_time, n, members, creator, creation) VALUES
    (1, 'room-lobby', 'lobby', 'lobby', '', 'lobby', 'epoch-lobby', 7, 'l7', 2600, 3, 1, 'old-server', 'lobby'),
    (2, 'room-den', 'den', 'den', 'old things', 'public', 'epoch-den', 4, 'd4', 3300, 1, 2, 'user-ada', 'c-den');

INSERT INTO entries (room, seq, id, time, author, name, color, client_id, n, kind, target, quote, deleted, body, digest) VALUES
    (1, 1, 'l1', 1000, 'old-server', 'server', '#808080', 'lobby', 0, 'create', NULL, NULL, NULL,
     '{"kind":"create","name":"lobby"}', NULL),
    (1, 2, 'l2', 2000, 'user-ada', 'Ada', '#7aa2f7', 'c2', 1, 'message', NULL, NULL, NULL,
     '{"kind":"message","content":{"type":"text","text":"The old café 🎉"},"mentions":[]}', 11),
    (1, 3, 'l3', 2100, 'user-bob', 'bob', '#da6276', 'c3', 2, 'message', NULL, 2, NULL,
     '{"kind":"message","content":{"type":"text","text":"which one, @Ada?"},"mentions":["user-ada"],"reply_to":{"seq":2,"id":"l2","author":{"id":"user-ada","name":"Ada","color":"#7aa2f7"},"text":"The old café 🎉"}}', 12),
    (1, 4, 'l4', 2200, 'user-ada', 'Ada', '#7aa2f7', 'c4', 2, 'edit', 2, NULL, NULL,
     '{"kind":"edit","target":{"seq":2,"id":"l2"},"content":{"type":"text","text":"The old café at the corner 🎉"},"mentions":[]}', 13),
    (1, 5, 'l5', 2300, 'user-bob', 'bob', '#da6276', 'c5', 2, 'react', 2, NULL, NULL,
     '{"kind":"react","target":{"seq":2,"id":"l2"},"emoji":"👍","on":true,"count":1}', 14),
    (1, 6, 'l6', 2400, 'user-bob', 'bob', '#da6276', 'c6', 3, 'message', NULL, NULL, 7,
     '{"kind":"message","content":{"type":"text","text":""},"mentions":[]}', NULL),
    (1, 7, 'l7', 2600, 'user-bob', 'bob', '#da6276', 'c7', 3, 'delete', 6, NULL, NULL,
     '{"kind":"delete","target":{"seq":6,"id":"l6"}}', 16),
    (2, 1, 'd1', 3000, 'user-ada', 'Ada', '#7aa2f7', 'c-den', 0, 'create', NULL, NULL, NULL,
     '{"kind":"create","name":"den"}', 17),
    (2, 2, 'd2', 3100, 'user-ada', 'Ada', '#7aa2f7', 'c-topic', 0, 'topic', NULL, NULL, NULL,
     '{"kind":"topic","topic":"old things"}', 18),
    (2, 3, 'd3', 3200, 'user-bob', 'bob', '#da6276', 'c-join', 0, 'join', NULL, NULL, NULL,
     '{"kind":"join"}', 19),
    (2, 4, 'd4', 3300, 'user-ada', 'Ada', '#7aa2f7', 'c-said', 1, 'message', NULL, NULL, NULL,
     '{"kind":"message","content":{"type":"text","text":"a word among us"},"mentions":[]}', 20);

INSERT INTO reactions VALUES (1, 2, '👍', 'user-bob');
INSERT INTO mentions VALUES ('user-ada', 1, 3);
INSERT INTO memberships (user, room, from_seq, to_seq) VALUES ('user-ada', 2, 1, NULL), ('user-bob', 2, 3, NULL);
INSERT INTO positions VALUES ('user-ada', 1, 2, 1), ('user-bob', 1, 7, 3), ('user-ada', 2, 4, 1), ('user-bob', 2, 3, 0);
