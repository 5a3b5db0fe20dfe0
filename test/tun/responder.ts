import { execFileSync } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { toolEnvironment } from '../lab/tools.js';
import { PathAnswers, type PathBehaviour } from '../simulation/answers.js';
import { readSyn } from '../simulation/passing-syn.js';
import { TunDevice, waitReadable } from './kernel.js';
import { type AnsweredSyn, interfaceName, type ResponderSetup, readyLine, reportLine } from './protocol.js';

// A process in its own network namespace. It replies to every packet that the namespace sends, as the scenario files
// say. All its calls block, because it only reads packets and lines of standard input.

interface Due {
  atNs: bigint;
  packet: Buffer;
  /** Completed when the first answer to the SYN is written. */
  record: { readNs: bigint; syn: AnsweredSyn } | null;
}

/** A process can wake up late by this time, so it polls during the last part of a wait. */
const spinNs = 100_000n;
const standardInput = 0;

class Responder {
  readonly #device: TunDevice;
  readonly #paths = new Map<string, PathAnswers>();
  readonly #elsewhere: PathAnswers | null;
  /** In descending order of time, so that removing the next one is cheap. */
  #due: Due[] = [];
  #answered: AnsweredSyn[] = [];
  #syns = 0;

  constructor(device: TunDevice, { paths, elsewhere }: ResponderSetup) {
    this.#device = device;
    for (const [destination, path] of Object.entries(paths)) this.#paths.set(destination, answersOf(path));
    this.#elsewhere = elsewhere === undefined ? null : answersOf(elsewhere);
  }

  /** Answers until standard input ends. */
  run(): void {
    for (;;) {
      for (let packet = this.#device.read(); packet !== null; packet = this.#device.read()) {
        this.#take(packet);
        this.#sendDue();
      }
      this.#sendDue();
      const next = this.#due.at(-1);
      const restNs = next === undefined ? null : next.atNs - process.hrtime.bigint() - spinNs;
      if (restNs !== null && restNs <= 0n) continue;
      const [, isAsked] = waitReadable([this.#device.fd, standardInput], restNs);
      if (isAsked && !this.#obey()) return;
    }
  }

  #take(packet: Buffer): void {
    const readNs = process.hrtime.bigint();
    const syn = readSyn(packet);
    if (syn === null) return;
    this.#syns += 1;
    const { destination, ttl, header } = syn;
    const path = this.#paths.get(destination) ?? this.#elsewhere;
    const answers = path?.to(packet, Number(readNs) / 1e6) ?? [];
    answers.forEach(({ delayMs, packet }, index) => {
      const record = { destination, sourcePort: header.sourcePort, ttl, delayMs: 0, intendedMs: delayMs };
      this.#schedule({
        atNs: readNs + BigInt(Math.round(delayMs * 1e6)),
        packet,
        record: index === 0 ? { readNs, syn: record } : null,
      });
    });
  }

  #schedule(due: Due): void {
    let low = 0;
    let high = this.#due.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#due[middle];
      if (other !== undefined && other.atNs > due.atNs) low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, due);
  }

  #sendDue(): void {
    for (let next = this.#due.at(-1); next !== undefined; next = this.#due.at(-1)) {
      if (next.atNs > process.hrtime.bigint()) return;
      this.#due.pop();
      const writtenNs = process.hrtime.bigint();
      this.#device.write(next.packet);
      if (next.record === null) continue;
      const { readNs, syn } = next.record;
      this.#answered.push({ ...syn, delayMs: Number(writtenNs - readNs) / 1e6 });
    }
  }

  /** Handles one line. Returns false at the end of the input. */
  #obey(): boolean {
    const line = readLine();
    if (line === null) return false;
    if (line !== reportLine) throw new Error(`the responder does not know "${line}"`);
    writeSync(1, `${JSON.stringify({ syns: this.#syns, answered: this.#answered })}\n`);
    this.#syns = 0;
    this.#answered = [];
    return true;
  }
}

function answersOf(path: PathBehaviour): PathAnswers {
  return new PathAnswers(path);
}

/** One line of standard input, or null at its end. The program that starts a responder writes complete lines. */
function readLine(): string | null {
  const chunk = Buffer.alloc(65536);
  let text = '';
  while (!text.endsWith('\n')) {
    waitReadable([standardInput], null);
    const octets = readSync(standardInput, chunk);
    if (octets === 0) return null;
    text += chunk.toString('utf8', 0, octets);
  }
  return text.trimEnd();
}

function bringUp(clients: readonly string[]): void {
  const commands = [
    'link set lo up',
    // Room for a burst of probes to very many targets.
    `link set ${interfaceName} txqueuelen 20000 up`,
    ...clients.map((client) =>
      client.includes(':')
        ? `address add ${client}/128 dev ${interfaceName} nodad`
        : `address add ${client}/32 dev ${interfaceName}`,
    ),
    `route add 0.0.0.0/0 dev ${interfaceName}`,
    `route add ::/0 dev ${interfaceName}`,
  ];
  execFileSync('ip', ['-batch', '-'], { input: commands.join('\n'), env: toolEnvironment });
}

const setup = JSON.parse(readLine() ?? '{}') as ResponderSetup;
const device = new TunDevice(interfaceName);
bringUp(setup.clients);
writeSync(1, `${readyLine}\n`);
new Responder(device, setup).run();
