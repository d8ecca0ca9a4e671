// The pages in a real browser: a report and the live page, light and dark, 400 and 1600 pixels wide, by keyboard.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check, conclude, pictures, start, until } from './common.mjs';

const { chromium } = await import(process.env.PLAYWRIGHT);
const [binary, work, shots] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });

/** A page that notes whatever goes wrong in it. */
async function open(address, { width = 1600, scheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.wrong = [];
  page.requests = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) page.wrong.push(message.text()); });
  page.on('pageerror', (error) => page.wrong.push(error.message));
  page.on('dialog', (dialog) => { page.wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (asked) => { if (!/^(data|blob):/.test(asked.url())) page.requests.push(asked.url()); });
  await page.goto(address);
  return page;
}

const lookup = (report, path) => path.split('.').reduce((value, key) => value?.[key], report);

// The number that a text stands for, with its unit, as people read it.
function read(text) {
  const units = { '': 1, '%': 0.01, µs: 1e-6, ms: 1e-3, s: 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2 };
  const minutes = text.match(/^(\d+) min (\d+) s$/);
  if (minutes) return Number(minutes[1]) * 60 + Number(minutes[2]);
  const [number, unit = ''] = text.replaceAll(',', '').split(' ');
  return unit in units ? Number(number) * units[unit] : NaN;
}

/** Every figure on the page is that of the report, as exactly as it is shown. */
async function figures(page, report, what) {
  const shown = await page.$$eval('[data-figure]', (all) => all.map((one) => ({ path: one.dataset.figure, text: one.textContent })));
  check(shown.length > 80, `${what}: ${shown.length} figures`);
  // What is no figure of the report is made of several.
  const tiles = await page.$$eval('#tiles .tile', (all) => all.map((one) => ({ name: one.querySelector('dt').textContent, value: one.querySelector('dd').firstChild.textContent, figure: one.querySelector('dd').firstElementChild?.dataset.figure })));
  const cpu = report.stages.reduce((sum, stage) => sum + stage.cpu_seconds, 0) / report.wall_seconds;
  const made = { 'cores used': cpu, 'budget, peak': report.budgets.reduce((sum, one) => sum + one.peak, 0) };
  for (const { name, value, figure } of tiles) {
    const right = figure ? lookup(report, figure) !== undefined : name in made && Math.abs(read(value) - made[name]) <= made[name] * 0.006 + 0.0006;
    check(right, `${what}: the tile ${name} shows ${value}, of ${figure ?? made[name]}`);
  }
  for (const { path, text } of shown) {
    const value = lookup(report, path);
    // Three digits, or whole per cent, or less than can be shown.
    const near = Math.abs(read(text) - value) <= Math.max(Math.abs(value) * 0.006, text.endsWith('%') ? 0.00501 : 0, /^0( |$)/.test(text) ? 0.0006 : 0);
    check(near, `${what}: ${path} is ${value} and shown as ${text}`);
  }
}

/** Contrast of all text against what is behind it, as WCAG 2 counts it. */
const contrast = (page) => page.evaluate(() => {
  const light = ([r, g, b]) => [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const rgba = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const behind = (node) => { for (let at = node; at; at = at.parentElement) { const c = rgba(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] > 0.99) return c; } return [255, 255, 255]; };
  let worst = { ratio: 99 };
  for (const node of document.querySelectorAll('p, dt, dd, td, th, li, h1, h2, h3, button, a, summary, output, small, svg text, code')) {
    if (!node.textContent.trim() || !node.getClientRects().length || node.disabled || node.closest('.skip')) continue;
    const style = getComputedStyle(node);
    const ink = light(rgba(node instanceof SVGElement ? style.fill : style.color)), ground = light(behind(node));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: node.textContent.slice(0, 40) };
  }
  return worst;
});

async function looks(page, what) {
  const [inner, wide] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  check(wide <= inner, `${what}: nothing hangs over (${wide} of ${inner} pixels)`);
  const worst = await contrast(page);
  check(worst.ratio >= 4.5, `${what}: text is readable (${worst.ratio.toFixed(2)} at "${worst.text}")`);
  const tiny = await page.$$eval('main *', (all) => all.filter((node) => node.textContent.trim() && parseFloat(getComputedStyle(node).fontSize) < 10.5).length);
  check(tiny === 0, `${what}: no text is tiny`);
}

async function report() {
  const { input, count, bad } = pictures(binary, work, 6);
  const file = join(work, 'run.html');
  const ran = spawnSync(binary, [input, '-o', join(work, 'out'), '--report', file, '--progress', 'none', '--converters', '3'], { cwd: work });
  check(ran.status === 1, `some failed: ${ran.status} ${ran.stderr}`);
  const address = pathToFileURL(file).href;
  for (const scheme of ['light', 'dark']) for (const width of [400, 1600]) {
    const what = `report ${scheme} ${width}`;
    const page = await open(address, { width, scheme });
    await page.waitForTimeout(150);
    await looks(page, what);
    await page.screenshot({ path: join(shots, `report-${scheme}-${width}.png`), fullPage: true });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0]);
    check(scheme === 'light' ? ground > 200 : ground < 60, `${what}: as light as asked for`);
    check(page.wrong.length === 0, `${what}: ${page.wrong.join('; ')}`);
    check(page.requests.length === 1, `${what}: asks nobody: ${page.requests}`);
    await page.context().close();
  }
  const page = await open(address);
  const carried = JSON.parse(await page.textContent('#report-data'));
  check(carried.counts.done === count && carried.failures.total === bad.length, `what was done is told: ${JSON.stringify(carried.counts)}`);
  await figures(page, carried, 'report');
  check((await page.textContent('#verdict')).includes(carried.diagnosis?.verdict ?? carried.explanation), 'the verdict is that of the report');
  const names = await page.$$eval('#failures td.name', (all) => all.map((one) => one.textContent));
  for (const name of bad) check(names.some((shown) => shown.endsWith(name)), `a hostile name is shown as text: ${name}`);
  check(await page.locator('main img[src="x"], main b, main script').count() === 0, 'no name became an element');
  check(await page.locator('#previews img').count() === 12 && await page.$$eval('#previews img', (all) => all.every((one) => one.naturalWidth > 0)), 'pictures before and after can be seen');
  check((await page.textContent('#setting')).includes('convert.workers'), 'the settings are told');
  await keyboard(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  check(JSON.stringify(JSON.parse(readFileSync(await download.path(), 'utf8'))) === JSON.stringify(carried), 'the figures can be saved');
  check(page.wrong.length === 0, `report: ${page.wrong.join('; ')}`);
  await page.context().close();
}

async function keyboard(page) {
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.className) === 'skip', 'first is the way past the head');
  await page.keyboard.press('Enter');
  const reached = new Set();
  for (let n = 0; n < 40; n += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.dataset.chart || document.activeElement.id || document.activeElement.tagName));
  }
  check(reached.has('pictures per second') && reached.has('cores used') && reached.has('download'), `by Tab one gets everywhere: ${[...reached].join(', ')}`);
  await page.focus('[data-chart="pictures per second"]');
  await page.keyboard.press('ArrowRight');
  const first = await page.textContent('[data-chart="cores used"] output');
  await page.keyboard.press('ArrowRight');
  const second = await page.textContent('[data-chart="cores used"] output');
  check(/^[\d.]+ s: /.test(first) && first !== second, `arrow keys read all charts: ${first}, ${second}`);
  await page.keyboard.press('Escape');
  check(!(await page.textContent('[data-chart="cores used"] output')).includes(' s: '), 'Escape ends that');
}

/** What the server says to somebody who is not the page. */
const ask = (url, options, body) => new Promise((done) => {
  const asked = request(url, options, (answer) => { answer.resume(); done(answer.statusCode); });
  asked.end(body);
});

async function live() {
  const { input } = pictures(binary, work, 60);
  const run = start(binary, [input, '-o', join(work, 'out-live'), '--dashboard', '0', '--progress', 'none', '--report', join(work, 'live.json'), '--decoders', '1', '--op', 'gray', '--op', 'resize 200x200 fit=inside'], work);
  check(await until(() => run.said.includes('live page at')), `it is said where the page is: ${run.said}`);
  const url = run.said.match(/live page at (\S+)/)?.[1];
  const { origin } = new URL(url);
  const page = await open(url);
  const latest = async () => (await page.request.get(`${origin}/report.json`)).json();
  const shown = (path) => page.locator(`#tiles [data-figure="${path}"]`).getAttribute('data-value').then(Number);
  check(!page.url().includes('token'), 'the token does not stay in the address');

  const done = await shown('counts.done');
  check(await until(async () => await shown('counts.done') > done), 'figures go on');
  const more = page.locator('[data-more="decode"]');
  await more.focus();
  await page.keyboard.press('Enter');
  check(await until(async () => (await latest()).stages.find((stage) => stage.name === 'decode').workers === 2), 'a worker more by keyboard');
  check(await until(async () => await page.textContent('[data-workers="decode"]') === '2'), 'and the page says so');
  check(await page.evaluate(() => document.activeElement.dataset.more) === 'decode', 'the focus stays where it was');
  await page.click('[data-less="decode"]');
  check(await until(async () => await page.textContent('[data-workers="decode"]') === '1'), 'a worker less by mouse');
  await page.click('[data-less="decode"]');
  check(await until(async () => (await latest()).stages.find((stage) => stage.name === 'decode').workers === 1), 'never less than one');
  const presses = (which, times) => page.evaluate(([which, times]) => { const button = document.querySelector(`[${which}="decode"]`); for (let n = 0; n < times; n += 1) button.click(); }, [which, times]);
  await presses('data-more', 3);
  check(await until(async () => (await latest()).stages.find((stage) => stage.name === 'decode').workers === 4), 'quick presses count, each of them');
  await presses('data-less', 3);
  check(await until(async () => (await latest()).stages.find((stage) => stage.name === 'decode').workers === 1), 'also down');
  await more.click();

  await page.click('#pause');
  check(await until(async () => await page.textContent('#state') === 'paused'), 'the run pauses');
  check(await until(async () => (await latest()).counts.unfinished === 0), 'what was under way is finished');
  const still = (await latest()).counts.done;
  check(await until(async () => await shown('counts.done') === still), 'and the page has it');
  await looks(page, 'live light 1600');
  await page.click('#pause');
  check(await until(async () => await page.textContent('#state') === 'running'), 'the run goes on');
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, 'live-light-1600.png') });

  const evil = { headers: { Host: 'evil.example' } };
  check(await ask(`${origin}/`, evil) === 403, 'a foreign name is refused');
  check(await ask(`${origin}/events`, { headers: { Origin: 'http://evil.example' } }) === 403, 'a foreign site is refused');
  const json = { 'Content-Type': 'application/json' };
  check(await ask(`${origin}/control`, { method: 'POST', headers: json }, '{"action":"drain"}') === 401, 'no token, no control');
  check(await ask(`${origin}/src/lib.rs`, {}) === 404, 'nothing is served from disk');

  const stale = await open(`${origin}/#token=of-an-earlier-run`);
  await stale.click('[data-more="decode"]');
  check(await until(async () => (await stale.textContent('#said')).includes('printed when this run began')), 'a token of an earlier run: it is said what to do');
  check(await stale.locator('#pause').isDisabled() && await stale.evaluate(() => sessionStorage.getItem('token')) === null, 'and the token is forgotten');
  await stale.context().close();

  for (const width of [400, 1600]) {
    const dark = await open(`${origin}/`, { width, scheme: 'dark' });
    await dark.waitForTimeout(700);
    check(await dark.locator('#pause').isDisabled(), 'without the token the page only looks');
    await looks(dark, `live dark ${width}`);
    await dark.screenshot({ path: join(shots, `live-dark-${width}.png`) });
    check(dark.wrong.length === 0, `live dark: ${dark.wrong.join('; ')}`);
    await dark.context().close();
  }
  await page.click('#drain');
  check(await run.ended === 1, `it ends as if all were there: ${run.said.slice(-300)}`);
  check(await until(async () => await page.textContent('#state') === 'drained on request'), `the page says how it ended: ${await page.textContent('#state')}`);
  check(page.wrong.length === 0, `live: ${page.wrong.join('; ')}`);
  const written = JSON.parse(readFileSync(join(work, 'live.json'), 'utf8'));
  await figures(page, written, 'at the end');
  check(page.requests.every((asked) => asked.startsWith(origin)), 'it asks nobody else');
}

await report();
await live();
await browser.close();
conclude('pages');
