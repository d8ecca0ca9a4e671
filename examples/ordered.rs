//! The order in which the sink sees items: by completion, or by input however long each takes.
//!
//! Four workers take between 1 and 20 ms for an item. By completion the quick ones overtake; by input they wait at the sink
//! for their turn, and the window bounds how many can be waiting.
//!
//! ```text
//! cargo run --example ordered --no-default-features
//! ```

use pipeline_images::engine::{Order, Pipeline, RunError, Stage};
use std::convert::Infallible;
use std::thread::sleep;
use std::time::Duration;

fn work(n: u64) -> Result<u64, Infallible> {
    sleep(Duration::from_millis(1 + n * 7 % 20));
    Ok(n)
}

fn arrivals(order: Order) -> Result<Vec<u64>, RunError> {
    let mut seen = Vec::new();
    let report = Pipeline::source("numbers", 0..20, |n| n.to_string())
        .stage(Stage::map("work", work).workers(4).queue(4))
        .order(order)
        .window(8)
        .sink("seen", |n| seen.push(n))
        .run()?;
    println!("{order:?}: half of all items reached the sink within {:.1?} of admission", report.latency.p50);
    Ok(seen)
}

fn main() -> Result<(), RunError> {
    let by_completion = arrivals(Order::Completion)?;
    println!("  {by_completion:?}");
    let by_input = arrivals(Order::Input)?;
    println!("  {by_input:?}");
    assert!(by_input.is_sorted());
    Ok(())
}
