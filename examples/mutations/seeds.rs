//! Owns what is damaged: pictures below directories, pictures of every format that are written here, and texts.
//! Does not own: damaging it.

use crate::mutate;
use crate::options::Options;
use crate::random::Random;
use crate::targets::{Feed, Target, texts};
use pipeline_images::stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};
use std::fs;
use std::path::Path;

/// Inputs to damage, by whether they are accepted as they are: damage to the others seldom gets further than to what is wrong
/// already.
pub(crate) struct Seeds {
    whole: Vec<Vec<u8>>,
    broken: Vec<Vec<u8>>,
}

impl Seeds {
    pub(crate) fn damaged(&self, random: &mut Random) -> Vec<u8> {
        let mut input = self.pick(random).to_vec();
        let other = self.pick(random);
        // Some go through as they are: they reach what lies behind all checks.
        if random.below(20) > 0 {
            mutate::several(&mut input, other, random);
        }
        input
    }

    /// Writes each as a file of its own.
    pub(crate) fn write(&self, into: &Path) -> std::io::Result<()> {
        fs::create_dir_all(into)?;
        let all = self.whole.iter().chain(&self.broken).enumerate();
        all.into_iter().try_for_each(|(number, seed)| fs::write(into.join(number.to_string()), seed))
    }

    /// Any of them, most often a whole one.
    fn pick(&self, random: &mut Random) -> &[u8] {
        let broken = self.whole.is_empty() || random.below(5) == 0;
        let (first, second) = if broken { (&self.broken, &self.whole) } else { (&self.whole, &self.broken) };
        random.pick(first).or_else(|| random.pick(second)).map_or(&[], Vec::as_slice)
    }
}

/// What this target is given.
pub(crate) fn of(target: &Target, pictures: &[Vec<u8>]) -> Seeds {
    let seeds: Vec<Vec<u8>> = match target.feed {
        Feed::Pictures(format) => {
            let fits = |file: &&Vec<u8>| Format::sniff(file).is_ok_and(|found| found == format);
            pictures.iter().filter(fits).cloned().collect()
        }
        // Two bytes in front choose what is done to it.
        Feed::Whole => {
            let mut random = Random::new(7);
            let mut with_choice = |file: &Vec<u8>| {
                let choice = random.next().to_le_bytes();
                [&choice[..2], file].concat()
            };
            pictures.iter().map(&mut with_choice).collect()
        }
        Feed::Texts(texts) => texts(),
    };
    // One on which it panics is a finding once it is damaged.
    let accepted = |seed: &Vec<u8>| std::panic::catch_unwind(|| (target.run)(seed)).unwrap_or(false);
    let (whole, broken) = seeds.into_iter().partition(accepted);
    Seeds { whole, broken }
}

/// All pictures that there are.
pub(crate) fn pictures(options: &Options) -> Result<Vec<Vec<u8>>, String> {
    let mut found = written()?;
    for directory in &options.directories {
        let before = found.len();
        below(directory, options.largest, &mut found)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
        if found.len() == before {
            return Err(format!("{}: no file of at most {} bytes", directory.display(), options.largest));
        }
    }
    println!("{} pictures to damage", found.len());
    Ok(found)
}

/// A few of each format that can be written, so that there are seeds without any directory.
fn written() -> Result<Vec<Vec<u8>>, String> {
    let mut files: Vec<Vec<u8>> = texts::small_pictures();
    let mut encoder = Encoder::new();
    for color in [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba] {
        let count = 24 * 17 * color.channels();
        let eight = Samples::U8((0..count).map(|n| (n * n / 7) as u8).collect());
        let sixteen = Samples::U16((0..count).map(|n| (n * n * 3) as u16).collect());
        for samples in [eight, sixteen] {
            let image = Image::new(24, 17, color, samples).map_err(|error| error.to_string())?;
            for format in Format::ALL.into_iter().filter(|format| format.output_for() == *format) {
                // AVIF only in builds with that feature.
                files.extend(encoder.encode(&image, &EncodeOptions::new(format)).ok().map(|done| done.bytes));
            }
        }
    }
    Ok(files)
}

/// In the order of their names, so that rounds can be repeated.
fn below(path: &Path, largest: u64, into: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        let mut paths =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| below(path, largest, into));
    }
    if metadata.is_file() && (1..=largest).contains(&metadata.len()) {
        into.push(fs::read(path)?);
    }
    Ok(())
}
