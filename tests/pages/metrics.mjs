// The metrics: read by a real Prometheus while a run goes on, and looked over by promtool.
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, conclude, pictures, start, until } from './common.mjs';

const [binary, work] = process.argv.slice(2);
const { input } = pictures(binary, work, 30);
// Worked on until it is stopped at the end.
const run = start(binary, [input, '-o', join(work, 'out-metrics'), '--metrics', '0', '--progress', 'none', '--effort', 'best'], work);
check(await until(() => run.said.includes('metrics at')), 'it is said where the metrics are');
const url = run.said.match(/metrics at (\S+)/)?.[1];

const text = await (await fetch(url)).text();
const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text });
check(promtool.status === 0, `promtool finds nothing: ${promtool.stdout}${promtool.stderr}`);
const open = await fetch(url, { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } });
check(open.headers.get('content-type').startsWith('application/openmetrics-text'), 'OpenMetrics for those who ask for it');
check((await open.text()).endsWith('# EOF\n'), 'OpenMetrics says where it ends');

const free = await new Promise((done) => { const server = createServer(); server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); }); });
const config = join(work, 'prometheus.yml');
writeFileSync(config, `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: pipeline\n    static_configs: [ { targets: ['${new URL(url).host}'] } ]\n`);
const prometheus = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${join(work, 'tsdb')}`, `--web.listen-address=127.0.0.1:${free}`], { stdio: 'ignore' });
const query = async (what) => {
  try {
    const answer = await fetch(`http://127.0.0.1:${free}/api/v1/query?query=${encodeURIComponent(what)}`);
    return (await answer.json()).data.result;
  } catch { return []; }
};
check(await until(async () => (await query('up{job="pipeline"} == 1')).length === 1), 'Prometheus reads them');
check(await until(async () => Number((await query('sum(pipeline_pictures_total)'))[0]?.value[1]) > 0), 'Prometheus has the pictures');
check(await until(async () => (await query('histogram_quantile(0.5, pipeline_step_seconds_bucket{stage="decode"})')).length === 1), 'Prometheus has the histograms');
check(await until(async () => (await query('pipeline_stage_workers{stage="convert"}')).length === 1), 'Prometheus has the workers');

run.child.kill('SIGTERM');
run.child.kill('SIGTERM');
await run.ended;
prometheus.kill('SIGKILL');
conclude('metrics');
