// Draws a report. Owns: how figures look. Does not own: the figures; all of them come from the JSON in the page, and, live,
// from the events of the server that sent it. Whatever comes from a report is put into the page as text, never as markup.
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const SVG = 'http://www.w3.org/2000/svg';
  const live = document.documentElement.dataset.mode === 'live';
  const PARTS = [['busy', 'busy', 'in their step'], ['waiting', 'waiting', 'for the memory budget'], ['blocked', 'blocked', 'no room downstream'], ['starved', 'starved', 'no input']];
  let report = JSON.parse($('report-data').textContent);
  let cursor = null; // seconds; shared by all charts over time

  // Elements.
  const put = (node, children) => { for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) node.append(child); return node; };
  const attributes = (node, set) => { for (const [name, value] of Object.entries(set)) if (value !== null && value !== undefined && value !== false) name.startsWith('on') ? node.addEventListener(name.slice(2), value) : node.setAttribute(name, value === true ? '' : value); return node; };
  const h = (tag, set = {}, ...children) => put(attributes(document.createElement(tag), set), children);
  const s = (tag, set = {}, ...children) => put(attributes(document.createElementNS(SVG, tag), set), children);
  // What a reader has opened stays open when its section is drawn again.
  const fill = (id, ...children) => { const node = $(id); const opened = node.querySelector('details')?.open; node.replaceChildren(); put(node, children); const details = node.querySelector('details'); if (details && opened !== undefined) details.open = opened; return node; };
  const width = (node, share) => { node.style.width = `${(share * 100).toFixed(2)}%`; return node; };

  // Numbers for people, as the command prints them.
  const grouped = (n) => n <= 9999 ? String(n) : String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const three = (x) => { x = Number.isFinite(x) ? Math.max(x, 0) : 0; return x < 0.0005 ? '0' : x < 0.9995 ? x.toFixed(3) : x < 9.995 ? x.toFixed(2) : x < 99.95 ? x.toFixed(1) : grouped(Math.round(x)); };
  const few = (x) => (x < 9.95 ? String(+x.toFixed(1)) : grouped(Math.round(x)));
  const percent = (x) => `${Math.round(Math.min(Math.max(x || 0, 0), 1) * 100)} %`;
  const scaled = (x, step, units) => { let at = 0; while (at < units.length - 1 && x >= (step > 1000 ? step : 999.5)) { x /= step; at += 1; } return `${three(x)} ${units[at]}`; };
  const bytes = (n) => n < 1000 ? `${n} B` : scaled(n / 1e3, 1e3, ['kB', 'MB', 'GB', 'TB', 'PB']);
  const memory = (n) => n < 1024 ? `${Math.round(n)} B` : scaled(n / 1024, 1024, ['KiB', 'MiB', 'GiB', 'TiB']);
  const time = (t) => { if (t < 0.0009995) return `${three(t * 1e6)} µs`; if (t < 0.9995) return `${three(t * 1e3)} ms`; if (t < 59.95) return `${three(t)} s`; const all = Math.round(t), m = Math.floor(all / 60); return m < 60 ? `${m} min ${all % 60} s` : `${Math.floor(m / 60)} h ${m % 60} min`; };
  const clock = (t) => t < 60 ? `${+t.toFixed(t < 10 ? 2 : 1)} s` : `${Math.floor(t / 60)}:${String(Math.floor(t % 60)).padStart(2, '0')} min`;
  const at = (path) => path.split('.').reduce((value, key) => value?.[key], report);
  // A figure of the report: says which one it shows, so that it can be checked against the JSON.
  const figure = (path, show) => { const value = at(path); return h('span', { 'data-figure': path, 'data-value': value ?? '' }, value === null || value === undefined ? '–' : show(value)); };

  const stages = () => report.stages || [];
  const inner = () => stages().slice(1, -1);
  const hue = (name) => `s${Math.max(inner().findIndex((stage) => stage.name === name), 0) % 7}`;
  const limiting = () => stages().reduce((most, stage) => (stage.parts.busy > (most?.parts.busy ?? -1) ? stage : most), null);
  const title = (id, text, note) => [h('h2', { id: `${id}-title` }, text), note && h('p', { class: 'note' }, note)];
  const legend = (entries) => h('ul', { class: 'legend' }, entries.map(([colour, name, why]) => h('li', {}, h('i', { class: `c-${colour}` }), why ? `${name}: ${why}` : name)));
  const bar = (parts, label) => h('div', { class: 'bar', role: 'img', 'aria-label': label, title: label }, parts.filter(([, share]) => share > 0).map(([colour, share]) => width(h('i', { class: `c-${colour}` }), share)));

  const ENDED = { running: ['live', 'running'], complete: ['good', 'complete'], drained: ['', 'drained on request'], aborted: ['bad', 'aborted'], failures: ['bad', 'stopped: too many failures'], fatal: ['bad', 'stopped: the machine failed'] };
  function head() {
    const [tone, words] = report.paused ? ['', 'paused'] : ENDED[report.ended] || ['', String(report.ended)];
    const failed = report.counts?.failed;
    const state = $('state');
    const text = failed && report.ended === 'complete' ? `complete, ${grouped(failed)} failed` : words;
    if (state.textContent !== text) state.textContent = text;
    state.dataset.tone = failed && tone === 'good' ? 'bad' : tone;
    const started = report.started_unix_seconds;
    $('when').textContent = [report.input && `${report.input} → ${report.output}`, started && new Date(started * 1000).toLocaleString()].filter(Boolean).join(' · ');
    document.title = live ? `${text} · pipeline` : 'pipeline: report of a run';
    $('program').textContent = `Made by ${report.program || 'pipeline'}. This page holds all its figures and asks nobody for anything${live ? ' but the program that serves it' : ''}.`;
  }

  // Text with `code` in it.
  const spoken = (text) => String(text).split('`').map((part, n) => (n % 2 ? h('code', {}, part) : part));
  function verdict() {
    // What limited the run; with evidence and proposals where the report has a diagnosis.
    const found = report.diagnosis || {};
    const gained = (one) => `${Math.round(one.gain * 100) < 0 ? '−' : '+'}${Math.round(Math.abs(one.gain) * 100)} %`;
    const change = (one) => [h('code', {}, one.flags), one.gain === undefined ? '' : `: ${gained(one)}, predicted ${three(one.pictures_per_second)} pictures/s (nine in ten: ${three(one.low)} to ${three(one.high)})`];
    fill('verdict', h('p', {}, spoken(found.verdict || report.explanation || '')),
      found.changes?.length > 0 && h('ol', {}, found.changes.map((one) => h('li', {}, change(one)))),
      found.no_use?.length > 0 && h('p', { class: 'evidence' }, 'Would not help: ', found.no_use.map((one, n) => [n > 0 && ', ', h('code', {}, one.flags), ` (${gained(one)})`])),
      found.outlook && h('p', { class: 'evidence' }, spoken(found.outlook)),
      found.evidence?.length > 0 && h('details', { open: !live }, h('summary', {}, 'How that is known'), h('ul', { class: 'evidence' }, found.evidence.map((line) => h('li', {}, spoken(line))))));
  }

  function tiles() {
    const tile = (name, value, rest, bad) => h('dl', { class: `tile${bad ? ' bad' : ''}` }, h('dt', {}, name), h('dd', {}, value, rest && h('small', {}, ' ', rest)));
    const cpu = stages().reduce((sum, stage) => sum + stage.cpu_seconds, 0) / (report.wall_seconds || 1);
    const budget = (report.budgets || []).reduce((sum, one) => ({ peak: sum.peak + one.peak, capacity: sum.capacity + one.capacity }), { peak: 0, capacity: 0 });
    const expected = report.counts?.expected;
    fill('tiles',
      tile('pictures / s', figure('rates.pictures_per_second', three)),
      tile('megapixels / s', figure('rates.megapixels_per_second', three)),
      tile('pictures done', figure('counts.done', grouped), expected ? ['of ', figure('counts.expected', grouped)] : ''),
      tile('failed', figure('counts.failed', grouped), report.counts?.skipped ? [figure('counts.skipped', grouped), ' skipped'] : '', report.counts?.failed > 0),
      tile(live ? 'time so far' : 'time', figure('wall_seconds', time)),
      tile('cores used', three(cpu), ['of ', figure('machine.cores', three)]),
      tile('read', figure('totals.bytes_in', bytes)), tile('written', figure('totals.bytes_out', bytes)),
      budget.capacity > 0 && tile('budget, peak', memory(budget.peak), `of ${memory(budget.capacity)}`));
  }

  // The stages as a graph: boxes filled by what their workers did, pipes and tanks between them by their queues.
  function graph() {
    const node = fill('stages', title('stages', 'Stages', 'Each box is a stage and its bar the time of its workers; between them stand the queues, filled as they were on average. The stage with the busiest workers has a frame.'), legend(PARTS.map(([part, name, why]) => [part, name, why])));
    const room = Math.max(node.clientWidth - 44, 280);
    const wide = room >= 860;
    const all = stages();
    const most = limiting();
    const box = wide ? { w: Math.min(170, (room - (all.length - 1) * 56) / all.length), h: 104 } : { w: room, h: 78 };
    const gap = wide ? (room - all.length * box.w) / Math.max(all.length - 1, 1) : 34;
    const total = wide ? box.h + 4 : all.length * box.h + (all.length - 1) * gap + 4;
    const svg = s('svg', { viewBox: `0 0 ${room} ${total}`, width: room, height: total, role: 'img', 'aria-label': all.map((stage) => `${stage.name}: ${stage.workers} workers, ${percent(stage.parts.busy)} busy`).join('; ') });
    all.forEach((stage, index) => {
      const x = wide ? index * (box.w + gap) : 0;
      const y = wide ? 2 : 2 + index * (box.h + gap);
      if (index > 0) svg.append(queue(stage, wide ? x - gap : 16, wide ? y + box.h / 2 : y - gap, gap, wide));
      svg.append(box_of(stage, x, y, box, stage === most));
    });
    node.append(svg);
  }
  function box_of(stage, x, y, { w, h: height }, limit) {
    const pad = 12;
    const group = s('g', { transform: `translate(${x} ${y})` }, s('title', {}, `${stage.name}: ${PARTS.map(([part]) => `${part} ${percent(stage.parts[part])}`).join(', ')}`), s('rect', { class: limit ? 'node limit' : 'node', x: 1.5, y: 0, width: w - 3, height: height - 2, rx: 11 }),
      s('text', { x: pad, y: 24, class: 'strong' }, stage.name), s('text', { x: w - pad, y: 24, 'text-anchor': 'end', class: 'soft' }, w > 260 ? `${stage.workers} worker${stage.workers === 1 ? '' : 's'}` : `× ${stage.workers}`));
    // As high as it has workers, within reason.
    const thick = Math.min(8 + stage.workers * 2, 22);
    let left = pad;
    group.append(s('rect', { class: 'c-idle', x: pad, y: 36, width: w - 2 * pad, height: thick, rx: 4 }));
    for (const [part] of PARTS) { const size = (w - 2 * pad) * stage.parts[part]; if (size > 0.2) group.append(s('rect', { class: `c-${part}`, x: left, y: 36, width: size, height: thick, rx: Math.min(3, size / 2) })); left += size; }
    const line = (text, row) => s('text', { x: pad, y: 36 + thick + row, class: 'soft' }, text);
    group.append(line(`${percent(stage.parts.busy)} busy`, 16));
    if (height > 90) group.append(line(`${time(stage.step_mean_seconds)} a step`, 32)); else group.append(s('text', { x: w - pad, y: 36 + thick + 16, 'text-anchor': 'end', class: 'soft' }, `${time(stage.step_mean_seconds)} a step`));
    return group;
  }
  function queue(stage, x, y, gap, wide) {
    const { capacity, mean_depth: depth } = stage.queue;
    const share = capacity > 0 ? Math.min(depth / capacity, 1) : 0;
    const group = s('g', {}, s('title', {}, `in front of ${stage.name}: ${three(depth)} of ${capacity} on average`));
    const thick = 2 + 9 * share;
    if (wide) {
      const tank = Math.min(gap - 20, 34);
      group.append(s('path', { class: 'flow', d: `M${x} ${y}h${gap}`, 'stroke-width': thick }), s('rect', { class: 'tank', x: x + (gap - tank) / 2, y: y - 17, width: tank, height: 34, rx: 5 }), s('rect', { class: share > 0.8 ? 'level full' : 'level', x: x + (gap - tank) / 2 + 2, y: y + 15 - 30 * share, width: tank - 4, height: 30 * share, rx: 3 }), s('text', { x: x + gap / 2, y: y + 33, 'text-anchor': 'middle', class: 'axis' }, capacity ? `${few(depth)}/${grouped(capacity)}` : 'none'));
    } else {
      group.append(s('path', { class: 'flow', d: `M${x + 30} ${y}v${gap}`, 'stroke-width': thick }), s('rect', { class: 'tank', x: x + 52, y: y + 10, width: 120, height: 14, rx: 4 }), s('rect', { class: share > 0.8 ? 'level full' : 'level', x: x + 53, y: y + 11, width: 118 * share, height: 12, rx: 3 }), s('text', { x: x + 182, y: y + 21, class: 'soft' }, capacity ? `${few(depth)} of ${grouped(capacity)} queued` : 'no queue'));
    }
    return group;
  }

  // Charts over time.
  const POINTS = 160;
  // Fewer points, each the mean (or the most) of those it stands for, weighted by their time.
  function thinned(seconds, values, how) {
    const n = seconds.length;
    if (n <= POINTS) return seconds.map((t, i) => [t, values[i]]);
    const out = [];
    const end = seconds[n - 1] || 1;
    let sum = 0, weight = 0, most = 0, bin = 1;
    for (let i = 0; i < n; i += 1) {
      const step = seconds[i] - (i ? seconds[i - 1] : 0) || 1e-9;
      sum += values[i] * step; weight += step; most = Math.max(most, values[i]);
      if (seconds[i] >= end * bin / POINTS || i === n - 1) { out.push([seconds[i], how === 'most' ? most : how === 'last' ? values[i] : sum / weight]); sum = weight = most = 0; while (seconds[i] >= end * bin / POINTS) bin += 1; }
    }
    return out;
  }
  const nice = (top) => { const power = 10 ** Math.floor(Math.log10(top || 1)); return [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= top - 1e-12); };
  // Memory is counted in powers of two.
  const even = (top) => { const power = 2 ** Math.floor(Math.log2(top || 1)); return [1, 1.25, 1.5, 2].map((n) => n * power).find((n) => n >= top); };
  const moment = (one) => (typeof one.at === 'object' && one.at ? one.at.secs + one.at.nanos / 1e9 : one.at ?? one.at_seconds ?? 0);
  const decisions = () => (Array.isArray(report.decisions) ? report.decisions : []);
  function chart({ name, series, format, top, limit, stacked, tall }) {
    const seconds = report.series.seconds;
    const end = seconds[seconds.length - 1] || 1;
    const said = h('output', { 'aria-live': 'off' });
    const host = h('figure', { tabindex: 0, 'data-chart': name, 'aria-label': `${name} over ${clock(end)}; arrow keys read single moments` }, h('figcaption', {}, h('span', {}, name), said), !stacked && series.length > 1 && legend(series.map((one) => [one.colour, one.name])));
    const lines = series.map((one) => ({ ...one, points: thinned(seconds, one.values, one.how) }));
    const highest = stacked ? 1 : top ?? (format === memory ? even : nice)(Math.max(limit || 0, ...lines.flatMap((one) => one.points.map(([, value]) => value)), 1e-9));
    const build = (room) => {
      const size = { w: room, h: tall || 150 }, left = format === memory ? 62 : 46, bottom = 20, up = 6;
      const X = (t) => left + (size.w - left - 8) * (t / end), Y = (value) => up + (size.h - bottom - up) * (1 - Math.min(value / highest, 1.02));
      const svg = s('svg', { viewBox: `0 0 ${size.w} ${size.h}`, width: size.w, height: size.h, 'aria-hidden': true });
      for (const part of [0, 0.5, 1]) svg.append(s('path', { class: 'grid', d: `M${left} ${Y(highest * part)}H${size.w - 8}` }), s('text', { class: 'axis', x: left - 6, y: Y(highest * part) + 4, 'text-anchor': 'end' }, format(highest * part)));
      for (const part of [0, 0.25, 0.5, 0.75, 1]) svg.append(s('text', { class: 'axis', x: X(end * part), y: size.h - 5, 'text-anchor': part === 0 ? 'start' : part === 1 ? 'end' : 'middle' }, clock(end * part)));
      if (stacked) {
        let below = lines[0].points.map(() => 0);
        for (const one of lines) {
          const above = one.points.map(([, value], i) => below[i] + value);
          const edge = (values) => one.points.map(([t], i) => `${X(t).toFixed(1)} ${Y(Math.min(values[i], 1)).toFixed(1)}`);
          svg.append(s('path', { class: `c-${one.colour}`, d: `M${edge(above).join('L')}L${edge(below).reverse().join('L')}Z` }));
          below = above;
        }
      } else for (const one of lines) {
        const d = one.points.map(([t, value], i) => `${i === 0 ? 'M' : one.how === 'last' ? `H${X(t).toFixed(1)}V` : 'L'}${i && one.how === 'last' ? Y(value).toFixed(1) : `${X(t).toFixed(1)} ${Y(value).toFixed(1)}`}`).join('');
        if (lines.length === 1) svg.append(s('path', { class: `area c-${one.colour}`, d: `${d}V${Y(0)}H${X(one.points[0]?.[0] || 0)}Z` }));
        svg.append(s('path', { class: `line l-${one.colour}`, d }));
      }
      if (limit) svg.append(s('path', { class: 'limitline', d: `M${left} ${Y(limit)}H${size.w - 8}` }));
      for (const one of decisions()) { const t = moment(one); svg.append(s('path', { class: 'decision', d: `M${X(t)} ${up}V${size.h - bottom}` }, s('title', {}, `${one.stage}: ${one.from} → ${one.to}`))); }
      const mark = s('path', { class: 'cursor' });
      svg.append(mark);
      host.show = () => {
        const given = cursor === null ? null : Math.min(cursor, end);
        mark.setAttribute('d', given === null ? '' : `M${X(given)} ${up}V${size.h - bottom}`);
        const shown = (one) => { const found = one.points.find(([t]) => t >= (given ?? end)) ?? one.points[one.points.length - 1]; return found ? found[1] : 0; };
        said.textContent = given === null ? (lines.length === 1 && lines[0].mean !== undefined ? `mean ${format(lines[0].mean)}` : '') : `${clock(given)}: ${lines.map((one) => `${lines.length > 1 ? `${one.name} ` : ''}${format(shown(one))}`).join(', ')}`;
      };
      svg.addEventListener('pointermove', (event) => { const box = svg.getBoundingClientRect(); move(Math.min(Math.max((event.clientX - box.left - left) / (size.w - left - 8), 0), 1) * end); });
      svg.addEventListener('pointerleave', () => move(null));
      host.querySelector('svg')?.remove();
      host.append(svg);
      host.show();
    };
    host.build = build;
    host.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
      if (event.key === 'Escape') move(null);
      if (!step) return;
      event.preventDefault();
      move(Math.min(Math.max((cursor ?? (step < 0 ? end : 0)) + step * end / 60, 0), end));
    });
    host.addEventListener('blur', () => move(null));
    return host;
  }
  function move(to) { cursor = to; for (const chart of document.querySelectorAll('[data-chart]')) chart.show?.(); }
  function draw() { for (const chart of document.querySelectorAll('[data-chart]')) chart.build(Math.max(chart.clientWidth, 200)); }

  function over_time() {
    const series = report.series;
    if (!series?.seconds?.length) { $('time').hidden = true; return; }
    $('time').hidden = false;
    const focused = document.activeElement?.dataset?.chart;
    const mean = (values) => { let sum = 0, before = 0; values.forEach((value, i) => { sum += value * (series.seconds[i] - before); before = series.seconds[i]; }); return before ? sum / before : 0; };
    const named = series.stages.slice(1, -1);
    const each = (key, how) => named.map((stage) => ({ name: stage.name, colour: hue(stage.name), values: stage[key], how }));
    const lanes = named.map((stage) => chart({ name: `${stage.name}: its workers`, stacked: true, tall: 92, format: percent, series: PARTS.map(([part, name]) => ({ name, colour: part, values: stage[part] })) }));
    const fills = named.map((stage) => { const queue = stages().find((one) => one.name === stage.name)?.queue.capacity || 1; return { name: stage.name, colour: hue(stage.name), values: stage.queue_depth.map((depth) => depth / queue) }; });
    const changed = named.some((stage) => new Set(stage.workers).size > 1);
    fill('time', title('time', 'Over time', `${grouped(series.seconds.length)} samples, one every ${time(series.step_seconds)}. Point at a chart, or focus it and use the arrow keys, to read a moment in all of them.`),
      h('div', { class: 'charts' },
        chart({ name: 'pictures per second', format: three, series: [{ name: 'pictures/s', colour: 's1', values: series.pictures_per_second, mean: mean(series.pictures_per_second) }] }),
        chart({ name: 'cores used', format: three, limit: report.machine?.cores, series: [{ name: 'cores', colour: 's0', values: series.cpu_cores, mean: mean(series.cpu_cores) }] }),
        chart({ name: 'memory: budget in use, and of the whole process', format: memory, series: [{ name: 'budget', colour: 's2', values: series.budget_used_bytes, how: 'most' }, { name: 'process', colour: 's3', values: series.rss_bytes, how: 'most' }] }),
        chart({ name: 'queues, part filled', format: percent, top: 1, series: fills }),
        (changed || decisions().length > 0 || live) && chart({ name: 'workers', format: three, series: each('workers', 'last') })),
      h('h3', { class: 'apart' }, 'What the workers did'), legend(PARTS.map(([part, name]) => [part, name])), h('div', { class: 'charts' }, lanes));
    if (focused) document.querySelector(`[data-chart="${CSS.escape(focused)}"]`)?.focus();
    draw();
  }

  function decided() {
    const all = decisions();
    $('decisions').hidden = all.length === 0;
    fill('decisions', title('decisions', 'Elastic decisions', 'Worker counts that were changed while running, why, and what came of it.'), h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ['at', 'stage', 'workers', 'reason', 'outcome'].map((name, n) => h('th', { scope: 'col', class: n > 2 ? 'left' : null }, name)))),
      h('tbody', {}, all.map((one) => h('tr', {}, h('td', {}, clock(moment(one))), h('td', {}, one.stage), h('td', {}, `${one.from} → ${one.to}`), h('td', { class: 'reason' }, String(one.reason ?? '')), h('td', { class: 'reason' }, String(one.outcome ?? ''), one.rate_after > 0 && ` (${three(one.rate_before)} → ${three(one.rate_after)} pictures/s)`)))))));
  }

  function table() {
    const columns = ['stage', 'workers', 'what they did', 'busy', 'starved', 'blocked', 'waiting', 'queue', 'items', 'failed', 'step', 'p50', 'p95', 'longest', 'CPU a step'];
    const row = (stage, index) => {
      const cell = (path, show) => h('td', {}, figure(`stages.${index}.${path}`, show));
      const parts = PARTS.map(([part]) => [part, stage.parts[part]]);
      return h('tr', {}, h('th', { scope: 'row' }, stage.name), cell('workers', grouped), h('td', {}, bar(parts, parts.map(([part, share]) => `${part} ${percent(share)}`).join(', '))), cell('parts.busy', percent), cell('parts.starved', percent), cell('parts.blocked', percent), cell('parts.waiting', percent),
        h('td', {}, index === 0 ? '–' : [figure(`stages.${index}.queue.mean_depth`, three), ' / ', figure(`stages.${index}.queue.capacity`, grouped)]), cell(index === stages().length - 1 ? 'items_in' : 'items_out', grouped), cell('failed', grouped), cell('step_mean_seconds', time), cell('step_seconds.p50', time), cell('step_seconds.p95', time), cell('step_seconds.max', time), cell('step_cpu_mean_seconds', time));
    };
    fill('table', title('table', 'In figures', 'Parts are of the time that a stage’s workers had. A step is one picture in one stage; p50 and p95 are what half and 95 % of them stayed below.'), h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table of the stages' }, h('table', {}, h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, stages().map(row)))));
  }

  // Columns over times on a logarithmic scale, four to a doubling.
  function histogram(name, buckets, quantiles) {
    const PER = 2;
    const bins = new Map();
    for (const [seconds, count] of buckets) { const bin = Math.ceil(Math.log2(Math.max(seconds, 1e-7)) * PER); bins.set(bin, (bins.get(bin) || 0) + count); }
    const from = Math.min(...bins.keys()) - 1, to = Math.max(...bins.keys()) + 1;
    const most = Math.max(...bins.values());
    const w = 260, top = 96, X = (bin) => 4 + (w - 8) * ((bin - from) / Math.max(to - from, 1));
    const step = X(from + 1) - X(from);
    const svg = s('svg', { viewBox: `0 0 ${w} 122`, width: w, height: 122, role: 'img', 'aria-label': `${name}: half below ${time(quantiles.p50)}, 95 % below ${time(quantiles.p95)}, longest ${time(quantiles.max)}` });
    for (const [bin, count] of bins) { const high = Math.max(top * 0.92 * count / most, 1.5); svg.append(s('rect', { class: 'column', x: X(bin - 1) + 0.7, y: top - high, width: Math.max(step - 1.4, 1), height: high, rx: 2 }, s('title', {}, `up to ${time(2 ** (bin / PER))}: ${grouped(count)}`))); }
    svg.append(s('path', { class: 'grid', d: `M4 ${top}H${w - 4}` }));
    for (const key of ['p50', 'p95']) { const x = X(Math.log2(Math.max(quantiles[key], 1e-7)) * PER); svg.append(s('path', { class: 'quantile', d: `M${x} 4V${top}` }), s('text', { class: 'axis', x: Math.min(x + 3, w - 22), y: key === 'p50' ? 12 : 26 }, key)); }
    svg.append(s('text', { class: 'axis', x: 4, y: 114 }, time(2 ** (from / PER))), s('text', { class: 'axis', x: w - 4, y: 114, 'text-anchor': 'end' }, time(2 ** (to / PER))));
    return h('figure', {}, h('figcaption', {}, h('span', {}, name), h('output', {}, `p50 ${time(quantiles.p50)}, p95 ${time(quantiles.p95)}`)), svg);
  }
  function latency() {
    const charts = inner().filter((stage) => stage.step_histogram?.length).map((stage) => histogram(stage.name, stage.step_histogram, stage.step_seconds));
    if (report.latency_histogram?.length) charts.push(histogram('whole picture, with queues', report.latency_histogram, report.latency_seconds));
    $('latency').hidden = charts.length === 0;
    fill('latency', title('latency', 'How long a step takes', 'How many pictures took how long in each stage; times are on a logarithmic scale.'), h('div', { class: 'small' }, charts));
  }

  function slowest() {
    const all = report.slowest || [];
    $('slowest').hidden = all.length === 0;
    const longest = Math.max(...all.map((one) => one.seconds), 1e-9);
    const row = (one, index) => h('tr', {}, h('td', { class: 'name' }, one.picture, one.failed && h('span', { class: 'bad' }, ' failed')), h('td', {}, figure(`slowest.${index}.seconds`, time)), h('td', {}, bar(one.stages.map((stage) => [hue(stage.name), stage.seconds / longest]), one.stages.map((stage) => `${stage.name} ${time(stage.seconds)}`).join(', '))), h('td', {}, figure(`slowest.${index}.latency_seconds`, time)));
    fill('slowest', title('slowest', 'Slowest pictures', 'The pictures whose steps took longest. The last column counts from when a picture was begun to its end, with its time in queues.'), legend(inner().map((stage) => [hue(stage.name), stage.name])),
      h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ['picture', 'in steps', 'where', 'from begin to end'].map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, all.map(row)))));
  }

  function failures() {
    const { total = 0, kinds = [], first = [] } = report.failures || {};
    const heading = (names) => h('thead', {}, h('tr', {}, names.map((name, n) => h('th', { scope: 'col', class: n ? 'left' : null }, name))));
    fill('failures', title('failures', 'Failures', total === 0 ? 'No picture failed.' : ''), total > 0 && [
      h('p', { class: 'note' }, figure('failures.total', grouped), ` picture${total === 1 ? '' : 's'} failed, for ${grouped(kinds.length)} reason${kinds.length === 1 ? '' : 's'}.`),
      h('div', { class: 'scroll' }, h('table', {}, heading(['how many', 'stage', 'reason']), h('tbody', {}, kinds.map((kind) => h('tr', {}, h('td', {}, grouped(kind.count)), h('td', { class: 'left' }, kind.stage), h('td', { class: 'reason' }, kind.reason)))))),
      h('details', { open: !live && first.length <= 12 }, h('summary', {}, first.length < total ? `The first ${grouped(first.length)} by name` : 'By name'), h('div', { class: 'scroll' }, h('table', {}, heading(['picture', 'stage', 'reason']), h('tbody', {}, first.map((one) => h('tr', {}, h('td', { class: 'name' }, one.picture), h('td', { class: 'left' }, one.stage), h('td', { class: 'reason' }, one.reason))))))),
    ]);
  }

  function previews() {
    const all = report.previews || [];
    $('previews').hidden = all.length === 0;
    const image = (address, alt) => { if (typeof address !== 'string' || !address.startsWith('data:image/')) return h('span', {}, 'not to be had any more'); const img = h('img', { alt }); img.src = address; return img; };
    fill('previews', title('previews', 'Before and after', 'A few of the pictures, small.'), h('div', { class: 'pairs' }, all.map((one) => h('figure', { class: 'pair' }, h('figcaption', {}, one.picture), image(one.before, `${one.picture} before`), image(one.after, `${one.picture} after`), h('span', {}, 'before'), h('span', {}, 'after')))));
  }

  function setting() {
    const facts = (entries) => h('dl', { class: 'facts' }, entries.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value, plain]) => h('div', { class: plain ? 'default' : null }, h('dt', {}, name), h('dd', {}, String(value)))));
    const machine = report.machine || {};
    const notes = report.notes || [];
    fill('setting', title('setting', 'Settings and machine', 'What was set differs from the rest, which is by default.'), h('div', { class: 'two' }, h('div', {}, h('h3', {}, 'Settings'), facts([...(report.config || [])].sort((a, b) => a.default - b.default).map((one) => [one.key, one.value, one.default]))),
      h('div', {}, h('h3', {}, 'Machine'), facts([['processor', machine.processor], ['cores that may be used', machine.cores], ['system', [machine.system, machine.architecture].filter(Boolean).join(', ')], ['memory', machine.memory_bytes && memory(machine.memory_bytes)], ['window, in pictures', report.window], ...(report.budgets || []).map((one, n) => [`budget ${n + 1}`, `${memory(one.capacity)}, peak ${memory(one.peak)}`])]),
        notes.length > 0 && [h('h3', {}, 'Notes'), h('ul', {}, notes.map((note) => h('li', {}, note)))])));
  }

  // Steering a live run.
  let token = (() => { if (!live) return null; const given = new URLSearchParams(location.hash.slice(1)).get('token'); if (given) { sessionStorage.setItem('token', given); history.replaceState(null, '', location.pathname); } return sessionStorage.getItem('token'); })();
  const LOCKED = 'open the address with the token that was printed when this run began';
  let over = false;
  async function ask(wish) {
    const said = $('said');
    try {
      const answer = await fetch('/control', { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }, body: JSON.stringify(wish) });
      const text = await answer.text();
      said.textContent = answer.ok ? 'done' : answer.status === 400 ? JSON.parse(text).why : text.trim();
      // The token of an earlier run at this address: it will not get any better.
      if (answer.status === 401) { sessionStorage.removeItem('token'); token = null; said.textContent = `not done: ${LOCKED}`; controls(); }
      return answer.ok;
    } catch (error) { said.textContent = `not done: ${error.message}`; return false; }
  }
  // What is wanted of a stage until it is told to be so: presses count from there, however fast they come, and one request
  // is under way at a time, so that the last one wins.
  const wanted = new Map();
  const workers_of = (name) => stages().find((stage) => stage.name === name)?.workers;
  const show_workers = (name) => { const output = document.querySelector(`[data-workers="${CSS.escape(name)}"]`); if (output) output.textContent = wanted.get(name)?.workers ?? workers_of(name) ?? ''; };
  async function change(name, by) {
    const wish = wanted.get(name) || { workers: workers_of(name) || 1, asking: false, ended: false };
    wish.workers = Math.max(wish.workers + by, 1);
    wish.ended = wish.waited = false;
    wanted.set(name, wish);
    show_workers(name);
    if (wish.asking) return;
    wish.asking = true;
    let asked = null, done = true;
    while (done && asked !== wish.workers) { asked = wish.workers; done = await ask({ action: 'workers', stage: name, workers: asked }); }
    wish.asking = false;
    // Refused, it is as it was; else the next report but one tells.
    if (done) wish.ended = true; else wanted.delete(name);
    show_workers(name);
  }
  function controls() {
    if (!live) return;
    const box = $('control');
    if (box.hidden) {
      box.hidden = false;
      const button = (id, text, press, main) => h('button', { id, type: 'button', class: main ? 'main' : null, disabled: !token, onclick: press }, text);
      put(box, [title('control', 'Steer', token ? 'Changes take effect at once; watch the charts.' : `To steer the run, ${LOCKED}.`),
        h('div', { class: 'steer' }, button('pause', 'Pause', () => ask({ action: report.paused ? 'resume' : 'pause' }), true), button('drain', 'Drain: finish what is under way, begin nothing', () => ask({ action: 'drain' })), h('span', { id: 'said', role: 'status', class: 'note' })),
        h('div', { class: 'steppers' }, inner().map((stage) => h('div', { class: 'stepper', role: 'group', 'aria-label': `workers of ${stage.name}` }, h('label', {}, stage.name), h('button', { type: 'button', disabled: !token, 'aria-label': `one worker less for ${stage.name}`, 'data-less': stage.name, onclick: () => change(stage.name, -1) }, '−'), h('output', { 'data-workers': stage.name }), h('button', { type: 'button', disabled: !token, 'aria-label': `one worker more for ${stage.name}`, 'data-more': stage.name, onclick: () => change(stage.name, 1) }, '+'))))]);
    }
    for (const { name } of inner()) { const wish = wanted.get(name); if (wish?.ended && (wish.workers === workers_of(name) || wish.waited)) wanted.delete(name); else if (wish?.ended) wish.waited = true; show_workers(name); }
    $('pause').textContent = report.paused ? 'Resume' : 'Pause';
    if (over || !token) for (const button of box.querySelectorAll('button')) button.disabled = true;
  }

  function all() { for (const part of [head, verdict, tiles, controls, graph, over_time, decided, table, latency, slowest, failures, previews, setting]) part(); }
  all();

  // Layouts follow the width, and nothing else.
  let room = innerWidth, waiting = 0;
  addEventListener('resize', () => { if (innerWidth === room) return; room = innerWidth; clearTimeout(waiting); waiting = setTimeout(() => { graph(); draw(); }, 80); });
  $('download').addEventListener('click', () => { const link = $('download'); URL.revokeObjectURL(link.href); link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' })); });

  if (live) {
    const events = new EventSource('/events');
    // Only the newest is drawn, and drawing takes no more than a third of a core: the run needs them.
    let newest = null, timer = 0, rest = 0;
    const show = () => { timer = 0; if (document.hidden && !over) return; const began = performance.now(); report = JSON.parse(newest); all(); rest = 2 * (performance.now() - began); };
    const take = (event) => { newest = event.data; timer ||= setTimeout(show, over ? 0 : rest); };
    document.addEventListener('visibilitychange', () => { if (newest && !timer) timer = setTimeout(show, 0); });
    events.addEventListener('report', take);
    events.addEventListener('end', (event) => { over = true; events.close(); clearTimeout(timer); timer = 0; take(event); });
    events.addEventListener('error', () => { if (!over) { $('state').textContent = 'no connection: the run may have ended'; $('state').dataset.tone = 'bad'; } });
  }
})();
