import { once } from 'node:events';
import { test } from 'tap';
import { engineStatus } from '../../src/net/wire/engines.js';
import { closedTcpPort } from '../closed-port.js';
import { pprobe, start } from './pprobe.js';

const engines = await engineStatus();
const skip = engines.some(({ available }) => available) ? false : 'this host has no trace engine';

test('--watch without a terminal prints a line per round, and the table at the end', { skip }, async (t) => {
  const port = String(await closedTcpPort());
  const args = ['trace', '127.0.0.1', port, '--watch', '--count', '2', '--interval', '20ms'];
  const { code, stdout } = await pprobe(args);
  t.equal(code, 13);
  t.match(
    stdout,
    /^\d\d:\d\d:\d\dZ round 1: closed, 1 hop, .*\n\d\d:\d\d:\d\dZ round 2: closed, .*\nwatch of 127\.0\.0\.1 /,
  );
  const report = await pprobe(['trace', '-rc', '2', '-i', '0.02', '127.0.0.1', port]);
  t.equal(report.code, 13);
  t.match(report.stdout, /^watch of 127\.0\.0\.1 .*\n {5}Hop /);
  t.match(report.stdout, /\n2 rounds: closed 2\./);
});

test('each line is written at once, and a pipe that is closed early ends the watch quietly', {
  skip,
}, async (t) => {
  const port = String(await closedTcpPort());
  const { child, finished } = start(['trace', '127.0.0.1', port, '--watch', '--interval', '20ms']);
  const [line] = await once(child.stdout ?? child, 'data');
  t.match(String(line), /^\d\d:\d\d:\d\dZ round 1: closed/);
  child.stdout?.destroy();
  const { stderr } = await finished;
  t.equal(stderr, '');
});

test('--max-time ends a watch with its table, and the exit code is that of the trace', {
  skip,
}, async (t) => {
  const port = String(await closedTcpPort());
  const { code, stdout } = await pprobe(['trace', '127.0.0.1', port, '--watch', '--max-time', '6s']);
  t.equal(code, 13);
  t.match(stdout, /\n\d+ rounds?: closed \d+/);
});
