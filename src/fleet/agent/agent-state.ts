import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idPattern } from '../job.js';
import type { SeenJobs } from './admission.js';

/** A result that is not delivered yet. */
export interface PendingResult {
  job: string;
  body: Buffer;
}

/** The most results that wait; the oldest goes first. */
const mostPending = 50;

/**
 * What an agent must not forget when it ends: results that the broker has not taken, and the ids of jobs it ran. Kept below
 * `stateDir`, one file a result; in memory alone where the directory cannot be written.
 */
export class AgentState {
  readonly #directory: string;
  readonly #pending = new Map<string, Buffer>();
  readonly #note: (line: string) => void;
  /** The directory could be opened. */
  readonly #isThere: boolean;
  /** The last file could be written. */
  #isWritten = true;

  /**
   * Opens the directory of one agent, and makes it where it does not exist. `note` is told once that nothing can be written there, and
   * once that it can be again.
   */
  constructor(stateDir: string, fleet: string, agent: string, note: (line: string) => void) {
    this.#directory = join(stateDir, `${fleet}.${agent}`);
    this.#note = note;
    this.#isThere = this.#open();
  }

  #open(): boolean {
    try {
      mkdirSync(join(this.#directory, 'results'), { recursive: true, mode: 0o700 });
      const names = readdirSync(join(this.#directory, 'results')).sort();
      for (const name of names) {
        const job = name.replace(/\.gz$/, '');
        if (name.endsWith('.gz') && idPattern.test(job))
          this.#pending.set(job, readFileSync(this.#fileOf(job)));
        else rmSync(join(this.#directory, 'results', name), { force: true });
      }
      writeFileSync(join(this.#directory, 'agent'), `${process.pid}\n`, { mode: 0o600 });
      return true;
    } catch (error) {
      this.#tellLoss(error);
      return false;
    }
  }

  #tellLoss(error: unknown): void {
    this.#isWritten = false;
    const why = error instanceof Error ? error.message : String(error);
    this.#note(`stateDir: ${why}: results are lost where this process ends before the broker has them`);
  }

  #fileOf(job: string): string {
    return join(this.#directory, 'results', `${job}.gz`);
  }

  /** Keeps a result until it is delivered. */
  keep({ job, body }: PendingResult): void {
    this.#pending.set(job, body);
    this.#write(this.#fileOf(job), body);
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= mostPending) break;
      this.#note(`job=${oldest} the result is dropped: ${mostPending} newer ones wait for the broker`);
      this.delivered(oldest);
    }
  }

  /** The broker has it, or will never take it. */
  delivered(job: string): void {
    this.#pending.delete(job);
    if (this.#isThere) remove(this.#fileOf(job));
  }

  /** In the order in which they were kept. */
  pending(): PendingResult[] {
    return [...this.#pending].map(([job, body]) => ({ job, body }));
  }

  readSeen(): SeenJobs {
    try {
      const value: unknown = JSON.parse(readFileSync(join(this.#directory, 'seen.json'), 'utf8'));
      const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
      return new Map(entries.flatMap(([id, at]) => (typeof at === 'number' ? [[id, at] as const] : [])));
    } catch {
      return new Map();
    }
  }

  /** Must be written before the job starts, so that a copy is not run after a crash. */
  writeSeen(seen: SeenJobs): void {
    this.#write(join(this.#directory, 'seen.json'), JSON.stringify(Object.fromEntries(seen)));
  }

  /** Under a temporary name first, so that a file is whole or not there. A disk that is full leaves the result in memory. */
  #write(path: string, content: string | Buffer): void {
    if (!this.#isThere) return;
    try {
      writeFileSync(`${path}.new`, content, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      if (!this.#isWritten) this.#note('stateDir: files can be written again');
      this.#isWritten = true;
    } catch (error) {
      remove(`${path}.new`);
      if (this.#isWritten) this.#tellLoss(error);
    }
  }
}

/** A directory that was taken away or became read-only must not end the agent. A result that stays is delivered twice, and kept once. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays.
  }
}
