import { type ChildProcess, spawn } from 'node:child_process';
import { CapabilityError } from '../../core/errors.js';
import type { FleetMember } from '../../documents/fleet.js';
import type { CarriedJob, Carrier, Delivery, DeliveryListener } from '../carrier.js';
import { longestResult } from '../envelope.js';
import { remoteLine, type SshChoice, sshArguments } from './command.js';
import type { SshHost } from './hosts.js';
import { deliveryOf, hasLoggedIn, type SshEnd } from './words.js';

/** How many hosts are asked at the same time. */
const atOnce = 20;

/** The time that a remote command has to end after its input has ended, before its connection is cut. */
const graceMs = 2500;

/** The time in which the streams of an ssh that has ended have to close. */
const closingMs = 1000;

/** ssh's messages are kept up to this length, in UTF-16 units. */
const longestWords = 65_536;

/** Asks hosts with the ssh(1) of the user: its keys, its configuration, its jump hosts. Nothing is installed on the hosts. */
export class SshCarrier implements Carrier {
  readonly deadline = 'of-member';
  /** sshd proves who the host is. */
  readonly claimsAreOpen = false;
  readonly #hosts: ReadonlyMap<string, SshHost>;
  readonly #choice: SshChoice;
  readonly #running = new Set<SshRun>();
  #isCanceled = false;

  constructor(hosts: readonly SshHost[], choice: SshChoice) {
    this.#hosts = new Map(hosts.map((host) => [host.agent, host]));
    this.#choice = choice;
  }

  async roster(): Promise<FleetMember[]> {
    return [...this.#hosts.values()].map(({ agent, group, host }) => ({ agent, group, host }));
  }

  async start(job: CarriedJob, roster: readonly FleetMember[], listener: DeliveryListener): Promise<void> {
    const line = remoteLine(job, this.#choice.remotePath);
    const waiting = roster.values();
    const lane = async (): Promise<void> => {
      for (const { agent } of waiting) {
        const host = this.#hosts.get(agent);
        if (this.#isCanceled) return;
        if (host !== undefined) await this.#ask(host, line, job, listener);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, roster.length) }, lane));
    for (const each of lanes) if (each.status === 'rejected') throw each.reason;
  }

  async #ask(host: SshHost, line: string, job: CarriedJob, listener: DeliveryListener): Promise<void> {
    listener.asked(host.agent);
    const run = new SshRun(sshArguments(host, this.#choice, line, job.deadlineMs), {
      deadlineMs: job.deadlineMs,
      remotePath: this.#choice.remotePath,
      onLogin: () => listener.accepted(host.agent),
      onDelivery: (delivery) => listener.delivered(host.agent, delivery),
    });
    this.#running.add(run);
    try {
      await run.ended;
    } finally {
      this.#running.delete(run);
    }
  }

  cancel(): void {
    this.#isCanceled = true;
    for (const run of this.#running) run.end('interrupt');
  }

  async close(): Promise<void> {
    this.#isCanceled = true;
    for (const run of this.#running) run.kill();
  }
}

interface RunOptions {
  deadlineMs: number;
  remotePath: string;
  onLogin(): void;
  onDelivery(delivery: Delivery): void;
}

/** One run of ssh(1) for one host. */
class SshRun {
  /** Resolves when the process is gone. Rejects where ssh cannot be started. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #options: RunOptions;
  readonly #stdout: Buffer[] = [];
  #octets = 0;
  #stderr = '';
  #cut: SshEnd['cut'] = null;
  #isDelivered = false;
  #isLoggedIn = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(args: readonly string[], options: RunOptions) {
    this.#options = options;
    // In a session of its own, ssh has no terminal to ask questions on, and Ctrl-C does not reach it before its host has answered.
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => this.#takeOutput(chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.#takeWords(chunk));
    this.#timers.push(setTimeout(() => this.end('deadline'), options.deadlineMs));
    // A program of the ssh configuration may outlive ssh and keep its streams open.
    child.once('exit', () => this.#timers.push(setTimeout(() => this.#closeStreams(), closingMs)));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', (error) => reject(sshProblem(error)));
      child.once('close', (status) => {
        this.#deliver(status);
        resolve();
      });
    });
    this.ended.catch(() => {}).finally(() => this.#stopTimers());
  }

  /** Ends the remote command, which may still send what it has; the connection is cut if that takes too long. */
  end(why: 'deadline' | 'interrupt' | 'too-long'): void {
    if (this.#cut !== null) return;
    this.#cut = why;
    // After an interrupt a report of what was measured is worth a moment; after the deadline nothing counts any more.
    if (why !== 'interrupt') this.#deliver(null);
    this.#child.stdin?.end();
    // A connection that is not there yet has no remote command to end.
    if (!this.#isLoggedIn) this.kill();
    else this.#timers.push(setTimeout(() => this.kill(), graceMs));
  }

  kill(): void {
    this.#child.kill('SIGTERM');
    this.#timers.push(setTimeout(() => this.#child.kill('SIGKILL'), graceMs));
  }

  #takeOutput(chunk: Buffer): void {
    if (this.#octets > longestResult) return;
    this.#octets += chunk.length;
    this.#stdout.push(chunk);
    if (this.#octets > longestResult) this.end('too-long');
  }

  #takeWords(chunk: string): void {
    if (this.#stderr.length < longestWords) this.#stderr += chunk.slice(0, longestWords);
    if (this.#isLoggedIn || !hasLoggedIn(this.#stderr)) return;
    this.#isLoggedIn = true;
    this.#options.onLogin();
  }

  #deliver(status: number | null): void {
    if (this.#isDelivered) return;
    this.#isDelivered = true;
    const { deadlineMs, remotePath, onDelivery } = this.#options;
    onDelivery(
      deliveryOf({
        status,
        stdout: Buffer.concat(this.#stdout),
        stderr: this.#stderr,
        cut: this.#cut,
        deadlineMs,
        remotePath,
      }),
    );
  }

  #closeStreams(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function sshProblem(error: Error & { code?: string }): CapabilityError {
  const isMissing = error.code === 'ENOENT';
  return new CapabilityError(
    'ssh',
    isMissing ? 'there is no ssh on this host' : `ssh cannot be started: ${error.message}`,
    isMissing
      ? 'install the OpenSSH client: apt-get install openssh-client, or dnf install openssh-clients'
      : null,
    { cause: error },
  );
}
