import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import { explain } from '../../src/diagnose/explain.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { validateDocument } from '../documents/validate.js';
import { availability, type LabMode, namespaceFlags } from '../lab/availability.js';
import { toolEnvironment } from '../lab/tools.js';
import { matrixNetwork } from '../probe/tcp/matrix-network.js';
import { programArguments } from '../program.js';

/** What a real kernel does with packets to these places, and what the verdict says of it, whole commands included. */

interface Place {
  name: string;
  target: string;
  verdict: string;
  summary: RegExp;
  /** Each in one of the commands of the remedies. */
  commands: string[];
}

function rejecting(type: string, v4: string, v6: string): Place[] {
  return [v4, v6].map((address) => {
    const ip = address.includes(':') ? 'ip -6' : 'ip';
    return {
      name: `a route of type ${type} to ${address}`,
      target: address.includes(':') ? `[${address}]:443` : `${address}:443`,
      verdict: 'unreachable route.local certain',
      summary: new RegExp(`route of type ${type} on this host .*${address}`),
      commands: [
        `${ip} route get ${address}`,
        `${ip} route show table all type ${type}`,
        `sudo ${ip} route del ${type} NETWORK`,
      ],
    };
  });
}

const places: Place[] = [
  ...rejecting('unreachable', '10.1.1.1', 'fd11::1'),
  ...rejecting('prohibit', '10.1.2.1', 'fd12::1'),
  ...rejecting('blackhole', '10.1.3.1', 'fd13::1'),
  {
    name: 'no route',
    target: '10.9.9.9:443',
    verdict: 'unreachable route.local certain',
    summary: /no route to 10\.9\.9\.9/,
    commands: ['ip route get 10.9.9.9'],
  },
  {
    name: 'a neighbour that another program looks for all the time',
    target: '10.0.1.97:443',
    verdict: 'unreachable route.neighbour high',
    summary: /10\.0\.1\.97 is on this host's own link, and no host on this link answers for the address/,
    commands: ['ip neigh show to 10.0.1.97'],
  },
  {
    name: 'a neighbour over IPv6 that another program looks for all the time',
    target: '[fd01::97]:443',
    verdict: 'unreachable route.neighbour high',
    summary: /no host on this link answers for the address/,
    commands: ['ip -6 neigh show to fd01::97'],
  },
  {
    name: 'a link-local address that no host has',
    target: '[fe80::99%near]:443',
    verdict: 'unreachable route.neighbour high',
    summary: /fe80::99%near .*no host on this link answers for the address/,
    commands: ['ip -6 neigh show to fe80::99 dev near'],
  },
  {
    name: 'a gateway that is not there',
    target: '10.1.4.1:443',
    verdict: 'unreachable route.neighbour high',
    summary: /The gateway 10\.0\.1\.98, .*10\.1\.4\.1, does not answer on this link/,
    commands: ['ip neigh show to 10.0.1.98', 'ip route get 10.1.4.1'],
  },
  {
    name: 'two routers that send a packet back and forth',
    target: '10.0.7.1:443',
    verdict: 'timeout route.loop high',
    summary: /loop between/,
    commands: [],
  },
  {
    name: 'a router that rejects by policy',
    target: '10.0.2.2:2004',
    verdict: 'policy policy.icmp-prohibited certain',
    summary: /10\.0\.1\.1, hop \d of the path, rejects TCP 2004/,
    commands: [],
  },
  {
    name: 'this host, whose own firewall rejects',
    target: '10.0.2.2:3001',
    verdict: 'local local.firewall high',
    summary: /firewall of this host blocks TCP 3001/,
    commands: ['sudo nft list ruleset'],
  },
];

async function diagnoseThere(mode: LabMode): Promise<ReportDocument[]> {
  const script = programArguments(new URL('./diagnose-here.ts', import.meta.url));
  const input = { targets: places.map(({ target }) => target), options: { http: false } };
  const program = [...script, JSON.stringify(input)];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [...namespaceFlags(mode), 'sh', '-euc', matrixNetwork, 'sh', process.execPath, ...program],
    { env: toolEnvironment, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout);
}

const found = await availability();

test('the verdict on routes, neighbours and firewalls of a real kernel is correct', {
  skip: found.mode === null && found.reason,
}, async (t) => {
  const reports = found.mode === null ? [] : await diagnoseThere(found.mode);
  for (const [index, { name, verdict, summary, commands }] of places.entries()) {
    const report = reports[index];
    if (report === undefined) throw new Error(`no report for ${name}`);
    for (const [how, said] of [
      ['measured', report.verdict],
      ['read again', explain(JSON.stringify(report)).verdict],
    ] as const) {
      t.equal(
        `${said.class} ${said.cause} ${said.confidence}`,
        verdict,
        `${name}, ${how}: ${said.summary} ${JSON.stringify(report.observations.tcp[0]?.attempts)}`,
      );
      t.match(said.summary, summary, name);
      const given = said.remedies.map(({ command }) => command);
      for (const command of commands) t.ok(given.includes(command), `${name}: ${command} of ${given}`);
    }
    t.same(validateDocument(report), []);
  }
});
