import { join } from 'node:path';
import type { ReportDocument } from '../../src/documents/report.js';
import { type Lab, startLab } from '../lab/lab.js';
import { packageRoot } from '../lab/paths.js';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

/** telnet gives up after two minutes (tcp_syn_retries of tcp(7)); a person gives up earlier. */
const telnetPatienceSeconds = 20;
const faults = [
  null,
  'resolver-silent',
  'security-group',
  'network-acl',
  'route-loop',
  'tls-silent',
  'mtu-black-hole',
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

async function pprobe(lab: Lab): Promise<{ durationMs: number; report: ReportDocument }> {
  const program = [process.execPath, join(packageRoot, 'bin/pprobe.js'), 'diagnose', lab.facts.url];
  const argv = [...program, '--ca-file', lab.facts.caFile, '--json'];
  const { stdout, durationMs } = await lab.exec('client', argv);
  return { durationMs, report: JSON.parse(stdout) as ReportDocument };
}

async function byHand(lab: Lab): Promise<{ ms: number; parts: string }> {
  const { names, addresses } = lab.facts;
  const patience = ['timeout', String(telnetPatienceSeconds)];
  const commands: [name: string, argv: string[]][] = [
    ['nslookup', ['nslookup', names.api]],
    ['nslookup', ['nslookup', names.vpce]],
    // By name, telnet tries the addresses one after the other; a single address is in its favour.
    ['telnet', [...patience, 'telnet', addresses.eniB.ipv4, '443']],
    ['traceroute', ['traceroute', '-n', '-T', '-p', '443', addresses.eniB.ipv4]],
  ];
  const times: [string, number][] = [];
  for (const [name, argv] of commands) {
    times.push([name, (await lab.exec('client', argv, { timeoutMs: 120_000 })).durationMs]);
  }
  return {
    ms: times.reduce((sum, [, ms]) => sum + ms, 0),
    parts: times.map(([name, ms]) => `${name} ${seconds(ms)}`).join(', '),
  };
}

/** The round trips in sequence until an answer, each once, from the documents. */
function roundTrips({ observations }: ReportDocument): string {
  const { dns, tcp, tls, http } = observations;
  const questions = dns
    .filter(({ asked }) => asked?.purpose === 'host')
    .map(({ attempts }) => attempts.length / 2);
  const handshake = tls.every(({ protocol }) => protocol === 'TLSv1.3') ? 1 : 2;
  const requests = Math.max(
    ...tls.map(({ address }) => http.filter((each) => each.address === address).length),
  );
  const trips = [
    ['DNS', Math.max(...questions)],
    ['TCP', tcp.length],
    ['TLS', handshake],
    ['HTTP', requests],
  ] as const;
  const sum = trips.reduce((all, [, count]) => all + count, 0);
  return `${sum} round trips (${trips.map(([name, count]) => `${name} ${count}`).join(', ')})`;
}

/**
 * Time to the verdict, with the start of Node, compared with the same work by hand: nslookup of both names, telnet and
 * traceroute, one after the other.
 */
export async function byHandTime(rounds: number): Promise<BenchRow[]> {
  const lab = await startLab();
  const rows: BenchRow[] = [];
  try {
    for (const fault of faults) {
      await (fault === null ? lab.heal() : lab.break(fault));
      const values: number[] = [];
      let last: ReportDocument | null = null;
      for (let round = 0; round < rounds; round += 1) {
        const { durationMs, report } = await pprobe(lab);
        values.push(durationMs / 1000);
        last = report;
      }
      const hand = await byHand(lab);
      const what = `by hand, ${fault ?? 'healthy'}`;
      const verdict = last?.verdict.cause === 'none' ? last.verdict.class : last?.verdict.cause;
      const trips = fault === null && last !== null ? `, ${roundTrips(last)}` : '';
      const ratio = median(values) / (hand.ms / 1000);
      rows.push({ what, tool: 'pprobe diagnose', values, unit: 's', ratio, note: `${verdict}${trips}` });
      rows.push({ what, tool: 'by hand', values: [hand.ms / 1000], unit: 's', note: hand.parts });
    }
  } finally {
    await lab.stop();
  }
  return rows;
}
