import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toolEnvironment } from '../lab/tools.js';
import { type ResponderReport, type ResponderSetup, readyLine, reportLine } from './protocol.js';

const program = join(process.cwd(), 'build/tun/responder.js');

const responderPriority = 20;
const toolPriority = 10;

function realtime(priority: number): string[] {
  return ['chrt', '--rr', String(priority)];
}

/** A container may forbid it. */
function isRealtimeAllowed(): boolean {
  const [command = '', ...args] = [...realtime(responderPriority), 'true'];
  return spawnSync(command, args, { env: toolEnvironment }).status === 0;
}

/** The command with the priority of programs that are compared, where the host allows it: other load does not delay them. */
export function inRealtime(argv: readonly string[]): string[] {
  return isRealtimeAllowed() ? [...realtime(toolPriority), ...argv] : [...argv];
}

/** Why no responder can run on this host, or null. */
export function tunUnavailable(): string | null {
  if (process.platform !== 'linux') return 'a TUN responder needs Linux';
  if (process.getuid?.() !== 0) return 'a TUN responder needs root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return null;
  } catch {
    return 'there is no /dev/net/tun here; in a container, run it with --device /dev/net/tun';
  }
}

export interface Finished {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/** A network namespace in which all packets take a simulated path. */
export class TunPath {
  readonly #responder: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #areToolsRealtime: boolean;

  private constructor(responder: ChildProcessWithoutNullStreams, areToolsRealtime: boolean) {
    this.#responder = responder;
    this.#areToolsRealtime = areToolsRealtime;
    this.#lines = createInterface({ input: responder.stdout })[Symbol.asyncIterator]();
  }

  /**
   * The responder has real-time priority where the host allows it: a real path does not wait for other processes.
   * `areToolsRealtime` gives it to the programs in the namespace, too, so that a benchmark compares programs alone.
   * @throws Error with the responder's output if it did not start.
   */
  static async start(setup: ResponderSetup, { areToolsRealtime = false } = {}): Promise<TunPath> {
    const argv = ['unshare', '--net', process.execPath, program];
    const [command = '', ...args] = isRealtimeAllowed() ? [...realtime(responderPriority), ...argv] : argv;
    const responder = spawn(command, args, { env: toolEnvironment });
    let said = '';
    responder.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const path = new TunPath(responder, areToolsRealtime);
    responder.stdin.on('error', () => {});
    responder.stdin.write(`${JSON.stringify(setup)}\n`);
    if ((await path.#nextLine()) !== readyLine) throw new Error(`the responder did not start: ${said}`);
    return path;
  }

  /** The command that runs `argv` in the namespace. */
  inside(argv: readonly string[]): string[] {
    // unshare(1) and chrt(1) replace themselves with the responder, so the process is the responder's.
    const enter = ['nsenter', `--net=/proc/${this.#responder.pid}/ns/net`, '--'];
    return [...(this.#areToolsRealtime ? realtime(toolPriority) : []), ...enter, ...argv];
  }

  /** Runs a command in the namespace to its end. */
  async exec(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const [command = '', ...args] = this.inside(argv);
    const child = spawn(command, args, {
      env: { ...toolEnvironment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
      });
    }
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { ...output, exitCode };
  }

  /** The answers since the last report, with their times. */
  async report(): Promise<ResponderReport> {
    this.#responder.stdin.write(`${reportLine}\n`);
    return JSON.parse(await this.#nextLine()) as ResponderReport;
  }

  /** Ends the responder, and with it the namespace. */
  async stop(): Promise<void> {
    if (this.#responder.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#responder.once('close', resolve));
    this.#responder.stdin.end();
    await ended;
  }

  async #nextLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    return done === true ? '' : value;
  }
}
