//! A stage of your own between two others, some of whose items fail.
//!
//! It halves small gray pictures, which are made on the spot. Those with an odd side cannot be halved: each is one failed
//! item, named, and the run goes on.
//!
//! ```text
//! cargo run --example custom_stage --no-default-features
//! ```

use pipeline_images::engine::{Pipeline, RunError, Stage};
use std::convert::Infallible;

/// A square gray picture.
struct Picture {
    side: usize,
    pixels: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
#[error("a side of {0} pixels cannot be halved")]
struct OddSide(usize);

fn paint(side: usize) -> Result<Picture, Infallible> {
    let pixels = (0..side * side).map(|i| ((i % side + i / side) % 256) as u8).collect();
    Ok(Picture { side, pixels })
}

/// Your own step: an item in, an item or an error out. It knows nothing of threads.
fn halve(picture: Picture) -> Result<Picture, OddSide> {
    let Picture { side, pixels } = picture;
    if side % 2 == 1 {
        return Err(OddSide(side));
    }
    let mean = |x: usize, y: usize| {
        let corner = 2 * (y * side + x);
        let four = [corner, corner + 1, corner + side, corner + side + 1].map(|i| u16::from(pixels[i]));
        ((four.iter().sum::<u16>() + 2) / 4) as u8
    };
    let half = side / 2;
    let pixels = (0..half * half).map(|i| mean(i % half, i / half)).collect();
    Ok(Picture { side: half, pixels })
}

fn main() -> Result<(), RunError> {
    let mut bytes = 0;
    let report = Pipeline::source("sides", 200..=210, |side| format!("picture of {side}"))
        .stage(Stage::map("paint", paint).workers(2))
        .stage(Stage::map("halve", halve).workers(2).queue(4))
        .on_failed(|failure| eprintln!("{failure}"))
        .sink("count", |half: Picture| bytes += half.pixels.len())
        .run()?;
    println!("{} halved to {bytes} bytes, {} failed", report.done, report.failed);
    Ok(())
}
