import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

/** Where Debian, Amazon Linux and Fedora put Chromium. */
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/chromium-headless-shell'].find(
  (path) => existsSync(path),
);

/** Why no page can be opened here, or false. */
export const noBrowser = program === undefined ? 'Chromium is not installed' : false;

/** Starts Chromium without a window; the end of the test closes it. */
export async function openBrowser(t: Test): Promise<Browser> {
  // The sandbox of Chromium does not start as root. The pages are our own.
  const browser = await chromium.launch({
    executablePath: program ?? 'chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    timeout: 60_000,
  });
  t.teardown(() => browser.close());
  return browser;
}

/** Everything that the browser complains about in a page: errors of scripts and styles, violations of its policy, failed loads. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  return complaints;
}

/**
 * The elements that reach beyond the right edge of the window, each with its tag, class and text, unless they are inside
 * something that scrolls sideways by itself.
 */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(findOverflowing);
}

/** Opens all folds of a page. */
export function openFolds(page: Page): Promise<void> {
  return page.evaluate<void>('document.querySelectorAll("details").forEach((fold) => { fold.open = true; })');
}

// A text and no function: it runs in the browser, where what the TypeScript loader adds to functions does not exist.
const findOverflowing = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const scrolls = (element) =>
    element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 0.5 && !scrolls(element),
  );
  const own = scrollWidth > clientWidth ? ['the page is ' + scrollWidth + ' wide'] : [];
  return [...own, ...wide.map((element) => element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 60))];
})()`;
