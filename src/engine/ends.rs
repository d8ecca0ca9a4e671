//! Owns the other ways to end a pipeline: as an iterator, and in a channel whose other end may be async.

use super::error::{BuildError, RunError, StepError};
use super::handle::{Controller, Handle};
use super::item::Done;
use super::pipeline::Pipeline;
#[cfg(not(shuttle))]
use super::queue::{ChannelSender, send_or_stop};
use super::queue::{Receiver, bounded};
use super::report::Report;
use super::sink::ConsumerGone;
use super::sync::Arc;

/// The items of a pipeline that runs in threads of its own; see [`Pipeline::spawn_iter`].
///
/// Dropping it aborts the run and waits for its running steps.
pub struct Items<T> {
    /// Goes first, so that the sink does not wait for room while the handle waits for the sink.
    items: Option<Receiver<Done<T>>>,
    handle: Option<Handle>,
}

impl<T: Send + 'static> Pipeline<'static, T> {
    /// Ends the pipeline as an iterator and starts it. Items come in the [order](Pipeline::order) asked for; failures go to
    /// [`on_failed`](Pipeline::on_failed). While nothing is taken out, no more than the window is admitted.
    ///
    /// # Errors
    /// If it cannot be run as described.
    ///
    /// ```
    /// use pipeline_images::engine::{Order, Pipeline, Stage};
    /// use std::convert::Infallible;
    ///
    /// let squares = Pipeline::source("numbers", 1..=4u32, |n| n.to_string())
    ///     .stage(Stage::map("square", |n| Ok::<_, Infallible>(n * n)).workers(3))
    ///     .order(Order::Input)
    ///     .spawn_iter("squares")?;
    /// assert_eq!(squares.map(|done| done.value).collect::<Vec<_>>(), [1, 4, 9, 16]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spawn_iter(self, name: impl Into<String>) -> Result<Items<T>, BuildError> {
        let (tx, rx) = bounded(0);
        let runnable = self.end(name.into(), move |control| {
            let control = Arc::clone(control);
            Box::new(move |done| {
                tx.send(done).map_err(|_| {
                    control.abort(super::Ended::Aborted);
                    StepError::from(ConsumerGone)
                })
            })
        });
        Ok(Items { items: Some(rx), handle: Some(runnable.spawn()?) })
    }

    /// Ends the pipeline in a `flume` channel and starts it; the receiving end may be async. The channel is closed when
    /// the last item was sent. When all receivers are gone the run is aborted.
    ///
    /// # Errors
    /// If it cannot be run as described.
    #[cfg(not(shuttle))]
    pub fn spawn_channel(
        self,
        name: impl Into<String>,
        items: ChannelSender<Done<T>>,
    ) -> Result<Handle, BuildError> {
        let runnable = self.end(name.into(), move |control| {
            let control = Arc::clone(control);
            Box::new(move |done| {
                send_or_stop(&items, done, &control.sink_stop).map_err(|_| {
                    control.abort(super::Ended::Aborted);
                    StepError::from(ConsumerGone)
                })
            })
        });
        runnable.spawn()
    }
}

impl<T> Items<T> {
    /// Steers the run.
    pub fn controller(&self) -> Option<Controller> {
        self.handle.as_ref().map(Handle::controller)
    }

    /// Gives up the items not yet taken, and waits for the end of the run; after the last item, that is its normal end.
    ///
    /// # Errors
    /// As [`Runnable::run`](super::Runnable::run).
    pub fn finish(mut self) -> Result<Report, RunError> {
        drop(self.items.take());
        match self.handle.take() {
            Some(handle) => handle.wait(),
            None => Ok(Report::default()),
        }
    }
}

impl<T> Iterator for Items<T> {
    type Item = Done<T>;

    fn next(&mut self) -> Option<Done<T>> {
        self.items.as_ref()?.recv().ok()
    }
}

impl<T> std::fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl<T> Drop for Items<T> {
    fn drop(&mut self) {
        drop(self.items.take());
    }
}
