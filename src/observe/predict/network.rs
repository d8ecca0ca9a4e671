//! Owns letting pictures go through the network event by event, by the rules of the engine: a picture enters when the window
//! and the first stage have room, a worker keeps its picture until the next queue takes it, a gate grants bytes in order.
//! Does not own: what is made of the figures (`outcome`).

use super::cpu::Cores;
use super::draw::{Spread, normal};
use super::model::Model;
use super::trace::{At, Trace};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Seconds after which the load of this run counts for more than that of the recorded one.
const LEARNING: f64 = 0.05;

struct Place {
    queue: VecDeque<u32>,
    /// Workers without a picture.
    idle: usize,
    busy: usize,
    /// Pictures whose workers, one stage up, wait for room in this queue.
    senders: VecDeque<u32>,
    /// Waits for bytes, and all other workers of the stage behind it.
    gate: Option<u32>,
}

#[derive(Clone, Copy)]
enum Todo {
    /// Something may have become free here.
    Pull(usize),
    /// A step has ended here.
    Ended(usize, u32),
}

pub(super) struct Network<'m> {
    model: &'m Model,
    places: Vec<Place>,
    /// By picture: the station where it is.
    at: Vec<u8>,
    /// By picture: what it will wait when it has computed.
    waits: Vec<f64>,
    /// By picture: the draw that makes it large or small.
    draws: Vec<f64>,
    /// How pictures differ, by station and by budget.
    spreads: Vec<Spread>,
    byte_spreads: Vec<Spread>,
    /// By what a step takes longer than in the recorded run, whatever the load is.
    dearer: f64,
    cores: Cores,
    timers: BinaryHeap<Reverse<(At, u32)>>,
    held: Vec<f64>,
    now: f64,
    unfinished: usize,
    seated: usize,
    source_waits: bool,
    todo: Vec<Todo>,
    trace: Trace,
    pictures: u32,
}

impl<'m> Network<'m> {
    pub(super) fn new(model: &'m Model, pictures: u32) -> Self {
        let place = |workers: usize| Place {
            queue: VecDeque::new(),
            idle: workers,
            busy: 0,
            senders: VecDeque::new(),
            gate: None,
        };
        let stations = model.stations.len();
        let zeros = || vec![0.0; stations];
        let trace =
            Trace { busy: zeros(), blocked: zeros(), gated: zeros(), queued: zeros(), ..Trace::default() };
        Self {
            places: model.stations.iter().map(|station| place(station.workers)).collect(),
            at: Vec::new(),
            waits: Vec::new(),
            draws: Vec::new(),
            spreads: model.stations.iter().map(|station| Spread::of(station.variation)).collect(),
            byte_spreads: model.budgets.iter().map(|budget| Spread::of(budget.variation)).collect(),
            dearer: model.dearer_by_cores(),
            cores: Cores::new(model.cores_for_stations()),
            timers: BinaryHeap::new(),
            held: vec![0.0; model.budgets.len()],
            now: 0.0,
            unfinished: 0,
            seated: 0,
            source_waits: true,
            todo: Vec::new(),
            trace,
            model,
            pictures,
        }
    }

    /// Lets all pictures through.
    pub(super) fn run(mut self) -> Trace {
        self.admit();
        self.settle();
        while let Some((time, of_cores)) = self.next() {
            self.pass(time);
            if of_cores {
                self.computed();
            } else if let Some(Reverse((_, picture))) = self.timers.pop() {
                self.todo.push(Todo::Ended(usize::from(self.at[picture as usize]), picture));
            }
            self.settle();
        }
        self.close();
        self.trace
    }

    /// The next event, and whether it is of the cores.
    fn next(&self) -> Option<(f64, bool)> {
        let timer = self.timers.peek().map(|Reverse((At(time), _))| *time);
        match (self.cores.next(), timer) {
            (Some(cpu), Some(timer)) if timer < cpu => Some((timer, false)),
            (Some(cpu), _) => Some((cpu, true)),
            (None, timer) => timer.map(|time| (time, false)),
        }
    }

    /// Time passes up to `time`.
    fn pass(&mut self, time: f64) {
        let passed = (time - self.now).max(0.0);
        for budget in &self.model.budgets {
            let place = &self.places[budget.before];
            if place.gate.is_some() {
                self.trace.gated[budget.before] += passed * (place.idle + 1) as f64;
            }
        }
        if self.source_waits && self.at.len() < self.pictures as usize {
            self.trace.door += passed;
        }
        self.trace.cores += passed * (self.cores.working() as f64).min(self.model.cores_for_stations());
        self.now = time;
        self.cores.advance(time);
    }

    /// What is still inside when nothing happens any more counts until now.
    fn close(&mut self) {
        for (at, place) in self.places.iter().enumerate() {
            self.trace.busy[at] += self.now * place.busy as f64;
            self.trace.queued[at] += self.now * place.queue.len() as f64;
            if let Some(above) = at.checked_sub(1) {
                self.trace.blocked[above] += self.now * place.senders.len() as f64;
            }
        }
    }

    fn enqueue(&mut self, at: usize, picture: u32) {
        self.places[at].queue.push_back(picture);
        self.trace.queued[at] -= self.now;
        self.todo.push(Todo::Pull(at));
    }

    fn computed(&mut self) {
        let Some(picture) = self.cores.take() else { return };
        let wait = self.waits[picture as usize];
        if wait > 0.0 {
            self.timers.push(Reverse((At(self.now + wait), picture)));
        } else {
            self.todo.push(Todo::Ended(usize::from(self.at[picture as usize]), picture));
        }
    }

    /// Does all that follows without time passing.
    fn settle(&mut self) {
        while let Some(todo) = self.todo.pop() {
            match todo {
                Todo::Pull(at) => self.pull(at),
                Todo::Ended(at, picture) => self.ended(at, picture),
            }
        }
    }

    /// The source brings in a picture if there is a place for it.
    fn admit(&mut self) {
        let Some(first) = self.model.stations.get(1) else { return };
        let seats = first.workers + first.queue;
        let room = self.unfinished < self.model.window && self.seated < seats;
        let picture = self.at.len() as u32;
        if !self.source_waits || !room || picture >= self.pictures {
            return;
        }
        self.source_waits = false;
        self.unfinished += 1;
        self.seated += 1;
        self.at.push(0);
        self.waits.push(0.0);
        self.draws.push(normal(u64::from(picture) << 8));
        self.trace.admitted = self.now;
        self.places[0].idle = 0;
        self.begin(0, picture);
    }

    /// The part of the cores in use so far; in the beginning as it was recorded.
    fn load(&self) -> f64 {
        let (before, beside) = (LEARNING * self.model.load_measured, self.model.beside * self.now);
        let used = (self.trace.cores + beside) / self.model.cores;
        ((before + used) / (LEARNING + self.now)).clamp(0.0, 1.0)
    }

    /// A worker that was counted out begins a step.
    fn begin(&mut self, at: usize, picture: u32) {
        let Some(station) = self.model.stations.get(at) else { return };
        self.places[at].busy += 1;
        self.trace.busy[at] -= self.now;
        let (cpu, wait) = (station.cpu, station.wait);
        // Some pictures are skipped, some become many.
        let steps = visits(station.visits, picture);
        let spread = self.spreads[at];
        let mut wait = (wait + (cpu + wait) * station.missing) * steps;
        if wait > 0.0 {
            wait *= spread.factor(normal((u64::from(picture) << 8) + 1 + at as u64));
        }
        let mut cpu = cpu * steps;
        if cpu > 0.0 {
            let dearer = self.dearer * self.model.dearer_by_load(self.load());
            cpu *= spread.factor(self.draws[picture as usize]) * dearer;
        }
        self.at[picture as usize] = at as u8;
        self.waits[picture as usize] = wait;
        if cpu > 0.0 {
            self.cores.add(picture, cpu);
        } else if wait > 0.0 {
            self.timers.push(Reverse((At(self.now + wait), picture)));
        } else {
            self.todo.push(Todo::Ended(at, picture));
        }
    }

    /// Workers without a picture take what is there.
    fn pull(&mut self, at: usize) {
        while self.places[at].idle > 0 && self.places[at].gate.is_none() {
            let Some(picture) = self.places[at].queue.pop_front() else { break };
            self.trace.queued[at] += self.now;
            self.places[at].idle -= 1;
            self.let_in(at);
            if self.reserve(at, picture) {
                self.begin(at, picture);
            } else {
                self.places[at].gate = Some(picture);
            }
        }
        self.let_in(at);
    }

    /// Who waited for room in this queue gets it.
    fn let_in(&mut self, at: usize) {
        while self.has_room(at) {
            let Some(picture) = self.places[at].senders.pop_front() else { break };
            self.trace.blocked[at - 1] += self.now;
            self.enqueue(at, picture);
            self.sent(at - 1, picture);
        }
    }

    fn has_room(&self, at: usize) -> bool {
        let place = &self.places[at];
        let capacity = match self.model.stations[at].queue {
            // Without a queue a picture goes from hand to hand.
            0 if place.gate.is_none() => place.idle,
            capacity => capacity,
        };
        place.queue.len() < capacity
    }

    fn ended(&mut self, at: usize, picture: u32) {
        self.places[at].busy -= 1;
        self.trace.busy[at] += self.now;
        let below = at + 1;
        if below == self.places.len() {
            self.unfinished -= 1;
            self.trace.ends.push(self.now);
            self.sent(at, picture);
        } else if self.has_room(below) {
            self.enqueue(below, picture);
            self.sent(at, picture);
        } else {
            self.places[below].senders.push_back(picture);
            self.trace.blocked[at] -= self.now;
        }
    }

    /// A worker is rid of its picture.
    fn sent(&mut self, at: usize, picture: u32) {
        self.places[at].idle += 1;
        self.free(at, picture);
        match at {
            0 => self.source_waits = true,
            1 => self.seated -= 1,
            _ => {}
        }
        if at > 0 {
            self.todo.push(Todo::Pull(at));
        }
        self.admit();
    }

    fn bytes(&self, budget: usize, picture: u32) -> f64 {
        self.model.budgets[budget].mean * self.byte_spreads[budget].factor(self.draws[picture as usize])
    }

    /// Reserves what a picture needs at the gate in front of a station; true if there is none or it got it.
    fn reserve(&mut self, at: usize, picture: u32) -> bool {
        for slot in 0..self.held.len() {
            if self.model.budgets[slot].before != at {
                continue;
            }
            let bytes = self.bytes(slot, picture);
            // What is larger than the budget goes alone.
            if self.held[slot] > 0.0 && self.held[slot] + bytes > self.model.budgets[slot].capacity {
                return false;
            }
            self.held[slot] += bytes;
        }
        self.trace.bytes = self.trace.bytes.max(self.held.iter().sum());
        true
    }

    /// Gives back what is given back behind a station.
    fn free(&mut self, at: usize, picture: u32) {
        for slot in 0..self.held.len() {
            let budget = self.model.budgets[slot];
            if budget.until != at {
                continue;
            }
            // Sums of what was added come out a hair beside zero.
            let left = self.held[slot] - self.bytes(slot, picture);
            self.held[slot] = if left > budget.mean * 1e-6 { left } else { 0.0 };
            let Some(waiting) = self.places[budget.before].gate else { continue };
            if self.reserve(budget.before, waiting) {
                self.places[budget.before].gate = None;
                self.begin(budget.before, waiting);
                self.todo.push(Todo::Pull(budget.before));
            }
        }
    }
}

/// How many steps a picture has at a station that is visited so often on average.
fn visits(mean: f64, picture: u32) -> f64 {
    if mean >= 1.0 {
        return mean;
    }
    let before = f64::from(picture) * mean;
    (before + mean).floor() - before.floor()
}
