import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, type ReadStream } from 'node:fs';
import { afterRunning, type RunningLimit } from '../../core/clock.js';
import { CapabilityError } from '../../core/errors.js';
import type { FleetMember } from '../../documents/fleet.js';
import type { CarriedJob, Carrier, Delivery, DeliveryListener } from '../carrier.js';
import { longestResult } from '../envelope.js';
import type { ProgramArchive } from './archives.js';
import { remoteLine, type SshChoice, sshArguments } from './command.js';
import { CopyTalk, type CopyWord } from './copy.js';
import type { SshHost } from './hosts.js';
import { deliveryOf, type SshEnd, SshWords } from './words.js';

/** How many hosts are asked at the same time. */
const atOnce = 20;

/** The time that a remote command has to end after its input has ended, before its connection is cut. */
const graceMs = 2500;

/** The time in which the streams of an ssh that has ended have to close. */
const closingMs = 1000;

/** The longest that copying pprobe to a host may take, and the longest without progress. The host's deadline follows. */
const copyMs = 300_000;
const stalledMs = 60_000;

/**
 * Asks hosts with the ssh(1) of the user: its keys, its configuration, its jump hosts. Nothing is installed on the hosts, except
 * that pprobe is copied into a directory of the user where that is asked for.
 */
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
    const line = remoteLine(job, this.#choice);
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
      choice: this.#choice,
      onLogin: () => listener.accepted(host.agent),
      onCopy: (isOn) => listener.copying?.(host.agent, isOn),
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
  choice: SshChoice;
  onLogin(): void;
  /** pprobe is being copied, or is there. */
  onCopy(isOn: boolean): void;
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
  readonly #words = new SshWords();
  #cut: SshEnd['cut'] = null;
  #isDelivered = false;
  #isLoggedIn = false;
  /** Until the program is there. */
  #copying: CopyTalk | null;
  #copyFailure: string | null = null;
  #archive: ReadStream | null = null;
  #limit: RunningLimit;
  #closing: RunningLimit | null = null;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(args: readonly string[], options: RunOptions) {
    this.#options = options;
    const { copy } = options.choice;
    this.#copying = copy === null ? null : new CopyTalk(copy);
    // In a session of its own, ssh has no terminal to ask questions on, and Ctrl-C does not reach it before its host has answered.
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => this.#takeOutput(chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.#takeWords(chunk));
    this.#limit = afterRunning(options.deadlineMs, () => this.end('deadline'));
    // A program of the ssh configuration may outlive ssh and keep its streams open.
    child.once('exit', () => {
      this.#closing = afterRunning(closingMs, () => this.#closeStreams());
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', (error: Error & { code?: string }) => {
        // Without the program there is no host to ask. No more processes or files are a matter of this moment.
        if (error.code === 'ENOENT' || error.code === 'EACCES') reject(sshProblem(error));
        else this.#deliverNotAsked(error.message);
        resolve();
      });
      child.once('close', (status) => {
        this.#deliver(status);
        resolve();
      });
    });
    this.ended.catch(() => {}).finally(() => this.#stopTimers());
  }

  /** Ends the remote command, which may still send what it has; the connection is cut if that takes too long. */
  end(why: NonNullable<SshEnd['cut']>): void {
    if (this.#cut !== null) return;
    this.#cut = why;
    // After an interrupt a report of what was measured is worth a moment; after the deadline nothing counts any more.
    if (why !== 'interrupt') this.#deliver(null);
    this.#archive?.destroy();
    this.#child.stdin?.end();
    // A connection that is not there yet has no remote command to end.
    if (!this.#isLoggedIn) this.kill();
    else this.#timers.push(setTimeout(() => this.kill(), graceMs));
  }

  kill(): void {
    this.#child.kill('SIGTERM');
    this.#timers.push(setTimeout(() => this.#child.kill('SIGKILL'), graceMs));
  }

  #takeOutput(octets: Buffer): void {
    let chunk = octets;
    if (this.#copying !== null) {
      const { words, rest } = this.#copying.take(chunk);
      for (const word of words) this.#takeCopyWord(word);
      if (rest === null) return;
      this.#copying = null;
      chunk = rest;
    }
    if (this.#octets > longestResult) return;
    this.#octets += chunk.length;
    this.#stdout.push(chunk);
    if (this.#octets > longestResult) this.end('too-long');
  }

  #takeCopyWord(word: CopyWord): void {
    const { deadlineMs, onCopy } = this.#options;
    if (word.step === 'failed') this.#copyFailure ??= word.reason;
    // Once: a host that asks again has nothing of the archive.
    else if (word.step === 'want' && this.#archive === null) {
      onCopy(true);
      this.#send(word.archive);
    } else if (word.step === 'got') this.#endAfter(stalledMs, 'copy');
    else if (word.step === 'ready') {
      onCopy(false);
      this.#endAfter(deadlineMs, 'deadline');
    }
  }

  /** Writes an archive to the host, which reads as many octets as it has. The end of the input would end the measurement. */
  #send({ file }: ProgramArchive): void {
    this.#endAfter(stalledMs, 'copy');
    this.#timers.push(setTimeout(() => this.#copying !== null && this.end('copy'), copyMs));
    const { stdin } = this.#child;
    const archive = createReadStream(file);
    this.#archive = archive;
    archive.on('data', () => this.#endAfter(stalledMs, 'copy'));
    archive.on('error', (error) => {
      this.#copyFailure ??= `pprobe is not copied: ${file} cannot be read: ${error.message}`;
      stdin?.end();
    });
    stdin?.once('close', () => archive.destroy());
    if (stdin !== null) archive.pipe(stdin, { end: false });
  }

  /** Replaces the time at which this run ends. */
  #endAfter(ms: number, cut: 'deadline' | 'copy'): void {
    this.#limit.cancel();
    if (this.#cut === null) this.#limit = afterRunning(ms, () => this.end(cut));
  }

  #takeWords(chunk: string): void {
    this.#words.take(chunk);
    if (this.#isLoggedIn || !this.#words.isLoggedIn) return;
    this.#isLoggedIn = true;
    this.#options.onLogin();
  }

  #deliver(status: number | null): void {
    if (this.#isDelivered) return;
    this.#isDelivered = true;
    const { deadlineMs, choice, onDelivery } = this.#options;
    onDelivery(
      deliveryOf({
        status,
        stdout: this.#copying?.heard ?? Buffer.concat(this.#stdout),
        words: this.#words,
        cut: this.#cut,
        copyFailure: this.#copyFailure,
        isCopied: this.#copying === null,
        deadlineMs,
        remotePath: choice.remotePath,
      }),
    );
  }

  #deliverNotAsked(why: string): void {
    if (this.#isDelivered) return;
    this.#isDelivered = true;
    this.#options.onDelivery({ outcome: 'silent', reason: `ssh cannot be started on this host: ${why}` });
  }

  #closeStreams(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #stopTimers(): void {
    this.#limit.cancel();
    this.#closing?.cancel();
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
