//! What travels arrives as it was sent, and nothing else is believed.

use super::*;
use crate::{
    Color, DecodeMode, EncodeOptions, Encoder, Error, Format, Formats, Image, Limits, Metadata, Samples,
};
use crate::{JpegTables, KeepMetadata, Quality, probe};
use proptest::prelude::*;

fn settings() -> Settings {
    Settings { limits: Limits { max_pixels: 1 << 20, ..Limits::default() }, lenient: false }
}

fn believed<'s>(settings: &'s Settings, file: &[u8]) -> Believed<'s> {
    Believed { settings, file_bytes: file.len(), most_bytes: 1 << 20 }
}

/// A round trip through both sides.
fn asked(wanted: Wanted, file: &[u8]) -> Answer {
    let settings = settings();
    let (mut there, mut back, mut buffer) = (Vec::new(), Vec::new(), vec![7; 9]);
    Request { wanted: wanted.clone(), file }.write(&mut there).unwrap();
    let read = Request::read(&mut there.as_slice(), &settings, &mut buffer).unwrap();
    assert_eq!((read, buffer.as_slice()), (Some(wanted.clone()), file));
    Server::new(settings.clone()).answer(&Request { wanted, file }).write(&mut back).unwrap();
    let mut rest = back.as_slice();
    let answer = Answer::read(&mut rest, &believed(&settings, file)).unwrap();
    assert!(rest.is_empty());
    answer
}

fn picture(format: Format, bits: u8) -> Vec<u8> {
    let samples = match bits {
        8 => Samples::U8((0..60).collect()),
        _ => Samples::U16((0..60).map(|n| n * 999).collect()),
    };
    let metadata = Metadata {
        orientation: 3,
        xmp: Some(b"<x:xmpmeta/>".to_vec()),
        jpeg: Some(JpegTables { luma: [3; 64], chroma: Some([5; 64]), sampling: (2, 1) }),
        ..Metadata::default()
    };
    let image = Image::new(5, 4, Color::Rgb, samples).unwrap().with_metadata(metadata);
    let mut options = EncodeOptions::new(format);
    options.quality = Quality::Keep;
    Encoder::new().encode(&image, &options).unwrap().bytes
}

#[test]
fn headers_and_pictures_arrive_as_they_were() {
    for (format, bits) in [(Format::Jpeg, 8), (Format::Png, 8), (Format::Png, 16), (Format::Tiff, 16)] {
        let file = picture(format, bits);
        let header = probe(&file, &settings().limits).unwrap();
        let Answer::Header(there) = asked(Wanted::Header, &file) else { panic!("a header") };
        assert_eq!(*there, header);
        for mode in [DecodeMode::Full, DecodeMode::Luma] {
            let here = crate::Decoder::new(settings().limits).decode(&file, &header, mode).unwrap();
            let Answer::Picture(there) = asked(Wanted::Picture(mode), &file) else { panic!("a picture") };
            assert_eq!(*there, here);
        }
    }
}

#[test]
fn gray_jpegs_arrive_as_they_were_with_the_options_they_were_asked_with() {
    let file = picture(Format::Jpeg, 8);
    let mut options = EncodeOptions::new(Format::Jpeg);
    (options.metadata, options.effort) = (KeepMetadata::ICC, crate::Effort::Best);
    let header = probe(&file, &settings().limits).unwrap();
    let here = crate::Decoder::new(settings().limits).gray_jpeg(&file, &header, &options).unwrap();
    let Answer::GrayJpeg(there) = asked(Wanted::GrayJpeg(options), &file) else { panic!("a file") };
    assert_eq!((there.bytes, there.warnings), (here.bytes, here.warnings));
}

#[test]
fn errors_arrive_as_they_were() {
    let limits = settings().limits;
    let big = b"P5 9999 9999 255 ".as_slice();
    for file in [b"".as_slice(), b"no picture", &picture(Format::Png, 8)[..60], big, b"\xff\xd8\xff\xd9"] {
        let here = probe(file, &limits)
            .and_then(|header| crate::Decoder::new(limits.clone()).decode(file, &header, DecodeMode::Full))
            .unwrap_err();
        let Answer::Failed(there) = asked(Wanted::Picture(DecodeMode::Full), file) else {
            panic!("an error")
        };
        assert_eq!(format!("{there:?}"), format!("{here:?}"));
    }
}

#[test]
fn an_error_of_another_kind_keeps_its_message() {
    let settings = settings();
    let mut sent = Vec::new();
    Answer::Failed(Error::Rewritten).write(&mut sent).unwrap();
    let Answer::Failed(error) = Answer::read(&mut sent.as_slice(), &believed(&settings, b"")).unwrap() else {
        panic!("an error")
    };
    assert!(error.to_string().ends_with(&Error::Rewritten.to_string()), "{error}");
}

#[test]
fn a_format_that_is_not_allowed_is_told_with_those_that_are() {
    let allowed = Formats::NONE.with(Format::Jpeg).with(Format::Avif);
    let mut sent = Vec::new();
    Answer::Failed(Error::NotAllowed { format: "PNG", allowed }).write(&mut sent).unwrap();
    let settings = settings();
    let Answer::Failed(error) = Answer::read(&mut sent.as_slice(), &believed(&settings, b"")).unwrap() else {
        panic!("an error")
    };
    assert_eq!(error.to_string(), Error::NotAllowed { format: "PNG", allowed }.to_string());
}

#[test]
fn settings_arrive_as_they_were() {
    let settings = Settings { lenient: true, ..settings() };
    let mut sent = Vec::new();
    settings.write(&mut sent).unwrap();
    assert_eq!(Settings::read(&mut sent.as_slice()).unwrap(), settings);
}

/// The answer for a small file, of which a header of it is changed before it is sent.
fn header_changed(change: impl FnOnce(&mut crate::Header)) -> bool {
    let (settings, file) = (settings(), picture(Format::Jpeg, 8));
    let mut header = probe(&file, &settings.limits).unwrap();
    change(&mut header);
    let mut sent = Vec::new();
    Answer::Header(Box::new(header)).write(&mut sent).unwrap();
    Answer::read(&mut sent.as_slice(), &believed(&settings, &file)).is_ok()
}

#[test]
fn what_no_file_can_say_is_not_believed() {
    assert!(header_changed(|_| {}));
    assert!(!header_changed(|header| header.width = 0));
    assert!(!header_changed(|header| header.height = 1 << 30));
    assert!(!header_changed(|header| header.bit_depth = 4));
    assert!(!header_changed(|header| header.orientation = 9));
    assert!(!header_changed(|header| header.file_bytes += 1));
    assert!(!header_changed(|header| header.metadata.orientation = 0));
    assert!(!header_changed(|header| header.jpeg.as_mut().unwrap().sampling[0] = (0, 1)));
    assert!(!header_changed(|header| header.jpeg.as_mut().unwrap().components = 9));
}

#[test]
fn nothing_larger_than_was_allowed_is_received() {
    let settings = settings();
    let image = Image::new(100, 10, Color::Gray, Samples::U16(vec![1; 1000])).unwrap();
    let mut sent = Vec::new();
    let decoded = crate::Decoded { image, warnings: Vec::new(), degraded: false };
    Answer::Picture(Box::new(decoded)).write(&mut sent).unwrap();
    let most = |most_bytes| Believed { settings: &settings, file_bytes: 0, most_bytes };
    assert!(Answer::read(&mut sent.as_slice(), &most(2000)).is_ok());
    assert!(Answer::read(&mut sent.as_slice(), &most(1999)).is_err());
    assert!(Answer::read(&mut &sent[..sent.len() - 1], &most(2000)).is_err());
}

proptest! {
    #[test]
    fn anything_at_all_may_be_received(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let settings = settings();
        let framed = [&u32::try_from(bytes.len()).unwrap().to_le_bytes()[..], &bytes].concat();
        for bytes in [&bytes, &framed] {
            let _ = Answer::read(&mut bytes.as_slice(), &believed(&settings, b"abc"));
            let _ = Request::read(&mut bytes.as_slice(), &settings, &mut Vec::new());
            let _ = Settings::read(&mut bytes.as_slice());
        }
    }
}
