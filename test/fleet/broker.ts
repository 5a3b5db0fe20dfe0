import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createUser } from '@nats-io/nkeys';

/** A user of the broker: the file with its seed, and its public key. */
export interface BrokerUser {
  seedFile: string;
  publicKey: string;
}

/** Makes a user. The seed is in a file of the directory. */
export function makeUser(directory: string, name: string): BrokerUser {
  const pair = createUser();
  const seedFile = join(directory, `${name}.nk`);
  writeFileSync(seedFile, pair.getSeed(), { mode: 0o600 });
  return { seedFile, publicKey: pair.getPublicKey() };
}

/** What an agent may do, and no more: docs/nats.conf has the same. */
function agentPermissions(fleet: string, id: string, groups: readonly string[]): string {
  const root = `pprobe.v1.${fleet}`;
  const jobs = [`${root}.job.all`, ...groups.map((group) => `${root}.job.group.${group}`)];
  const subscribe = [...jobs, `${root}.job.agent.${id}`, `${root}.cancel.*`, `_INBOX_${id}.>`];
  const publish = [`${root}.result.*.${id}`, `$KV.PPROBE_AGENTS_${fleet}.${id}`];
  const list = (subjects: readonly string[]): string =>
    `[${subjects.map((each) => JSON.stringify(each)).join(', ')}]`;
  return `{ publish: ${list(publish)}, subscribe: ${list(subscribe)}, allow_responses: { max: 3, expires: "120s" } }`;
}

export interface BrokerPlan {
  directory: string;
  fleet: string;
  /** By id. */
  agents: Readonly<Record<string, BrokerUser & { groups?: readonly string[] }>>;
  controller: BrokerUser;
  /** Where to listen. Default 127.0.0.1. */
  host?: string;
  /** Further lines of the configuration. */
  more?: string;
}

/** A nats-server with accounts and permissions, which can be killed and started again at the same port. */
export class TestBroker {
  readonly #plan: BrokerPlan;
  #port = -1;
  #process: ChildProcess | null = null;

  constructor(plan: BrokerPlan) {
    this.#plan = plan;
  }

  get url(): string {
    return `nats://${this.#plan.host ?? '127.0.0.1'}:${this.#port}`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { directory, fleet, agents, controller, host = '127.0.0.1', more = '' } = this.#plan;
    const ports = join(directory, 'ports');
    rmSync(ports, { recursive: true, force: true });
    mkdirSync(ports);
    const users = Object.entries(agents).map(
      ([id, { publicKey, groups = [] }]) =>
        `    { nkey: ${publicKey}, permissions: ${agentPermissions(fleet, id, groups)} }`,
    );
    const config = `
listen: "${host}:${this.#port}"
ports_file_dir: "${ports}"
max_payload: 1MB
jetstream { store_dir: "${join(directory, 'jetstream')}", max_memory_store: 64MB, max_file_store: 2GB }
authorization {
  users: [
    { nkey: ${controller.publicKey} }
${users.join('\n')}
  ]
}
${more}
`;
    const file = join(directory, 'nats.conf');
    writeFileSync(file, config);
    const child = spawn('nats-server', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-4000);
    });
    while (child.exitCode === null) {
      const [name] = readdirSync(ports).filter((each) => each.endsWith('.ports'));
      const text = name === undefined ? '' : readFileSync(join(ports, name), 'utf8');
      const port = /:(\d+)"/.exec(text)?.[1];
      if (port !== undefined && /Server is ready/.test(said)) {
        this.#port = Number(port);
        return;
      }
      await delay(20);
    }
    throw new Error(`nats-server ended: ${said}`);
  }

  /** Ends the server as kill -9 does, or as an operator does. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
