//! The contract that both queues keep; run on the shipped one by `cargo test` and on the model's by the model check.

use super::{Disconnected, TryRecv, TrySend, bounded};
#[cfg(shuttle)]
use shuttle::thread;
#[cfg(not(shuttle))]
use std::thread;

/// Runs a check once, or under many schedules.
fn check(body: impl Fn() + Send + Sync + 'static) {
    #[cfg(shuttle)]
    shuttle::check_random(body, 500);
    #[cfg(not(shuttle))]
    body();
}

#[test]
fn a_full_queue_gives_the_item_back_and_takes_it_after_one_is_taken() {
    check(|| {
        let (tx, rx) = bounded(2);
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!(tx.try_send(3), Err(TrySend::Full(3)));
        assert_eq!(rx.recv(), Ok(1));
        assert_eq!(tx.try_send(3), Ok(()));
        assert_eq!(rx.recv(), Ok(2));
        assert_eq!(rx.recv(), Ok(3));
        assert_eq!(rx.try_recv(), Err(TryRecv::Empty));
    });
}

#[test]
fn what_was_put_in_can_be_taken_after_the_last_sender_is_gone() {
    check(|| {
        let (tx, rx) = bounded(2);
        let second = tx.clone();
        assert_eq!(tx.send(7), Ok(()));
        drop(tx);
        assert_eq!(second.send(8), Ok(()));
        drop(second);
        assert_eq!(rx.recv(), Ok(7));
        assert_eq!(rx.try_recv(), Ok(8));
        assert_eq!(rx.recv(), Err(Disconnected));
        assert_eq!(rx.try_recv(), Err(TryRecv::Disconnected));
    });
}

#[test]
fn a_sender_learns_that_all_receivers_are_gone() {
    check(|| {
        let (tx, rx) = bounded(1);
        assert_eq!(tx.send(1), Ok(()));
        let blocked = thread::spawn(move || tx.send(2));
        drop(rx);
        assert_eq!(blocked.join().unwrap(), Err(Disconnected));
    });
}

#[test]
fn a_rendezvous_hands_over_only_to_a_waiting_taker() {
    check(|| {
        let (tx, rx) = bounded(0);
        assert_eq!(tx.try_send(1), Err(TrySend::Full(1)));
        let taker = thread::spawn(move || [rx.recv(), rx.recv(), rx.recv()]);
        assert_eq!(tx.send(2), Ok(()));
        assert_eq!(tx.send(3), Ok(()));
        drop(tx);
        assert_eq!(taker.join().unwrap(), [Ok(2), Ok(3), Err(Disconnected)]);
    });
}

#[test]
fn every_item_reaches_exactly_one_of_many_takers() {
    check(|| {
        let (tx, rx) = bounded(1);
        let takers: Vec<_> = (0..2)
            .map(|_| {
                let rx = rx.clone();
                thread::spawn(move || std::iter::from_fn(|| rx.recv().ok()).collect::<Vec<u32>>())
            })
            .collect();
        drop(rx);
        for item in 0..6 {
            assert_eq!(tx.send(item), Ok(()));
        }
        drop(tx);
        let mut got: Vec<u32> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2, 3, 4, 5]);
    });
}
