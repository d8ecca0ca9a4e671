//! Owns the built-in sample set: a few dozen varied pictures that the program paints itself, so that a newcomer's first
//! command does real work. Does not own: converting them.

use super::sizes::usable_cores;
use super::{JobError, stage};
use crate::engine::{Pipeline, Report, RunError, Stage, StepError};
use pipeline_stages::write::{Destination, Existing, Fate};
use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Quality, Samples};
use std::path::{Path, PathBuf};

/// Where the sample set is written, below the current directory.
pub const SAMPLE_DIRECTORY: &str = "pipeline-sample";

/// What marks an output directory as made by this program.
const MARKER: &str = ".pipeline";

/// How many pictures there are.
const COUNT: u32 = 36;

/// One picture of the set.
struct Sketch {
    number: u32,
    width: u32,
    height: u32,
    format: Format,
    name: PathBuf,
}

impl Sketch {
    fn new(number: u32) -> Self {
        // Most are as large as pictures on the web, every ninth as from a camera.
        let (width, height) = match number % 9 {
            4 => (4000, 3000),
            n if n % 2 == 0 => (640 + 160 * n, 480 + 120 * n),
            n => (360 + 90 * n, 480 + 120 * n),
        };
        let format = if number % 3 == 2 { Format::Png } else { Format::Jpeg };
        let folder =
            if width > 2000 { "large" } else { ["beach", "city", "forest"][number as usize / 3 % 3] };
        let name = format!("{folder}/{number:02}.{}", format.extension());
        Self { number, width, height, format, name: name.into() }
    }

    /// A sky, hills in three depths, a sun, and grain: soft and hard edges, flat and busy parts, every hue.
    fn paint(&self) -> Vec<u8> {
        let (width, height) = (self.width as f32, self.height as f32);
        let mut noise = Noise(self.number.wrapping_mul(0x9e37_79b9) | 1);
        let hue = self.number as f32 * 0.61;
        let color = |shift: f32, light: f32| {
            [0.0, 2.1, 4.2].map(|phase: f32| light * (0.62 + 0.38 * (hue + shift + phase).sin()))
        };
        let hills = [0.0, 1.0, 2.0].map(|depth| color(1.0 + depth, 0.75 - 0.2 * depth));
        let shapes = [(); 3].map(|()| [noise.unit() * 6.0, 2.0 + noise.unit() * 5.0, noise.unit() * 6.0]);
        let ridge = |x: f32, [phase, waves, second]: [f32; 3]| {
            0.62 + 0.12 * (x * waves + phase).sin() + 0.04 * (x * waves * 3.7 + second).sin()
        };
        let ridges: Vec<[f32; 3]> =
            (0..self.width).map(|column| shapes.map(|shape| ridge(column as f32 / width, shape))).collect();
        let sun = [0.2 + 0.6 * noise.unit(), 0.15 + 0.25 * noise.unit(), 0.05 + 0.05 * noise.unit()];
        let mut rgb = Vec::with_capacity(self.width as usize * self.height as usize * 3);
        for row in 0..self.height {
            let y = row as f32 / height;
            let sky = color(0.0, 0.55 + 0.4 * y);
            for (column, ridges) in ridges.iter().enumerate() {
                let from_sun = [(column as f32 / width - sun[0]) * width / height, y - sun[1]];
                let in_sun = from_sun[0] * from_sun[0] + from_sun[1] * from_sun[1] < sun[2] * sun[2];
                let grain = 0.05 * (noise.unit() - 0.5);
                let pixel = match ridges.iter().rposition(|ridge| y > *ridge) {
                    Some(depth) => hills[depth],
                    None if in_sun => [1.0, 0.93, 0.7],
                    None => sky,
                };
                rgb.extend(pixel.map(|value| ((value + grain).clamp(0.0, 1.0) * 255.0) as u8));
            }
        }
        rgb
    }
}

/// A small generator of numbers that look random and are the same on every machine: Marsaglia's xorshift,
/// doi:10.18637/jss.v008.i14.
struct Noise(u32);

impl Noise {
    /// In [0, 1).
    fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

/// What is in the way of a sample set: something that this program did not make.
fn foreign(directory: &Path) -> Option<&'static str> {
    let kind = directory.symlink_metadata().ok()?.file_type();
    if kind.is_symlink() {
        return Some("a symbolic link");
    }
    if !kind.is_dir() {
        return Some("not a directory");
    }
    let ours = directory.join(MARKER).symlink_metadata().is_ok_and(|marker| marker.is_dir());
    let empty = std::fs::read_dir(directory).is_ok_and(|mut names| names.next().is_none());
    (!ours && !empty).then_some("a directory that this program did not make")
}

/// Writes the sample set below `directory`; pictures that are there already stay as they are. A directory with files of
/// somebody else is left alone: nobody asked for pictures there.
///
/// # Errors
/// [`JobError::Sample`] if something else is there; [`JobError::Output`] if nothing can be written there; the inner error
/// if writing a picture failed.
pub fn write_sample(directory: &Path) -> Result<Result<Report, RunError>, JobError> {
    if let Some(found) = foreign(directory) {
        return Err(JobError::Sample { path: directory.to_owned(), found });
    }
    let destination = Destination::prepare(directory, Existing::Skip, false)
        .map_err(|error| JobError::Output { path: directory.to_owned(), error })?;
    let missing = |sketch: &Sketch| {
        let fate = destination.fate(&sketch.name, &sketch.name, sketch.format.extension());
        !matches!(fate, Ok(Fate::Skip))
    };
    let sketches = (0..COUNT).map(Sketch::new).filter(missing);
    let paint = |encoder: &mut Encoder, sketch: Sketch| -> Result<(Sketch, Vec<u8>), StepError> {
        let image = Image::new(sketch.width, sketch.height, Color::Rgb, Samples::U8(sketch.paint()))?;
        let mut options = EncodeOptions::new(sketch.format);
        options.quality = Quality::Percent(88);
        let encoded = encoder.encode(&image, &options)?;
        Ok((sketch, encoded.bytes))
    };
    let report = Pipeline::source(stage::LIST, sketches, |sketch| sketch.name.display().to_string())
        .stage(Stage::with("paint", Encoder::new, paint).workers(usable_cores()).queue(2))
        .stage(Stage::map(stage::WRITE, |(sketch, bytes): (Sketch, Vec<u8>)| {
            destination.write(&sketch.name, sketch.format.extension(), &bytes).map(drop)
        }))
        .on_error(crate::engine::OnError::Stop)
        .sink(stage::DONE, drop)
        .run();
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_set_is_varied_and_no_two_pictures_share_a_name() {
        let set: Vec<Sketch> = (0..COUNT).map(Sketch::new).collect();
        let count = |is: fn(&Sketch) -> bool| set.iter().filter(|sketch| is(sketch)).count();
        assert_eq!(count(|sketch| sketch.format == Format::Png), 12);
        assert_eq!(count(|sketch| sketch.width == 4000), 4);
        assert!(count(|sketch| sketch.width < sketch.height) > 5);
        assert_eq!(set.iter().map(|sketch| &sketch.name).collect::<HashSet<_>>().len(), COUNT as usize);
    }

    #[test]
    fn what_somebody_else_made_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(SAMPLE_DIRECTORY);
        assert_eq!(foreign(&path), None);
        std::fs::write(&path, "").unwrap();
        assert_eq!(foreign(&path), Some("not a directory"));
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(dir.path(), &path).unwrap();
        assert_eq!(foreign(&path), Some("a symbolic link"));
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(foreign(&path), None);
        std::fs::write(path.join("mine.jpg"), "").unwrap();
        assert_eq!(foreign(&path), Some("a directory that this program did not make"));
        std::fs::create_dir(path.join(MARKER)).unwrap();
        assert_eq!(foreign(&path), None);
    }

    #[test]
    fn a_painting_is_the_same_every_time_and_colored() {
        let sketch = Sketch { width: 64, height: 48, ..Sketch::new(3) };
        let rgb = sketch.paint();
        assert_eq!(rgb, sketch.paint());
        assert_eq!(rgb.len(), 64 * 48 * 3);
        assert!(rgb.chunks(3).filter(|pixel| pixel[0].abs_diff(pixel[2]) > 20).count() > 500);
    }
}
