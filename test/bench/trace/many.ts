import { TunPath } from '../../tun/tun.js';
import { client, shortPath } from './paths.js';
import { table } from './statistics.js';
import { library } from './tools.js';

const count = 1000;
/** The number of traceroutes at the same time that send about as many probes as the library has in flight. */
const processes = 64;

/** The output of many.mjs. */
interface Held {
  elapsedMs: number;
  peakDescriptors: number;
  peakRssMb: number;
  open: number;
  stars: number;
}

/** A thousand targets in one process, compared with traceroutes run by xargs. */
export async function manyTargets(): Promise<void> {
  const path = await TunPath.start(
    { clients: [client], paths: {}, elsewhere: shortPath },
    { areToolsRealtime: true },
  );
  const rows: string[][] = [];
  try {
    for (const method of ['syn', 'connect']) {
      const argv = [process.execPath, 'test/bench/trace/many.mjs', library, method, String(count)];
      const { stdout, stderr } = await path.exec(argv);
      if (stderr !== '') throw new Error(stderr);
      const { elapsedMs, peakDescriptors, peakRssMb, open, stars } = JSON.parse(stdout) as Held;
      rows.push([
        `pprobe ${method}`,
        ...[(count / elapsedMs) * 1000, peakRssMb, peakDescriptors, open, stars].map((n) => n.toFixed(0)),
      ]);
    }
    const everyTarget = `seq 0 ${count - 1} | awk '{ print "198.18." int($1 / 256) "." $1 % 256 }'`;
    const script = `${everyTarget} | xargs -P ${processes} -n 1 traceroute -n -T -p 443 | grep -c '  198\\.18\\.'`;
    const start = process.hrtime.bigint();
    const { stdout } = await path.exec(['sh', '-c', script]);
    const elapsedMs = Number(process.hrtime.bigint() - start) / 1e6;
    const perSecond = ((count / elapsedMs) * 1000).toFixed(0);
    rows.push([`xargs -P ${processes} traceroute`, perSecond, '', '', stdout.trim(), '']);
  } finally {
    await path.stop();
  }
  console.log(`\n${count} targets of 6 hops, 30 ms away:`);
  const titles = ['how', 'targets/s', 'peak RSS, MiB', 'peak descriptors', 'reached', 'silent probes'];
  console.log(table(titles, rows));
}
