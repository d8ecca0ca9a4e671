//! Owns what must be true of what another process answers, which may be in the power of a picture.

use pipeline_images::stages::remote::{Answer, Believed, Request, Server, Settings, Wanted};
use pipeline_images::stages::{DecodeMode, EncodeOptions, Format, Limits};

const MOST: u64 = 1 << 20;

fn settings() -> Settings {
    let limits = Limits { max_metadata_bytes: 1 << 16, max_file_bytes: MOST, ..Limits::default() };
    Settings { limits, lenient: false }
}

/// Honest answers to honest requests, and the requests.
pub(super) fn answers() -> Vec<Vec<u8>> {
    let mut server = Server::new(settings());
    let mut all = Vec::new();
    let wanted = [
        Wanted::Header,
        Wanted::Picture(DecodeMode::Full),
        Wanted::GrayJpeg(EncodeOptions::new(Format::Jpeg)),
    ];
    for file in super::texts::small_pictures() {
        for wanted in &wanted {
            let request = Request { wanted: wanted.clone(), file: &file };
            let (mut asked, mut answered) = (Vec::new(), Vec::new());
            if request.write(&mut asked).is_ok() && server.answer(&request).write(&mut answered).is_ok() {
                all.extend([asked, answered]);
            }
        }
    }
    all
}

/// Whatever comes, no more is believed than was allowed.
pub(super) fn receive(input: &[u8]) -> bool {
    let settings = settings();
    let believed = Believed { settings: &settings, file_bytes: 14, most_bytes: MOST };
    let answer = Answer::read(&mut &input[..], &believed);
    match &answer {
        Ok(Answer::Picture(decoded)) => {
            assert!(decoded.image.byte_len() as u64 <= MOST);
            assert!((1..=8).contains(&decoded.image.metadata.orientation));
        }
        Ok(Answer::GrayJpeg(encoded)) => assert!(encoded.bytes.len() as u64 <= MOST),
        Ok(Answer::Header(header)) => {
            assert!(settings.limits.check_size(header.width, header.height).is_ok());
            assert!(header.width > 0 && header.height > 0);
        }
        _ => {}
    }
    let mut file = Vec::new();
    let request = Request::read(&mut &input[..], &settings, &mut file);
    let _ = Settings::read(&mut &input[..]);
    answer.is_ok() || request.is_ok_and(|request| request.is_some())
}
