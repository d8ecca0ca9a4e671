//! Tests of resampling, through the op. Owns: rules that hold for every filter. Does not own: comparison with other programs.

use crate::convert::op::testing::{pictures, run};
use crate::{Color, Image, Metadata, Samples};
use proptest::prelude::*;

const FILTERS: [&str; 5] = ["nearest", "box", "bilinear", "catmull", "lanczos3"];
const LIGHTS: [&str; 2] = ["encoded", "linear"];

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILTERS.iter().flat_map(|filter| LIGHTS.iter().map(move |light| (*filter, *light)))
}

fn gray(width: u32, samples: &[u8]) -> Image {
    Image::new(width, samples.len() as u32 / width, Color::Gray, Samples::U8(samples.to_vec())).unwrap()
}

fn wide(image: &Image) -> Vec<u16> {
    match image.samples() {
        Samples::U8(samples) => samples.iter().map(|&sample| sample.into()).collect(),
        Samples::U16(samples) => samples.clone(),
    }
}

#[test]
fn nearest_takes_the_pixel_in_which_the_center_lies() {
    let row = gray(5, &[10, 20, 30, 40, 50]);
    let made = |op: &str| wide(&run(&row, op).unwrap());
    assert_eq!(made("resize 3x1 filter=nearest"), [10, 30, 50]);
    assert_eq!(made("resize 2x1 filter=nearest"), [20, 40]);
    assert_eq!(made("resize 10x1 filter=nearest"), [10, 10, 20, 20, 30, 30, 40, 40, 50, 50]);
    assert_eq!(made("resize 1x1 filter=nearest fit=cover gravity=east"), [50]);
}

#[test]
fn box_is_the_mean_of_what_is_covered() {
    let made = run(&gray(4, &[0, 100, 10, 31, 50, 50, 10, 31]), "resize 2x1 filter=box").unwrap();
    assert_eq!(wide(&made), [50, 21]);
    let made = run(&gray(5, &[0, 100, 10, 0, 100]), "resize 2x1 filter=box").unwrap();
    // 2.5 pixels each; the one in the middle counts for the side on which more than half of it lies, or for the left one.
    assert_eq!(wide(&made), [37, 50]);
}

#[test]
fn linear_light_keeps_the_light_of_a_checkerboard() {
    // Half the light of white is 187.5 (sRGB of 0.5 is 0.7354); the mean of the encoded samples is 127.5.
    let board = gray(2, &[0, 255, 255, 0]);
    let of = |light: &str| wide(&run(&board, &format!("resize 1x1 filter=box light={light}")).unwrap());
    assert_eq!((of("linear"), of("encoded")), (vec![188], vec![128]));
}

#[test]
fn what_cannot_be_seen_does_not_bleed() {
    let row = |samples: &[u8]| Image::new(2, 1, Color::Rgba, Samples::U8(samples.to_vec())).unwrap();
    let half = row(&[200, 100, 0, 255, 0, 0, 255, 0]);
    for light in LIGHTS {
        let made = run(&half, &format!("resize 1x1 filter=box light={light}")).unwrap();
        assert_eq!(wide(&made), [200, 100, 0, 128], "{light}");
        let gone = run(&row(&[9, 9, 9, 0, 8, 8, 8, 0]), &format!("resize 1x1 light={light}")).unwrap();
        assert_eq!(wide(&gone), [0; 4]);
    }
    // Where alpha is next to nothing, color is still exact.
    let faint = row(&[200, 100, 50, 1, 200, 100, 50, 1]);
    assert_eq!(wide(&run(&faint, "resize 5x1").unwrap()), [200, 100, 50, 1].repeat(5));
}

#[test]
fn metadata_stays() {
    let tables = crate::JpegTables { luma: [3; 64], chroma: None, sampling: (1, 1) };
    let metadata =
        Metadata { jpeg: Some(tables), icc: Some(vec![1]), exif: Some(vec![2]), ..Metadata::default() };
    let image = gray(2, &[1, 2]).with_metadata(metadata.clone());
    for op in ["resize 1x1", "resize 1x1 filter=nearest", "resize 5x7 light=linear", "resize 2x1"] {
        assert_eq!(run(&image, op).unwrap().metadata, metadata, "{op}");
    }
}

/// Regression: weights of 16 bits do not sum up to 1 when thousands of pixels become one.
#[test]
fn a_long_line_of_one_color_stays_that_color() {
    for count in [1000, 1025, 5000, 300_001] {
        for (filter, light) in all() {
            let line = gray(count, &vec![200; count as usize]);
            let made = run(&line, &format!("resize 1x3 filter={filter} light={light}")).unwrap();
            assert_eq!(wide(&made), [200; 3], "{count} {filter} {light}");
            let column = gray(1, &vec![201; count as usize]);
            let made = run(&column, &format!("resize 2x2 filter={filter} light={light}")).unwrap();
            assert_eq!(wide(&made), [201; 4], "{count} {filter} {light}");
        }
    }
}

/// Regression: enlarged threefold from the middle, the first row lies on a row of the source, where catmull has weights of 0
/// at the sides, and the second begins one row above it.
#[test]
fn a_cut_that_begins_on_a_pixel_loses_no_rows() {
    let rows: Vec<u8> = (0..29).flat_map(|row| [row * 8; 6]).collect();
    for filter in ["bilinear", "catmull", "lanczos3"] {
        let made = |op: &str| wide(&run(&gray(6, &rows), &format!("resize {op} filter={filter}")).unwrap());
        let (cover, whole) = (made("18x42 fit=cover"), made("18x87"));
        assert_eq!(cover, whole[22 * 18..(22 + 42) * 18], "{filter}");
    }
}

#[test]
fn a_size_that_no_memory_holds_is_refused() {
    let error = run(&gray(1, &[1]), "resize 4294967295x4294967295").unwrap_err();
    assert!(error.to_string().starts_with("cannot resize: there is no memory"), "{error}");
    let error = run(&gray(1, &[1]), "resize 4294967295x4294967295 filter=nearest").unwrap_err();
    assert!(error.to_string().starts_with("cannot resize: there is no memory"), "{error}");
}

/// A picture of one pixel's color.
fn plain(image: &Image, width: u32, height: u32) -> Image {
    let channels = image.color().channels();
    let count = width as usize * height as usize;
    let samples = match image.samples() {
        Samples::U8(samples) => Samples::U8(samples[..channels].repeat(count)),
        Samples::U16(samples) => Samples::U16(samples[..channels].repeat(count)),
    };
    Image::new(width, height, image.color(), samples).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_resize_to_its_own_size_changes_nothing(image in pictures()) {
        let (width, height) = (image.width(), image.height());
        for (filter, light) in all() {
            for size in [format!("{width}x{height} fit=cover"), format!("{width}x"), format!("x{height}")] {
                let made = run(&image, &format!("resize {size} filter={filter} light={light}")).unwrap();
                prop_assert_eq!(&made, &image, "{} {} {}", size, filter, light);
            }
        }
    }

    #[test]
    fn a_picture_of_one_color_stays_of_one_color(
        image in pictures(), from in (1u32..70, 1u32..70), to in (1u32..70, 1u32..70),
    ) {
        let image = plain(&image, from.0, from.1);
        let channels = image.color().channels();
        for (filter, light) in all() {
            for fit in ["fill", "cover"] {
                let op = format!("resize {}x{} fit={fit} filter={filter} light={light}", to.0, to.1);
                let made = run(&image, &op).unwrap();
                let mut wanted = wide(&plain(&image, 1, 1));
                if image.color().has_alpha() && wanted[channels - 1] == 0 && from != to && filter != "nearest" {
                    // Unless it was only cut, color without alpha is gone.
                    if wide(&made)[..channels] != wanted { wanted = vec![0; channels]; }
                }
                prop_assert_eq!(&wide(&made), &wanted.repeat((to.0 * to.1) as usize), "{}", op);
            }
        }
    }

    #[test]
    fn filters_without_negative_weights_stay_between_the_extremes(
        image in pictures(), width in 1u32..50, height in 1u32..50,
    ) {
        let channels = image.color().channels();
        let bounds = |image: &Image, channel: usize| {
            let samples = wide(image);
            let mut of = samples.iter().skip(channel).step_by(channels).copied();
            let first = of.next().unwrap();
            of.fold((first, first), |(low, high), sample| (low.min(sample), high.max(sample)))
        };
        for (filter, light) in all().filter(|(filter, _)| !matches!(*filter, "catmull" | "lanczos3")) {
            let made = run(&image, &format!("resize {width}x{height} filter={filter} light={light}")).unwrap();
            for channel in 0..channels {
                let ((low, high), (least, most)) = (bounds(&image, channel), bounds(&made, channel));
                // Color without alpha becomes 0.
                let free = image.color().has_alpha() && channel + 1 < channels;
                prop_assert!((low <= least || free) && most <= high, "{} {}", filter, light);
            }
        }
    }

    #[test]
    fn cover_is_the_middle_of_what_is_resized(image in pictures(), side in 1u32..30) {
        // Where alpha is next to nothing, a last bit decides on color.
        prop_assume!(!image.color().has_alpha());
        let portrait = image.width() < image.height();
        // Not box: a pixel whose center lies on the border of a sum is in or out by the last bit of a float.
        for filter in FILTERS.into_iter().filter(|filter| *filter != "box") {
            let made = run(&image, &format!("resize {side}x{side} fit=cover filter={filter}")).unwrap();
            let whole = if portrait { format!("resize {side}x") } else { format!("resize x{side}") };
            let whole = run(&image, &format!("{whole} filter={filter}")).unwrap();
            let cut = run(&whole, &format!("crop {side}x{side}")).unwrap();
            // Weights of 16 bits are rounded together with others, so a sample between the two directions may differ by 1; the
            // second direction makes up to twice that of it, and rounds.
            let worst = wide(&made).iter().zip(wide(&cut)).map(|(a, b)| a.abs_diff(b)).max();
            let most = if filter == "nearest" { 0 } else { 3 };
            prop_assert!(worst <= Some(most), "{filter}: {worst:?}");
        }
    }

    #[test]
    fn mirrored_pictures_are_resized_to_mirrored_pictures(image in pictures(), width in 1u32..40, height in 1u32..40) {
        // Where alpha is next to nothing, color may be anything.
        prop_assume!(!image.color().has_alpha());
        for filter in ["bilinear", "catmull", "lanczos3"] {
            let op = format!("resize {width}x{height} filter={filter}");
            let first = run(&run(&image, "rotate 180").unwrap(), &op).unwrap();
            let then = run(&run(&image, &op).unwrap(), "rotate 180").unwrap();
            let worst = wide(&first).iter().zip(wide(&then)).map(|(a, b)| a.abs_diff(b)).max();
            // Sums are rounded to the nearest, so what lies on a half may go either way, once for each direction.
            prop_assert!(worst <= Some(2), "{op}: {worst:?}");
        }
    }
}
