// What the checks share: pictures to convert, the command started in the background, and saying what failed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let failed = 0;
let passed = 0;

/** Notes whether something holds. */
export function check(holds, what) {
  if (holds) passed += 1;
  else { failed += 1; console.log(`FAILED: ${what}`); }
}

/** Says how many held, and ends with an error if one did not. */
export function conclude(name) {
  console.log(`${name}: ${passed} checks held, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

/** Waits until something holds; false if it does not come true. */
export async function until(condition, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await condition()) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

// Names of files are written by anybody.
const HOSTILE = ['<img src=x onerror=alert(1)>.jpg', '"><script>alert(2)<', 'a&lt;b\'`${1}.png', '{{report}}.jpg'];

/** A directory of pictures: the built-in samples many times over, and some that are none, with names made to do harm. */
export function pictures(binary, work, copies) {
  // Painting them takes longer than all checks, so they are kept.
  const made = process.env.SAMPLES;
  if (!existsSync(made)) {
    mkdirSync(made, { recursive: true });
    const ran = spawnSync(binary, ['--progress', 'none'], { cwd: made });
    if (ran.status !== 0) throw new Error(`no sample pictures: ${ran.stderr}`);
  }
  const samples = join(made, 'pipeline-sample');
  const names = readdirSync(samples, { recursive: true }).filter((name) => /\.(png|jpe?g)$/i.test(name));
  const input = join(work, `in-${copies}`);
  for (let copy = 0; copy < copies; copy += 1) {
    const below = join(input, String(copy));
    mkdirSync(below, { recursive: true });
    for (const name of names) linkSync(join(samples, name), join(below, name.replaceAll('/', '-')));
  }
  const bad = HOSTILE.map((name) => (/\.\w+$/.test(name) ? name : `${name}.jpg`));
  bad.forEach((name) => writeFileSync(join(input, '0', name), 'this is no picture'));
  linkSync(join(samples, names[0]), join(input, '0', `<b>slow & "good".${names[0].split('.').pop()}`));
  return { input, count: copies * names.length + 1, bad };
}

/** The command in the background: what it says, and a promise of its exit code. */
export function start(binary, args, cwd) {
  const child = spawn(binary, args, { cwd });
  const run = { said: '', child };
  child.stderr.on('data', (data) => { run.said += data; });
  run.ended = new Promise((done) => child.on('close', done));
  return run;
}
