//! Owns giving answers. Does not own: where requests come from.

use super::{Answer, Request, Settings, Wanted};
use crate::{Decoder, Result, probe};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Decodes what is asked, one request after another.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    decoder: Decoder,
}

impl Server {
    /// With these settings for all requests.
    pub fn new(settings: Settings) -> Server {
        let decoder = decoder(&settings);
        Server { settings, decoder }
    }

    /// Answers one request. A panic of a decoder is an answer too; a new decoder takes its place.
    pub fn answer(&mut self, request: &Request<'_>) -> Answer {
        self.answer_after(request, || ())
    }

    /// As [`Server::answer`]; `first` is run where the decoder is, so that a test's panic there is taken for the decoder's.
    #[doc(hidden)]
    pub fn answer_after(&mut self, request: &Request<'_>, first: impl FnOnce()) -> Answer {
        self.guard(|server| {
            first();
            server.attempt(request)
        })
    }

    fn guard(&mut self, attempt: impl FnOnce(&mut Server) -> Result<Answer>) -> Answer {
        match catch_unwind(AssertUnwindSafe(|| attempt(self))) {
            Ok(answer) => answer.unwrap_or_else(Answer::Failed),
            Err(panic) => {
                self.decoder = decoder(&self.settings);
                Answer::Panicked(message(panic))
            }
        }
    }

    fn attempt(&mut self, request: &Request<'_>) -> Result<Answer> {
        let header = probe(request.file, &self.settings.limits)?;
        Ok(match &request.wanted {
            Wanted::Header => Answer::Header(Box::new(header)),
            Wanted::Picture(mode) => {
                Answer::Picture(Box::new(self.decoder.decode(request.file, &header, *mode)?))
            }
            Wanted::GrayJpeg(options) => {
                Answer::GrayJpeg(self.decoder.gray_jpeg(request.file, &header, options)?)
            }
        })
    }
}

fn decoder(settings: &Settings) -> Decoder {
    Decoder::new(settings.limits.clone()).lenient(settings.lenient)
}

fn message(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&'static str>().map_or("of unknown kind", |text| *text).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn a_panic_is_an_answer_and_the_next_request_is_answered() {
        let mut server = Server::new(Settings { limits: Limits::default(), lenient: false });
        let said = |answer| match answer {
            Answer::Panicked(message) => message,
            other => panic!("{other:?}"),
        };
        assert_eq!(said(server.guard(|_| panic!("plain"))), "plain");
        assert_eq!(said(server.guard(|_| panic!("number {}", 7))), "number 7");
        let request = Request { wanted: Wanted::Header, file: b"P5 2 1 255 ab" };
        assert!(matches!(server.answer(&request), Answer::Header(_)));
    }
}
