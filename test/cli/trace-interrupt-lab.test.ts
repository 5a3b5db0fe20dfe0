import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import t from 'tap';
import { validateDocument } from '../documents/validate.js';
import { labUnavailable, startLab } from '../lab/lab.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const terminal = ['python3', join(process.cwd(), 'test/cli/ctrl_c.py')];
const unavailable = await labUnavailable();

interface Order {
  /** Standard output is a pipe instead of the terminal. */
  pipe: boolean;
  /** Ctrl-C is pressed when this appears. A live view shows some of its states only: it must match all states from one on. */
  until: RegExp;
}

t.test('Ctrl-C', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;
  const router = addresses.gateway.ipv4;
  const silent = addresses.eniA.ipv4;
  // The trace has certainly not ended when Ctrl-C is pressed.
  const waiting = ['--wait', '60s'];
  await lab.break('security-group');

  async function pressed(args: string[], order: Order) {
    const argv = [
      ...terminal,
      JSON.stringify({ argv: [...program, 'trace', ...args], pipe: order.pipe, until: order.until.source }),
    ];
    const { stdout, stderr } = await lab.exec('client', argv);
    if (stderr !== '') throw new Error(stderr);
    const { terminal: screen, ...ended } = JSON.parse(stdout);
    return { ...ended, screen, last: afterErasing(screen) } as {
      pipe: string;
      code: number;
      screen: string;
      last: string;
    };
  }

  t.test('trace: the hops so far are printed, and the ending says that it was interrupted', async (t) => {
    const { code, last } = await pressed([silent, ...waiting], {
      pipe: false,
      until: new RegExp(` 1  ${router}`),
    });
    t.equal(code, 130);
    t.match(last, `trace to ${silent} port 443, from ${addresses.client.ipv4}, method syn\n 1  ${router}  `);
    t.match(
      last,
      new RegExp(
        `\\nInterrupted after hop 1 \\(${router.replaceAll('.', '\\.')}\\): the state of port 443 was not yet known\\.`,
      ),
    );
    t.match(last, /\npprobe: interrupted; this is what was measured until then\n$/);
  });

  t.test('trace --json: one document with the hops so far', async (t) => {
    const order = { pipe: true, until: new RegExp(` 1  ${router}`) };
    const { code, pipe, last } = await pressed([silent, ...waiting, '--json'], order);
    t.equal(code, 130);
    const document = JSON.parse(pipe);
    t.same(validateDocument(document), []);
    t.match(document, { kind: 'trace', outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null });
    t.equal(document.hops[0].probes[0].from, router);
    t.equal(last, 'pprobe: interrupted; this is what was measured until then\n');
  });

  t.test('trace --watch: the table of all rounds is printed', async (t) => {
    const args = [addresses.public.ipv4, '--watch', '--interval', '50'];
    const { code, last } = await pressed(args, { pipe: false, until: /([3-9]|\d\d+) rounds: open/ });
    t.equal(code, 130);
    t.match(last, `watch of ${addresses.public.ipv4} port 443`);
    t.match(last, /Hop +Loss% +Sent +Last +Avg +Best +Worst +StdDev\n/);
    const rows = last.split('\n').filter((line) => /^ *\d+ {2,}\S/.test(line));
    t.equal(rows.length, 5, 'a row for each hop, and no row for hops that were not probed');
    t.match(last, /\n\d+ rounds: open \d+/);
    t.match(last, /\npprobe: interrupted; this is what was measured until then\n$/);
  });

  t.test('trace --watch --json: complete lines, and the number of the last round', async (t) => {
    const args = [addresses.public.ipv4, '--watch', '--json', '--interval', '50'];
    const { code, pipe, last } = await pressed(args, { pipe: true, until: /"round":3/ });
    t.equal(code, 130);
    const rounds = pipe
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const round of rounds) t.same(validateDocument(round), []);
    t.strictSame(
      rounds.map(({ round }) => round),
      rounds.map((_, index) => index + 1),
    );
    t.equal(last, `pprobe: interrupted after round ${rounds.length}\n`);
  });
});

/** The text on the terminal after the live view was erased for the last time. */
function afterErasing(screen: string): string {
  const rest = screen.slice(screen.lastIndexOf('\x1b[J') + 1);
  return stripVTControlCharacters(rest.replace(/^\[J/, '')).replaceAll('\r\n', '\n').replace(/^\^C/, '');
}
