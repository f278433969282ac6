//! What happens to the lines.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{chosen, seconds, work_through};
use crate::dice::Dice;
use crate::proxy::{Proxy, Weather};
use crate::run::Arena;

#[derive(Clone, Copy, Debug)]
enum Fault {
    Delay,
    StallUp,
    StallDown,
    Throttle,
    Reset,
    CutMidFrame,
}

const ALL: [Fault; 6] = [Fault::Delay, Fault::StallUp, Fault::StallDown, Fault::Throttle, Fault::Reset, Fault::CutMidFrame];

pub fn work(arena: &Arc<Arena>, seed: u64, until: Instant) {
    let mut dice = Dice(seed ^ 0x11);
    work_through(arena, &chosen(&ALL, &arena.only), &mut dice, until, Duration::from_secs(3), |fault, dice| {
        // A few processes of clients, a terminal, a page.
        let crews = (0..3).map(|_| &arena.crews[dice.pick(arena.crews.len())].proxy);
        let mut proxies: Vec<&Proxy> = crews.collect();
        proxies.push(&arena.seats[dice.pick(arena.seats.len())].proxy);
        let tab = &arena.tabs[dice.pick(arena.tabs.len())];
        let _care = tab.care.lock().unwrap();
        proxies.push(&tab.proxy);
        let weather = |weather: Weather| proxies.iter().for_each(|proxy| proxy.set(weather));
        let fine = Weather::default();
        match fault {
            Fault::Delay => {
                arena.count("line delayed");
                weather(Weather { delay: Duration::from_millis(300), ..fine });
                seconds(5);
            }
            Fault::StallUp => {
                arena.count("line stalled towards the server");
                weather(Weather { stalls_up: true, ..fine });
                seconds(6);
            }
            Fault::StallDown => {
                arena.count("line stalled towards the client");
                weather(Weather { stalls_down: true, ..fine });
                seconds(6);
            }
            Fault::Throttle => {
                arena.count("line throttled to 4 KB/s");
                weather(Weather { bytes_a_second: Some(4_096), ..fine });
                seconds(6);
            }
            Fault::Reset => {
                arena.count("connections reset");
                proxies.iter().for_each(|proxy| proxy.reset());
            }
            Fault::CutMidFrame => {
                arena.count("cut in the middle of a frame");
                weather(Weather { cuts_next: true, ..fine });
                seconds(2);
            }
        }
        weather(fine);
    });
}
