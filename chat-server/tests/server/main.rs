//! The server's tests at its surface: the contract of its stores, real sockets, real HTTP, the
//! real binary where it cannot start.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod accounts;
mod bots;
mod broken;
mod classic;
mod classic_client;
mod classic_friends;
mod client;
mod contract;
mod copied_back;
mod crash;
mod dice;
mod disk;
mod edges;
mod engine;
mod export;
mod friends;
mod hooks;
mod late;
mod odd_names;
mod old_clients;
mod opening;
mod operating;
mod order;
mod power;
mod process;
mod repeats;
mod requests;
mod rooms;
mod running;
mod search;
mod search_scale;
mod sender;
mod silence;
mod slow;
mod spawned;
mod startup;
mod upgrade;
mod wrapped;
