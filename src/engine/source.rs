//! Owns the source's thread: admit, ask for the next input, send.

use super::flow::Outlet;
use super::item::{Body, Claim, Message, Ticket};
use super::meter::{Activity, Meter};
use super::policy::guard;
#[cfg(not(shuttle))]
use super::queue::{ChannelReceiver, recv_or_stop};
use super::run::Run;
use super::sync::atomic::Ordering::Relaxed;
use super::sync::lock;

/// Opens the source in its thread: gives back what is asked for the next input.
pub(super) type Open<'env, T> = Box<dyn FnOnce(&Run<'env>) -> Next<'env, T> + Send + 'env>;
pub(super) type Next<'env, T> = Box<dyn FnMut() -> Option<T> + 'env>;
pub(super) type Label<'env, T> = Box<dyn Fn(&T) -> std::sync::Arc<str> + Send + 'env>;

pub(super) fn from_iter<'env, I>(items: I) -> Open<'env, I::Item>
where
    I: IntoIterator + Send + 'env,
    I::IntoIter: 'env,
{
    Box::new(move |_| {
        let mut items = items.into_iter();
        Box::new(move || items.next())
    })
}

#[cfg(not(shuttle))]
pub(super) fn from_channel<'env, T: Send + 'env>(channel: ChannelReceiver<T>) -> Open<'env, T> {
    Box::new(move |run| {
        let stop = run.control.source_stop.clone();
        Box::new(move || recv_or_stop(&channel, &stop).ok())
    })
}

/// Admits and sends inputs until there are no more, or the door is shut.
pub(super) fn work<'env, T>(
    run: &Run<'env>,
    open: Open<'env, T>,
    label: &Label<'env, T>,
    outlet: &Outlet<T>,
    meter: &Meter,
) {
    let control = &run.control;
    let clock = control.clock;
    let ended = guard(|| {
        let mut next = open(run);
        let mut now = clock.now();
        meter.begin(now);
        for seq in 0.. {
            let entered = match control.admission.try_enter() {
                Some(true) => true,
                None => false,
                Some(false) => {
                    meter.enter(Activity::Blocked, now);
                    let entered = control.admission.enter();
                    let after = clock.now();
                    meter.enter(Activity::Parked, after);
                    meter.at_door(after.since(now));
                    now = after;
                    entered
                }
            };
            if !entered {
                break;
            }
            meter.step_begins(now);
            let polled = guard(|| next().map(|item| (label(&item), item)));
            let began = std::mem::replace(&mut now, clock.now());
            meter.enter(Activity::Parked, now);
            meter.stepped(now.since(began));
            let (label, item) = match polled {
                Ok(Some(polled)) => polled,
                ended => {
                    control.admission.give_back();
                    *lock(&control.source_panic) = ended.err();
                    break;
                }
            };
            control.accounts.admitted.fetch_add(1, Relaxed);
            meter.emitted(1, 0);
            let claim = Claim { ticket: Ticket::new(seq, label, now, run.trailed), path: Default::default() };
            now = outlet.send(&clock, meter, Message { claim, sent: now, body: Body::Item(item) });
            meter.tick(now);
        }
    });
    if let Err(panic) = ended {
        lock(&control.source_panic).get_or_insert(panic);
    }
    control.end_source();
    let now = clock.now();
    meter.enter(Activity::Parked, now);
    meter.read_cpu(now);
}
