//! The `pipeline` command. Owns: nothing but the way in; everything is `pipeline_images::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pipeline_images::cli::main()
}
