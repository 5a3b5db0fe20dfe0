import { join } from 'node:path';
import t from 'tap';
import type { TcpDocument } from '../../../src/documents/tcp.js';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { labUnavailable, startLab } from '../../lab/lab.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const unavailable = await labUnavailable();

t.test('stateful firewalls', { skip: unavailable ?? false }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { addresses } = lab.facts;
  const target = addresses.public.ipv4;

  async function pprobe<Document>(...args: string[]): Promise<Document> {
    return JSON.parse((await lab.exec('client', [...program, ...args, '--json'])).stdout) as Document;
  }

  /** Runs with rules of nft in one namespace, and removes them afterwards. */
  async function behind(
    namespace: 'client' | 'r1',
    rules: string,
    measure: () => Promise<void>,
  ): Promise<void> {
    const table = `nft -f - <<'END'\ntable inet firewall {\n${rules}\n}\nEND`;
    const { stderr } = await lab.exec(namespace, ['sh', '-ec', table]);
    if (stderr !== '') throw new Error(stderr);
    try {
      await measure();
    } finally {
      await lab.exec(namespace, ['nft', 'delete', 'table', 'inet', 'firewall']);
    }
  }

  const answers = ({ hops }: TraceDocument) =>
    hops.map(({ probes }) => probes.filter(({ reply }) => reply !== 'none').length);

  // Some firewalls drop a SYN with another sequence number on a known 5-tuple.
  const oncePerFlow = `
    set known { type ipv4_addr . inet_service; flags dynamic; timeout 1m; }
    chain forward {
      type filter hook forward priority 0; policy accept;
      ip saddr ${addresses.client.ipv4} tcp flags & (syn | ack) == syn ip daddr . tcp sport @known drop
      ip saddr ${addresses.client.ipv4} tcp flags & (syn | ack) == syn add @known { ip daddr . tcp sport }
    }`;
  for (const method of ['syn', 'connect']) {
    t.test(
      `${method}: no 5-tuple is used twice, so a firewall that drops a second SYN on one passes all`,
      (t) =>
        behind('r1', oncePerFlow, async () => {
          const document = await pprobe<TraceDocument>('trace', target, '--method', method);
          t.match(document, { outcome: 'open', destinationTtl: 5 });
          t.same(answers(document), [3, 3, 3, 3, 3]);
        }),
    );
  }

  t.test('syn: with --paris the repeats are dropped there, so one flow is not the default', (t) =>
    behind('r1', oncePerFlow, async () => {
      const document = await pprobe<TraceDocument>('trace', target, '--method', 'syn', '--paris');
      const [first, , ...beyond] = answers(document);
      t.equal(first, 3, 'hop 1 is before the firewall');
      t.ok(
        beyond.reduce((sum, count) => sum + count, 0) < beyond.length * 3,
        'behind the firewall the repeats are missing',
      );
    }),
  );

  const swallows = `
    chain input { type filter hook input priority 0; policy accept; ip saddr ${target} drop; }`;
  t.test('a firewall of this host that hides answers hides them from all programs', (t) =>
    behind('client', swallows, async () => {
      const applications = await pprobe<TcpDocument>('tcp', target, '--timeout', '700');
      t.equal(applications.status, 'timeout');
      for (const method of ['syn', 'connect']) {
        const document = await pprobe<TraceDocument>('trace', target, '--method', method);
        t.match(document, { outcome: 'filtered', destinationTtl: null }, method);
        t.same(answers(document).slice(0, 4), [3, 3, 3, 3], `${method}: the routers are still heard`);
      }
    }),
  );

  const keepsResets = `
    chain output { type filter hook output priority 0; policy accept; tcp flags & rst == rst drop; }`;
  for (const method of ['syn', 'connect']) {
    t.test(`${method}: a firewall of this host that drops the RST does not make an answer count twice`, (t) =>
      behind('client', keepsResets, async () => {
        const document = await pprobe<TraceDocument>('trace', target, '--method', method);
        t.match(document, { outcome: 'open', destinationTtl: 5 });
        t.same(answers(document), [3, 3, 3, 3, 3]);
      }),
    );
  }
});
