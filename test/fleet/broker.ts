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
function agentPermissions(fleet: string, id: string, groups: readonly string[], isOfLeaf: boolean): string {
  const root = `pprobe.v1.${fleet}`;
  const jobs = [`${root}.job.all`, ...groups.map((group) => `${root}.job.group.${group}`)];
  const subscribe = [...jobs, `${root}.job.agent.${id}`, `${root}.cancel.*`, `_INBOX_${id}.>`];
  const entry = `$KV.PPROBE_AGENTS_${fleet}.${id}`;
  const publish = [`${root}.result.*.${id}`, entry, ...(isOfLeaf ? [`$JS.hub.API.${entry}`] : [])];
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
  /** The URL of a hub: this server is a leaf node of it, and has no JetStream of its own. */
  hub?: string;
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
    const { directory, fleet, agents, controller, host = '127.0.0.1', more = '', hub } = this.#plan;
    const ports = join(directory, 'ports');
    rmSync(ports, { recursive: true, force: true });
    mkdirSync(ports);
    const users = Object.entries(agents).map(
      ([id, { publicKey, groups = [] }]) =>
        `    { nkey: ${publicKey}, permissions: ${agentPermissions(fleet, id, groups, hub !== undefined)} }`,
    );
    // As in docs/nats.conf: a leaf node hands nothing on that is for a bucket, except by the domain of its hub.
    const bucket = `$KV.PPROBE_AGENTS_${fleet}`;
    const role =
      hub === undefined
        ? `jetstream { store_dir: "${join(directory, 'jetstream')}", max_memory_store: 64MB, max_file_store: 2GB, domain: hub }`
        : `leafnodes { reconnect: 1, remotes: [{ url: "${hub}" }] }
mappings: { "${bucket}.*": "$JS.hub.API.${bucket}.$1" }`;
    const config = `
listen: "${host}:${this.#port}"
ports_file_dir: "${ports}"
max_payload: 1MB
${role}
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

  /** Lets the server stand still. The signal alone is not enough: its threads may answer what comes meanwhile. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
    const tasks = `/proc/${this.pid}/task`;
    const isStill = (task: string): boolean =>
      /^State:\tT/m.test(readFileSync(join(tasks, task, 'status'), 'utf8'));
    while (!readdirSync(tasks).every(isStill));
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
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
