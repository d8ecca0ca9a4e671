//! The kill loop: runs are killed with SIGKILL at seeded moments and resumed, until they end; then the tree must be that of a
//! run that nothing interrupted, byte for byte, with nothing left over. So are runs that have nothing left to do, and runs in
//! place, where each file must be what it was or whole and new.
//!
//! `PIPELINE_TEST_KILLS` says how many kills (default 20), `PIPELINE_TEST_SEED` where the random numbers begin.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;
#[path = "common/random.rs"]
mod random;

use command::{Scratch, decoded};
use random::{Random, number};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

type Tree = BTreeMap<String, Vec<u8>>;

/// Ways to run that keep their results apart in different ways.
const WAYS: [&[&str]; 6] = [
    &[],
    #[cfg(target_os = "linux")]
    &["--isolate", "--decoders", "2"],
    #[cfg(not(target_os = "linux"))]
    &["--decoders", "2"],
    &["--durable", "--writers", "4"],
    &["--existing", "fail", "--readers", "1"],
    &["--journal-hash", "--order", "input"],
    &["--memory", "300000", "--encoders", "3"],
];

const PICTURES: u32 = 60;

fn inputs() -> Scratch {
    let scratch = Scratch::new();
    for number in 0..PICTURES {
        let extension = ["png", "jpg", "bmp"][number as usize % 3];
        let folder = ["", "a/", "a/b/"][number as usize / 3 % 3];
        scratch.sized(&format!("in/{folder}{number}.{extension}"), number, 60 + number * 5, 80);
    }
    scratch
}

/// What lies in the output directory beside results: a temporary has no picture's extension.
fn assert_only_results(tree: &Tree, expected: &Tree) {
    for (name, bytes) in tree {
        assert!(expected.get(name) == Some(bytes), "{name} is not what it should be");
    }
}

struct Loop {
    scratch: Scratch,
    random: Random,
    expected: Tree,
    /// What runs in place make of the inputs: after one, after two, and so on until nothing changes any more.
    in_place: Vec<Tree>,
    /// How long a run takes that nothing interrupts.
    whole: Duration,
    kills: u64,
    /// Kills of runs that had nothing left to do, and of runs in place.
    idle: u64,
    placed: u64,
    /// Kills after which something was left to do, with and without something done.
    early: u64,
    late: u64,
}

impl Loop {
    fn new(seed: u64) -> Self {
        let scratch = inputs();
        let began = Instant::now();
        let ran = scratch.run(&["in", "-o", "clean"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let (whole, expected) = (began.elapsed(), scratch.tree("clean"));
        assert_eq!(expected.len(), PICTURES as usize);
        expected.values().for_each(|bytes| assert!(decoded(bytes).0 > 0));
        let random = Random::new(seed);
        let (in_place, [kills, idle, placed, early, late]) = (Vec::new(), [0; 5]);
        let mut all = Self { scratch, random, expected, in_place, whole, kills, idle, placed, early, late };
        all.in_place = all.made_in_place();
        all
    }

    /// What one run in place after the other makes.
    fn made_in_place(&self) -> Vec<Tree> {
        const MOST: usize = 8;
        self.put_in_place();
        let mut made: Vec<Tree> = Vec::new();
        loop {
            let ran = self.scratch.run(&["place", "--in-place", "--quiet"]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let tree = self.scratch.tree("place");
            if made.last() == Some(&tree) {
                return made;
            }
            made.push(tree);
            assert!(made.len() < MOST, "what is done already changes again and again");
        }
    }

    /// The inputs, where they may be replaced.
    fn put_in_place(&self) {
        let _ = fs::remove_dir_all(self.scratch.path().join("place"));
        for (name, bytes) in self.scratch.tree("in") {
            self.scratch.file(&format!("place/{name}"), &bytes);
        }
    }

    /// Runs, and kills it unless it is through within the time, at a moment up to then; whether it was killed.
    fn kill(&mut self, args: &[&str], within: Duration) -> bool {
        let mut child = self.scratch.command(args).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_nanos(
            self.random.below(u64::try_from(within.as_nanos()).unwrap()),
        ));
        // One that is through already has nothing left to kill.
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        if let Some(status) = ended {
            assert_eq!(status.code(), Some(0), "{args:?}");
        }
        self.kills += u64::from(ended.is_none());
        ended.is_none()
    }

    /// Runs in place, killed and begun again.
    fn round_in_place(&mut self) {
        let before = self.scratch.tree("in");
        self.put_in_place();
        let args = ["place", "--in-place", "--quiet", "--readers", "2"];
        for _ in 0..self.random.below(4) + 1 {
            if !self.kill(&args, self.whole) {
                break;
            }
            self.placed += 1;
            for (name, bytes) in self.scratch.tree("place") {
                let file = name.rsplit('/').next().unwrap();
                let unfinished = file.starts_with(".pipeline-beside-") && file.ends_with(".tmp");
                let whole = before.get(&name) == Some(&bytes) || self.is_made(&name, &bytes);
                assert!(unfinished || whole, "{name} is neither what it was nor what it should be");
            }
        }
        let ran = self.scratch.run(&args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let tree = self.scratch.tree("place");
        assert!(tree.keys().eq(before.keys()), "left over or missing: {:?}", tree.keys());
        assert!(tree.iter().all(|(name, bytes)| self.is_made(name, bytes)), "not all are done");
    }

    fn is_made(&self, name: &str, bytes: &Vec<u8>) -> bool {
        self.in_place.iter().any(|tree| tree.get(name) == Some(bytes))
    }

    /// One output directory: kills until a run gets through.
    fn round(&mut self, theirs: bool, way: &[&str]) {
        let _ = fs::remove_dir_all(self.scratch.path().join("out"));
        let mut expected = self.expected.clone();
        if theirs {
            self.scratch.file("out/theirs.txt", b"precious");
            expected.insert("theirs.txt".to_owned(), b"precious".to_vec());
        }
        let args = [&["in", "-o", "out", "--resume", "--quiet"], way].concat();
        let most = self.random.below(6) + 1;
        for _ in 0..most {
            if !self.kill(&args, self.whole) {
                break;
            }
            self.look(&expected);
        }
        self.finish(&args, &expected);
        // A run that finds all done makes and removes files too.
        for _ in 0..self.random.below(3) {
            if self.kill(&args, self.whole / 4) {
                self.idle += 1;
            }
            self.look(&expected);
        }
        self.finish(&args, &expected);
    }

    fn finish(&self, args: &[&str], expected: &Tree) {
        let ran = self.scratch.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
        let tree = self.scratch.tree("out");
        assert!(tree.keys().eq(expected.keys()), "left over or missing: {:?}", tree.keys());
        assert_only_results(&tree, expected);
    }

    /// After a kill every file under a final name is whole; only unfinished ones are beside them.
    fn look(&mut self, expected: &Tree) {
        let mut tree = self.scratch.tree("out");
        tree.retain(|name, _| {
            let file = name.rsplit('/').next().unwrap();
            !(file.starts_with(".pipeline-") && file.ends_with(".tmp"))
        });
        assert_only_results(&tree, expected);
        match tree.len() {
            0 => self.early += 1,
            done if done < expected.len() => self.late += 1,
            _ => {}
        }
    }
}

#[test]
fn scenario_54_killed_at_any_moment_and_resumed_it_is_as_if_nothing_had_been() {
    let (kills, seed) = (number("PIPELINE_TEST_KILLS", 20), number("PIPELINE_TEST_SEED", 1));
    let mut all = Loop::new(seed);
    let mut rounds = 0;
    // As many as are asked for, and of each kind.
    while all.kills < kills || [all.late, all.idle, all.placed].contains(&0) {
        let way = WAYS[rounds % WAYS.len()];
        all.round(rounds / WAYS.len() % 2 == 1, way);
        if rounds % 5 == 2 {
            all.round_in_place();
        }
        rounds += 1;
        assert!(rounds < 50 + 20 * kills as usize, "runs end before they can be killed");
    }
    let Loop { early, late, idle, placed, .. } = all;
    let _ = writeln!(
        std::io::stderr(),
        "{} kills in {rounds} rounds, seed {seed}: {late} in the midst of the work, {early} before its first result, {idle} of runs with nothing left to do, {placed} in place",
        all.kills
    );
}
