// Makes the pictures that README shows, docs/images/terminal.png and docs/images/report.png: a diagnosis of the lab's fault
// `security-group`, as a terminal of 100 columns has it, and the HTML report of the same, both without their ends. Needs root, Chromium and a build.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const images = join(root, 'docs/images');
const url = 'https://abc123defg.execute-api.us-east-1.amazonaws.com/prod';
const typed = `pprobe diagnose ${url} -4`;

function lab(...words) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'build/lab/main.js'), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`lab ${words.join(' ')} ended with ${status}`);
  return stdout;
}

const colours = ['#000', '#e5484d', '#30a46c', '#d9a514', '#4d8ef7', '#b072d1', '#3fb0c0', '#d7dae0'];

/** Text with SGR sequences (ECMA-48 8.3.117) as HTML. */
function terminalHtml(text) {
  let style = {};
  return text.split(/\x1b\[([\d;]*)m/).reduce((markup, part, index) => {
    if (index % 2 === 1) {
      for (const code of part.split(';').map(Number)) {
        if (code === 0) style = {};
        else if (code === 1) style = { ...style, 'font-weight': 'bold' };
        else if (code === 2) style = { ...style, opacity: 0.65 };
        else if (code === 22) style = { color: style.color };
        else if (code >= 30 && code <= 37) style = { ...style, color: colours[code - 30] };
        else if (code >= 90 && code <= 97) style = { ...style, color: colours[code - 90] };
        else if (code === 39) style = { ...style, color: undefined };
      }
      return markup;
    }
    const css = Object.entries(style).filter(([, value]) => value !== undefined);
    const escaped = part.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `${markup}<span style="${css.map(([name, value]) => `${name}:${value}`).join(';')}">${escaped}</span>`;
  }, '');
}

const frame = `body { margin: 0; background: #14161a; color: #d7dae0 }
  pre { margin: 0; padding: 18px 22px; font: 14px/1.4 "DejaVu Sans Mono", monospace; width: 101ch; height: 32em; overflow: hidden }`;

const folder = mkdtempSync(join(tmpdir(), 'pprobe-'));
const page = join(folder, 'report.html');
try {
  lab('up');
  lab('break', 'security-group');
  // script(1) gives the command a terminal; the progress on standard error is not part of the picture.
  const command = `stty cols 100; ${typed} --html ${page} 2>/dev/null; true`;
  const output = lab('exec', '--', 'script', '-qec', command, '/dev/null').replaceAll('\r', '');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  mkdirSync(images, { recursive: true });
  const terminal = await browser.newPage({ viewport: { width: 920, height: 400 } });
  const prompt = `<span style="color:${colours[2]}">$</span> ${typed}\n`;
  await terminal.setContent(`<style>${frame}</style><pre>${prompt}${terminalHtml(output)}</pre>`);
  await terminal.locator('pre').screenshot({ path: join(images, 'terminal.png') });
  const report = await browser.newPage({ viewport: { width: 920, height: 860 } });
  await report.goto(pathToFileURL(page).href);
  await report.screenshot({ path: join(images, 'report.png') });
  await browser.close();
} finally {
  lab('down');
  rmSync(folder, { recursive: true });
}
