import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { poller } from '../../../src/net/libc/poller.js';
import { libc as here, noLibc as skip } from './libc-here.js';

// A constant of this file, so that the compiler narrows its type after a check.
const libc = here;

/** An eventfd: a descriptor that becomes readable on demand. */
function bell(calls: NonNullable<typeof libc>) {
  const fd = calls.eventfd(0, 0x800);
  const one = Buffer.alloc(8);
  one.writeBigUInt64LE(1n);
  return {
    fd,
    ring: () => calls.write(fd, one, 8),
    silence: () => calls.read(fd, Buffer.alloc(8), 8),
    close: () => calls.close(fd),
  };
}

/** Blocks the event loop. */
function beBusy(ms: number): void {
  const endNs = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
  while (process.hrtime.bigint() < endNs);
}

t.test(
  'a busy event loop does not change the time at which a descriptor became ready',
  { skip },
  async (t) => {
    if (libc === null) return;
    const doorbell = bell(libc);
    let tell: (readyAtNs: bigint | null) => void = () => {};
    const ready = new Promise<bigint | null>((resolve) => {
      tell = resolve;
    });
    const stop = poller(libc).add(doorbell.fd, 'input', (readyAtNs) => {
      doorbell.silence();
      tell(readyAtNs);
    });
    // One turn, so that the wait has started in its thread.
    await new Promise((settle) => setTimeout(settle, 500));
    const rungNs = process.hrtime.bigint();
    doorbell.ring();
    beBusy(2000);
    const readyAtNs = await ready;
    const readNs = process.hrtime.bigint();
    stop();
    doorbell.close();
    t.not(readyAtNs, null);
    const lateMs = Number((readyAtNs ?? readNs) - rungNs) / 1e6;
    const readMs = Number(readNs - rungNs) / 1e6;
    t.ok(lateMs >= 0 && lateMs < readMs / 2, `ready after ${lateMs} ms, read after ${readMs} ms`);
  },
);

t.test(
  'the times of several descriptors that became ready while the loop was busy are unknown',
  { skip },
  async (t) => {
    if (libc === null) return;
    const bells = [bell(libc), bell(libc)];
    const told: (bigint | null)[] = [];
    const stops = bells.map(({ fd, silence }) =>
      poller(libc).add(fd, 'input', (readyAtNs) => {
        silence();
        told.push(readyAtNs);
      }),
    );
    await new Promise((settle) => setTimeout(settle, 500));
    for (const each of bells) each.ring();
    beBusy(500);
    while (told.length < bells.length) await new Promise((settle) => setTimeout(settle, 5));
    for (const stop of stops) stop();
    for (const each of bells) each.close();
    t.same(told, [null, null]);
  },
);

t.test('ready descriptors can be read at once, without waiting for the thread', { skip }, async (t) => {
  if (libc === null) return;
  const doorbell = bell(libc);
  let count = 0;
  const stop = poller(libc).add(doorbell.fd, 'input', () => {
    doorbell.silence();
    count += 1;
  });
  doorbell.ring();
  poller(libc).readNow();
  t.equal(count, 1);
  stop();
  poller(libc).readNow();
  doorbell.ring();
  poller(libc).readNow();
  t.equal(count, 1, 'nothing is reported after its removal');
  doorbell.close();
});

t.test('more descriptors are ready than one call returns', { skip }, async (t) => {
  if (libc === null) return;
  const bells = Array.from({ length: 150 }, () => bell(libc));
  const told = new Set<number>();
  const stops = bells.map(({ fd, silence }) =>
    poller(libc).add(fd, 'input', () => {
      silence();
      told.add(fd);
    }),
  );
  for (const each of bells) each.ring();
  poller(libc).readNow();
  t.equal(told.size, bells.length);
  for (const stop of stops) stop();
  for (const each of bells) each.close();
});

/** Runs a program with `libc` and `poller` in its own process. */
async function inProcess(program: string): Promise<string> {
  const modules = ['load', 'poller'].map(
    (name) => new URL(`../../../dist/net/libc/${name}.js`, import.meta.url).href,
  );
  const begin = `
    const [{ loadLibc }, { poller }] = await Promise.all(${JSON.stringify(modules)}.map((each) => import(each)));
    const libc = await loadLibc();`;
  const argv = ['--input-type=module', '-e', begin + program];
  return (await promisify(execFile)(process.execPath, argv, { timeout: 300_000 })).stdout;
}

t.test('an error of one callback is uncaught, and the others are still called', { skip }, async (t) => {
  const said = await inProcess(`
    process.on('uncaughtException', ({ message }) => console.log(message));
    const stops = [() => { throw new Error('mine'); }, () => console.log('told')].map((tell) => {
      const stop = poller(libc).add(libc.eventfd(1, 0x800), 'input', () => { stop(); tell(); });
    });`);
  t.same(said.trim().split('\n').sort(), ['mine', 'told']);
});

t.test(
  'a wait ends when nothing is watched any more, whoever reads before its thread runs',
  { skip },
  async (t) => {
    // In the place of the thread, a wait that looks once in each turn of the event loop, so that it is always late.
    const said = await inProcess(`
    const turn = () => new Promise(setImmediate);
    let waits = 0;
    const ppoll = async (descriptor) => {
      waits += 1;
      while (libc.epoll_wait(descriptor.readInt32LE(0), Buffer.alloc(1024), 64, 0) === 0) await turn();
      waits -= 1;
    };
    const late = poller({ ...libc, ppoll });
    const stop = late.add(libc.eventfd(0, 0x800), 'input', () => {});
    await turn();
    const before = waits;
    stop();
    late.readNow();
    for (let count = 0; count < 10; count += 1) await turn();
    console.log(before, waits);
    process.exit();`);
    t.equal(said, '1 0\n');
  },
);

t.test('a process exits while a wait is in progress', { skip }, async (t) => {
  const ended = inProcess(`
    poller(libc).add(libc.eventfd(0, 0x800), 'input', () => {});
    setTimeout(() => process.exit(7), 50);`);
  await t.rejects(ended, { code: 7 });
});
