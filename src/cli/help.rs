//! The texts below the options of `--help`. Owns: examples, exit codes, what is said of files and variables.

use clap::builder::StyledStr;

pub(super) const ABOUT: &str = "Converts pictures in bulk: read, decode, convert, encode and write run side by side, each with its own workers";

pub(super) const MORE: &str =
    "See --help for examples, exit codes and the names of variables and config keys.";

const SECTIONS: &[(&str, &str)] = &[
    (
        "Examples",
        "  pipeline photos/ -o gray/
      Convert a directory to gray; results land in gray/ as they lie in photos/.
  pipeline --readers 2 --converters 8 --writers 2 photos/ -o gray/
      The same with workers chosen by hand; every stage not named stays auto.
  pipeline --op none --format png --memory 512MiB 'scans/*.jpg' -o png/
      Recode to PNG without converting, with at most 512 MiB of pictures in flight.
  pipeline --op 'resize 256x256 fit=inside' --op gray photos/ -o small/
      Run several ops, in this order; `pipeline ops` tells what there is.
  find photos -name '*.jpg' -mmin -60 -print0 | pipeline -0 - -o gray/
      Convert the pictures that another command names.
  pipeline photos/ -o gray/ --resume
      Go on with a run that was interrupted: only what is missing or has changed is done.
  pipeline predict run.json --cores 16 --set read=32
      Say what a run recorded with --report run.json would do on 16 cores with 32 readers.
  pipeline tune photos/ -o pipeline.toml
      Find good numbers of workers by measuring for half a minute, and write them down.
  pipeline config init pipeline.toml
      Start a config file; once `input` is set there, `pipeline` alone does the job.",
    ),
    (
        "Inputs",
        "  With neither INPUT nor a config file, a built-in sample set is made and converted.
  A command such as config comes first; ./config or -- config names a file called config.",
    ),
    (
        "Exit codes",
        "  0        all done
  1        some pictures failed: named on stderr and in the report
  2        wrong usage or settings: nothing was written
  3        the environment failed: disk full, output not writable; --resume goes on once that is mended
  130/143  interrupted by Ctrl-C or SIGTERM: pictures in flight were finished; --resume goes on",
    ),
    (
        "Settings and environment",
        "  Defaults, then ./pipeline.toml (or -c FILE), then the environment, then the flags: the last wins.
  `pipeline config show` prints each value with where it came from.
  Every setting has a variable, named with it above; an empty one is as good as none.
  PIPELINE_OP separates ops by `;`, PIPELINE_INPUT separates paths as PATH does.
  NO_COLOR turns colours off.",
    ),
];

/// The sections below the options.
pub(super) fn after() -> StyledStr {
    let style = clap::builder::Styles::styled();
    let head = style.get_header();
    let section = |(title, text): &(&str, &str)| format!("{head}{title}:{head:#}\n{text}");
    SECTIONS.iter().map(section).collect::<Vec<_>>().join("\n\n").into()
}
