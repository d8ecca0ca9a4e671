//! Async code at both ends: tokio tasks feed a pipeline and take its results, while its steps run in threads of their own,
//! where they may compute for as long as they like.
//!
//! Back-pressure crosses the ends: when the taker is slow the pipeline fills up, and `send_async` waits.
//!
//! ```text
//! cargo run --example async_ends --no-default-features
//! ```

use pipeline_images::engine::{Order, Pipeline, Stage};
use std::convert::Infallible;

/// Work that would hold up every other task of an async thread.
fn collatz_steps(start: u64) -> Result<(u64, u32), Infallible> {
    let (mut n, mut steps) = (start, 0);
    while n > 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    Ok((start, steps))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (numbers, inputs) = flume::bounded(16);
    let (outputs, results) = flume::bounded(16);
    let handle = Pipeline::source_channel("numbers", inputs, |n: &u64| n.to_string())
        .stage(Stage::map("collatz", collatz_steps).workers(2))
        .order(Order::Input)
        .spawn_channel("results", outputs)?;

    // When this task ends its sender is dropped, and with the last sender the pipeline has had its last input.
    let feeder = tokio::spawn(async move {
        for n in 1..=10_000 {
            numbers.send_async(n).await?;
        }
        Ok::<(), flume::SendError<u64>>(())
    });

    let mut longest = (0, 0);
    while let Ok(done) = results.recv_async().await {
        let (start, steps) = done.value;
        if steps > longest.1 {
            longest = (start, steps);
        }
    }
    feeder.await??;
    let report = handle.wait()?;
    println!("{} numbers; {} takes the most steps, {}", report.done, longest.0, longest.1);
    Ok(())
}
