import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'tap';
import type { VerdictClass } from '../../../src/documents/report.js';
import { reportHtml } from '../../../src/report/html/page.js';
import { rows } from '../../diagnose/rules/all.rows.js';
import { samples } from '../../documents/samples.js';
import { reportOf } from '../report-of.js';
import { complaintsOf, noBrowser, openBrowser, openFolds, overflowing } from './browser.js';

/** For each class a row of the rules that has this verdict, with the most observations. */
const reports = (['dns', 'timeout', 'policy', 'tls', 'service', 'reachable'] satisfies VerdictClass[]).map(
  (name) => {
    const ofClass = rows.map(({ given }) => reportOf(given)).filter(({ verdict }) => verdict.class === name);
    const length = (report: object) => JSON.stringify(report).length;
    const [longest] = ofClass.toSorted((one, other) => length(other) - length(one));
    return { name, page: reportHtml(longest ?? samples.report) };
  },
);
/** The report with the longest way through the configuration that has a gate of each state. */
const [gated] = rows
  .map(({ given }) => reportOf(given))
  .filter(({ gates = [] }) => new Set(gates.map(({ state }) => state)).size >= 3)
  .toSorted((one, other) => (other.gates?.length ?? 0) - (one.gates?.length ?? 0));
const pages = [
  ...reports,
  { name: 'every-member', page: reportHtml(samples.report) },
  { name: 'gates', page: reportHtml(gated ?? samples.report) },
];

test('a page fits a desktop and a phone, in light and dark, and the browser has nothing to complain about', {
  skip: noBrowser,
}, async (t) => {
  const browser = await openBrowser(t);
  const folder = t.testdir(Object.fromEntries(pages.map(({ name, page }) => [`${name}.html`, page])));
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 844 } });
      const complaints = complaintsOf(page);
      for (const { name } of pages) {
        await page.goto(pathToFileURL(join(folder, `${name}.html`)).href, { timeout: 60_000 });
        // The folds are part of the page, so they are opened as a reader opens them.
        await openFolds(page);
        const what = `${name}, ${width} wide, ${colorScheme}`;
        t.same(await overflowing(page), [], `${what}: nothing overflows`);
        t.same(complaints.splice(0), [], `${what}: no complaint`);
        t.match(await page.textContent('h1'), /\S/, `${what}: a headline`);
      }
      await page.close();
    }
  }
});

test('the way through the configuration is drawn in path order, in the colour of each state', {
  skip: noBrowser,
}, async (t) => {
  const { gates = [], observations } = gated ?? samples.report;
  t.ok(gates.length > 8, `${gates.length} gates`);
  const folder = t.testdir({ 'gates.html': reportHtml(gated ?? samples.report) });
  const browser = await openBrowser(t);
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await page.goto(pathToFileURL(join(folder, 'gates.html')).href, { timeout: 60_000 });
  const drawn = (await page.evaluate(`[...document.querySelectorAll('.gates > li.gate')].map((station) => ({
    text: station.textContent,
    colour: getComputedStyle(station.querySelector('.node')).borderTopColor,
  }))`)) as { text: string; colour: string }[];
  t.equal(drawn.length, gates.length);
  const colours = new Map<string, string>();
  for (const [index, { state, resource, rule }] of gates.entries()) {
    const { text = '', colour = '' } = drawn[index] ?? {};
    for (const name of [resource, rule]) if (name !== null) t.ok(text.includes(name), name);
    t.equal(colours.get(state) ?? colour, colour, `${state} has one colour`);
    colours.set(state, colour);
  }
  t.equal(new Set(colours.values()).size, colours.size, 'each state has a colour of its own');
  t.ok((await page.textContent('main'))?.includes(`account ${observations.configuration?.account}`));
});

test('what these tests look for is found where it is', { skip: noBrowser }, async (t) => {
  const [{ page: sound } = { page: '' }] = pages;
  const folder = t.testdir({
    'script.html': sound.replace('<main>', '<main><script>document.title = 1</script><p onclick="x">'),
  });
  const browser = await openBrowser(t);
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const complaints = complaintsOf(page);
  await page.goto(pathToFileURL(join(folder, 'script.html')).href);
  t.match(complaints.join('\n'), /Content Security Policy/);
  await page.setContent(`<body>${'x'.repeat(500)}</body>`);
  t.not((await overflowing(page)).length, 0);
});
