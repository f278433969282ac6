//! What the lines between the clients and the server do to what they carry.

use super::*;

impl World {
    /// Does what a client wanted of the network.
    pub(super) fn grant(&mut self, index: usize) {
        for wish in std::mem::take(&mut self.clients[index].wishes) {
            self.tell(|| format!("{} -> {wish:?}", self.clients[index].name));
            match wish {
                Wish::Connect(number, auth) => {
                    self.drop_lines_of(index);
                    let id = self.next_line;
                    self.next_line += 1;
                    let line =
                        Line { id, client: index, number, auth: Some(auth), up: Vec::new(), client_holds: true, server_holds: false };
                    self.lines.push(line);
                }
                Wish::Disconnect => self.drop_lines_of(index),
                Wish::Emit(emit) => {
                    if let Some(line) = self.lines.iter_mut().find(|line| line.client == index && line.client_holds) {
                        line.up.push(emit);
                    }
                }
            }
        }
        if self.clients[index].state().is_none() {
            self.drop_lines_of(index);
        }
    }

    pub(super) fn drop_lines_of(&mut self, index: usize) {
        for line in self.lines.iter_mut().filter(|line| line.client == index) {
            line.client_holds = false;
        }
    }

    /// Something reaches the server.
    pub(super) fn carry_up(&mut self) -> &'static str {
        let Some(machine) = &mut self.machine else { return "nobody listens" };
        for id in machine.openings() {
            machine.open(id);
        }
        let ready: Vec<usize> =
            (0..self.lines.len()).filter(|at| self.lines[*at].auth.is_some() || !self.lines[*at].up.is_empty()).collect();
        if ready.is_empty() {
            return "nothing to carry";
        }
        let line = &mut self.lines[ready[self.dice.pick(ready.len())]];
        if let Some(auth) = line.auth.take() {
            line.server_holds = true;
            let (client, number) = (line.client, line.number);
            if let Err(error) = machine.accept(line.id, auth) {
                line.server_holds = false;
                self.feed(client, Event::Link(number, Link::Refused(error)));
            }
            return "opened";
        }
        if !line.server_holds {
            line.up.clear();
            return "lost";
        }
        // Mostly in order; a request that comes twice comes again at some other time.
        let at = if self.mishaps && self.dice.below(6) == 0 { self.dice.pick(line.up.len()) } else { 0 };
        let twice = self.mishaps && self.dice.below(25) == 0;
        let emit = if twice { line.up[at].clone() } else { line.up.remove(at) };
        let (line, told) = (line.id, self.told.then(|| format!("server <- {} {emit:?}", self.clients[line.client].name)));
        machine.request(line, emit);
        self.tell(|| told.unwrap_or_default());
        if twice { "repeated" } else { "carried up" }
    }

    /// Something reaches a client.
    pub(super) fn carry_down(&mut self) -> &'static str {
        let Some(machine) = &self.machine else { return "nobody speaks" };
        let picked = {
            let mut wires = machine.wires.all();
            let ready: Vec<usize> =
                (0..self.lines.len()).filter(|at| wires.get(&self.lines[*at].id).is_some_and(|wire| !wire.down.is_empty())).collect();
            if ready.is_empty() {
                return "nothing to carry";
            }
            let line = &self.lines[ready[self.dice.pick(ready.len())]];
            let down = &mut wires.get_mut(&line.id).unwrap().down;
            let at = if self.mishaps && self.dice.below(6) == 0 { self.dice.pick(down.len()) } else { 0 };
            let twice = self.mishaps && self.dice.below(25) == 0 && !matches!(down[at], AnyEvent::Welcome(_));
            let event = if twice { down[at].clone() } else { down.remove(at) };
            let may_drop = !matches!(event, AnyEvent::Answer(_) | AnyEvent::Welcome(_) | AnyEvent::Closing(_));
            let dropped = self.mishaps && may_drop && self.dice.below(8) == 0;
            (line.client, line.number, line.client_holds && !dropped, event)
        };
        let (client, number, heard, event) = picked;
        if !heard {
            return "lost";
        }
        let event = self.switches.event(self.clients[client].state(), event);
        self.feed(client, Event::Link(number, Link::Wire(event)));
        "carried down"
    }

    /// A line breaks; each end learns of it in its own time.
    pub(super) fn cut(&mut self) -> &'static str {
        if self.lines.is_empty() {
            return "nothing to cut";
        }
        let at = self.dice.pick(self.lines.len());
        let line = &mut self.lines[at];
        let (id, client, number) = (line.id, line.client, line.number);
        let (held_by_client, held_by_server) = (line.client_holds, line.server_holds);
        match self.dice.below(3) {
            0 if held_by_client => {
                // The server goes on with what has reached its end of the line.
                line.client_holds = false;
                self.feed(client, Event::Link(number, Link::Down("cut by the test".into())));
                "cut at the client"
            }
            1 if held_by_server => {
                line.server_holds = false;
                line.up.clear();
                if let Some(machine) = &mut self.machine {
                    machine.closed(id);
                }
                "cut at the server"
            }
            _ => {
                line.up.clear();
                line.auth = None;
                (line.client_holds, line.server_holds) = (false, false);
                if let Some(machine) = &mut self.machine {
                    machine.closed(id);
                }
                if held_by_client {
                    self.feed(client, Event::Link(number, Link::Down("cut by the test".into())));
                }
                "cut"
            }
        }
    }
}
