//! Owns what the live page may ask of a run: other worker counts, pause, resume, drain. Does not own: whether who asks may.

use super::http::{Answer, JSON, Request};
use crate::engine::Controller;
use serde_json::{Value, json};

/// Does what the request's body says, and answers whether it was done.
pub(super) fn obey(request: &Request, controller: &Controller) -> Answer {
    // A form of another site cannot have this type without asking us first, which is refused.
    if request.header("content-type") != Some(JSON) {
        return Answer::plain("415 Unsupported Media Type", "say it in JSON");
    }
    match serde_json::from_slice::<Value>(&request.body)
        .map_err(|error| error.to_string())
        .and_then(|wish| fulfil(&wish, controller))
    {
        Ok(()) => Answer::new("200 OK", JSON, json!({ "done": true }).to_string()),
        Err(why) => Answer::new("400 Bad Request", JSON, json!({ "done": false, "why": why }).to_string()),
    }
}

fn fulfil(wish: &Value, controller: &Controller) -> Result<(), String> {
    match wish["action"].as_str().unwrap_or_default() {
        "workers" => {
            let stage = wish["stage"].as_str().ok_or("`stage` is missing")?;
            let workers = wish["workers"].as_u64().and_then(|n| usize::try_from(n).ok());
            let workers = workers.ok_or("`workers` is no number of workers")?;
            controller.set_workers(stage, workers).map_err(|error| error.to_string())
        }
        "pause" => {
            controller.pause();
            Ok(())
        }
        "resume" => {
            controller.resume();
            Ok(())
        }
        "drain" => {
            controller.drain();
            Ok(())
        }
        _ => Err("`action` is none of workers, pause, resume, drain".to_owned()),
    }
}
