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
const pages = [...reports, { name: 'every-member', page: reportHtml(samples.report) }];

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
