//! Owns the door: how many inputs are inside, and whether the source may bring in one more.
//!
//! The source is polled only if both hold: fewer than `window` inputs are admitted and unfinished, and the first stage
//! has a free seat for one more (its queue and its workers are the seats). The second makes back-pressure exact: the
//! source never has an item in hand for which there is no place.

use super::sync::{Condvar, Mutex, lock, wait, yield_now};

/// How often the source lets others run before it falls asleep.
const YIELDS: usize = 4;

pub(super) struct Admission {
    door: Mutex<Door>,
    changed: Condvar,
}

struct Door {
    /// Signed, as `seats`: two changes at once may arrive in the other order, and must still add up.
    window: isize,
    unfinished: usize,
    seats: isize,
    seated: usize,
    open: bool,
    paused: bool,
    source_waits: bool,
    /// With the place taken last, and without it.
    peak: [usize; 2],
}

impl Door {
    fn has_room(&self) -> bool {
        !self.paused && self.unfinished < at_least_one(self.window) && self.seated < at_least_one(self.seats)
    }

    fn take_place(&mut self) {
        self.unfinished += 1;
        self.seated += 1;
        self.peak = [self.peak[0].max(self.unfinished), self.peak[0]];
    }
}

fn at_least_one(places: isize) -> usize {
    usize::try_from(places).unwrap_or(0).max(1)
}

impl Admission {
    pub(super) fn new(window: usize, seats: usize) -> Self {
        let [window, seats] = [window, seats].map(|places| isize::try_from(places).unwrap_or(isize::MAX));
        let door = Door {
            window,
            unfinished: 0,
            seats,
            seated: 0,
            open: true,
            paused: false,
            source_waits: false,
            peak: [0; 2],
        };
        Self { door: Mutex::new(door), changed: Condvar::new() }
    }

    /// Takes a place if there is one; `None` when the door is shut.
    pub(super) fn try_enter(&self) -> Option<bool> {
        let mut door = lock(&self.door);
        if !door.open {
            return None;
        }
        let room = door.has_room();
        if room {
            door.take_place();
        }
        Some(room)
    }

    /// Waits for a place and takes it; false when the door is shut.
    pub(super) fn enter(&self) -> bool {
        // Falling asleep and being woken for each single seat costs more than the input; after letting the others run there
        // are often several. The channels do the same before they fall asleep.
        for _ in 0..YIELDS {
            yield_now();
            match self.try_enter() {
                Some(true) => return true,
                Some(false) => {}
                None => return false,
            }
        }
        let mut door = lock(&self.door);
        while door.open && !door.has_room() {
            door.source_waits = true;
            door = wait(&self.changed, door);
        }
        door.source_waits = false;
        if door.open {
            door.take_place();
        }
        door.open
    }

    /// Gives back a place that was taken for an input that never came.
    pub(super) fn give_back(&self) {
        self.update(|door| {
            door.unfinished -= 1;
            door.seated -= 1;
            door.peak[0] = door.peak[1];
        });
    }

    /// An input left the first stage.
    pub(super) fn leave_first_stage(&self) {
        self.update(|door| door.seated -= 1);
    }

    /// An input is finished.
    pub(super) fn finish(&self) {
        self.update(|door| door.unfinished -= 1);
    }

    /// Workers were added to a stage or taken away.
    pub(super) fn resize(&self, window: isize, seats: isize) {
        self.update(|door| {
            door.window = door.window.saturating_add(window);
            door.seats = door.seats.saturating_add(seats);
        });
    }

    /// No input is admitted any more.
    pub(super) fn shut(&self) {
        self.update(|door| door.open = false);
    }

    /// While it is paused no input is admitted; what is inside goes on.
    pub(super) fn pause(&self, paused: bool) {
        self.update(|door| door.paused = paused);
    }

    pub(super) fn is_paused(&self) -> bool {
        let door = lock(&self.door);
        door.paused && door.open
    }

    pub(super) fn window(&self) -> usize {
        at_least_one(lock(&self.door).window)
    }

    /// The most inputs admitted and not yet finished at any moment.
    pub(super) fn peak_unfinished(&self) -> usize {
        lock(&self.door).peak[0]
    }

    fn update(&self, change: impl FnOnce(&mut Door)) {
        let mut door = lock(&self.door);
        change(&mut door);
        let wake = door.source_waits && (!door.open || door.has_room());
        // Once is enough, and woken under the lock the source would only run into it.
        door.source_waits &= !wake;
        drop(door);
        if wake {
            self.changed.notify_one();
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn a_place_given_back_counts_for_nothing() {
        let admission = Admission::new(10, 10);
        assert!(admission.enter() && admission.enter());
        admission.finish();
        admission.finish();
        (0..3).for_each(|_| assert!(admission.enter()));
        admission.give_back();
        assert_eq!(admission.peak_unfinished(), 2);
    }

    #[test]
    fn a_paused_door_lets_nobody_in_until_it_is_resumed_and_can_still_be_shut() {
        let admission = Admission::new(10, 10);
        admission.pause(true);
        assert_eq!((admission.try_enter(), admission.is_paused()), (Some(false), true));
        admission.pause(false);
        assert_eq!((admission.try_enter(), admission.is_paused()), (Some(true), false));
        admission.pause(true);
        admission.shut();
        assert_eq!((admission.try_enter(), admission.is_paused()), (None, false));
    }

    #[test]
    fn two_changes_of_size_add_up_in_either_order() {
        let admission = Admission::new(10, 1);
        admission.resize(-4, -4);
        admission.resize(4, 4);
        assert_eq!(admission.try_enter(), Some(true));
        assert_eq!(admission.try_enter(), Some(false), "there is one seat, as before");
        assert_eq!(admission.window(), 10);
    }
}
