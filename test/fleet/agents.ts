import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { readPublicKey } from '../../src/fleet/signature.js';

const program = fileURLToPath(new URL('../../bin/pprobe.js', import.meta.url));

/** The key of a controller, and what agents and messages know of it. */
export interface ControllerKey {
  privateKey: KeyObject;
  publicPem: string;
  id: string;
  /** The file of the private key. */
  file: string;
}

export function makeControllerKey(directory: string, name = 'controller'): ControllerKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const file = join(directory, `${name}.pem`);
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { privateKey, publicPem, id: readPublicKey(publicPem, 'key').id, file };
}

/** A job with every member, as a controller sends it. */
export function jobOf(
  fleet: string,
  target: string,
  more: object = {},
): Record<string, unknown> & { id: string } {
  const now = Date.now();
  return {
    kind: 'job',
    version: 1,
    id: randomUUID(),
    fleet,
    check: 'diagnose',
    target,
    options: {},
    startAfterMs: 0,
    spreadMs: 0,
    deadlineMs: 60_000,
    issuedAt: new Date(now).toISOString(),
    notAfter: new Date(now + 120_000).toISOString(),
    redact: false,
    requestedBy: 'test',
    reason: null,
    ...more,
  };
}

/** What an agent answers to a job at once. */
export interface Answer {
  state: string;
  agent: string;
  reason: string | null;
}

/** The headers of a job that `key` has signed. */
export function signed(body: Uint8Array, key: ControllerKey): MsgHdrs {
  const told = headers();
  told.set('pprobe-signature', sign(null, body, key.privateKey).toString('base64'));
  told.set('pprobe-key', key.id);
  return told;
}

/** Sends octets as a job, signed by `key`, and resolves with the first answer. */
export async function send(
  connection: NatsConnection,
  subject: string,
  body: string | Uint8Array,
  key: ControllerKey,
  forged: { signature?: string; key?: string } = {},
): Promise<Answer> {
  const octets = typeof body === 'string' ? Buffer.from(body) : body;
  const told = signed(octets, key);
  if (forged.signature !== undefined) told.set('pprobe-signature', forged.signature);
  if (forged.key !== undefined) told.set('pprobe-key', forged.key);
  const answer = await connection.request(subject, octets, { timeout: 60_000, headers: told });
  return answer.json<Answer>();
}

export interface AgentPlace {
  directory: string;
  server: string;
  fleet: string;
  id: string;
  seedFile: string;
  config: object;
  /** A command that runs the agent, such as `ip netns exec NAME`. */
  within?: readonly string[];
}

/** A real agent in a process of its own. */
export class AgentProcess {
  readonly child: ChildProcess;
  #said = '';
  readonly #waiting = new Set<() => void>();

  constructor({ directory, server, fleet, id, seedFile, config, within = [] }: AgentPlace) {
    const stateDir = join(directory, 'state');
    mkdirSync(stateDir, { recursive: true });
    const file = join(directory, `${id}.json`);
    writeFileSync(file, JSON.stringify({ stateDir, connectSpreadMs: 0, ...config }));
    const words = ['agent', '--server', server, '--fleet', fleet, '--id', id, '--config', file];
    const [command = '', ...args] = [...within, process.execPath, program, ...words];
    this.child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, PPROBE_NATS_NKEY: seedFile, HOME: directory },
    });
    this.child.stderr?.on('data', (chunk) => {
      this.#said += String(chunk);
      for (const look of this.#waiting) look();
    });
    this.child.once('exit', () => {
      for (const look of this.#waiting) look();
    });
  }

  /** What it has written to standard error. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when standard error matches; rejects where the process ends before. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const isThere = pattern.test(this.#said);
        const isOver = this.child.exitCode !== null || this.child.signalCode !== null;
        if (!isThere && !isOver) return;
        this.#waiting.delete(look);
        if (isThere) resolve();
        else reject(new Error(`the agent ended: ${this.#said}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends a signal that ends it, and resolves with the exit code, or null after SIGKILL. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }
}
