//! Every row of the table of faults (`docs/scenarios.md`) that no other test provokes: each through the whole command, with the
//! real fault, and the disk looked at afterwards.
//!
//! | file | one theme |
//! |---|---|
//! | `support` | what every failed picture is promised, and the means |
//! | `png`, `jpeg` | files that no encoder writes |
//! | `damaged` | broken and lying files |
//! | `odd` | odd files that are pictures all the same |
//! | `limits` | every limit, and that it costs nothing to exceed it |
//! | `names` | names and kinds of directory entries |
//! | `machine` | disks, descriptors, memory and threads that run out |
//! | `order` | which system calls are made when, under `strace` |
//! | `many` | a directory with very many files |
//! | `table` | that the table and the tests agree |
//!
//! `PIPELINE_TEST_MILLION=1` makes a million files; what cannot be provoked here is named on stderr as SKIPPED.
#![cfg(all(target_os = "linux", feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "../common/command.rs"]
mod command;
mod damaged;
mod jpeg;
mod limits;
mod machine;
mod many;
mod names;
mod odd;
mod order;
mod png;
mod support;
mod table;
