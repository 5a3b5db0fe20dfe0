import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import {
  always,
  familySpellings,
  gives,
  givesSeconds,
  givesSource,
  type PeerTable,
  refusalsOf,
  sourceNotInterface,
  spelled,
  turns,
  valued,
} from './peer-option.js';

const refused = refusalsOf('trace');
const onlyTcp = 'it sends TCP SYNs only, because firewalls treat them as they treat the connection itself';

/** The options of traceroute(8), tcptraceroute(1) and mtr(8) that `pprobe trace` has under another name or not at all. */
export const tracePeers: PeerTable = {
  options: {
    ...familySpellings,
    ...spelled('-T --tcp -S', always),
    '--max-hops': gives('max-ttl'),
    '--first': gives('first-ttl'),
    '--max-unknown': gives('gap-limit'),
    '-Z': givesSeconds('wait'),
    '--resolve-hostnames': turns(['resolve']),
    '--curses': turns(['watch']),
    '--interface': givesSource(sourceNotInterface),
    ...spelled('-n --no-dns -d', turns(['resolve', false])),
    ...spelled('-c --report-cycles', gives('count', 'watch')),
    ...spelled('-b --show-ips', turns(['resolve'], ['verbose'])),
    '--report-wide': turns(['report']),
    '-j': turns(['json']),
    ...spelled('-C --csv -l --raw --split', refused('for a program, give --format ndjson')),
    ...spelled('-N --sim-queries', gives('parallel')),
    '--address': gives('source'),
    '-a': gives('source'),
    '-s': givesSource(
      'a SYN has no payload, so there is no packet size; for a source address, give --source',
    ),
    '-i': valued((value) => {
      if (!/^[\d.]+$/.test(value)) throw new InvalidInputError('-i', `-i: ${sourceNotInterface}`);
      return givesSeconds('interval').meaning(value, '-i');
    }),
    '-P': valued((value, spelling) => {
      if (/^\d+$/.test(value)) return [{ name: 'port', value }];
      if (value.toLowerCase() === 'tcp') return [];
      throw new InvalidInputError(spelling, `${spelling}: ${quoted(value)} is not a port; ${onlyTcp}`);
    }),
    ...spelled(
      '-M --module',
      valued((value, spelling) => {
        if (/^(?:tcp|tcpconn)$/.test(value))
          return [{ name: 'method', value: value === 'tcp' ? 'auto' : 'connect' }];
        throw new InvalidInputError(spelling, `${spelling}: ${quoted(value)} is not a method; ${onlyTcp}`);
      }),
    ),
    ...spelled(
      '-I --icmp -U --udp -u -D --dccp -UL --udplite --sctp --protocol',
      refused(`leave it out; ${onlyTcp}`),
    ),
    ...spelled(
      '--sport -L --localport',
      refused('every probe has a port of its own; --paris keeps the ports of all probes the same'),
    ),
    ...spelled('-G --gracetime', refused('give --wait with the longest wait for one reply')),
    ...spelled('-B --bitpattern --psize', refused('a SYN has no payload')),
    ...spelled('-O --options', refused('its SYNs are those of an ordinary connection')),
    '--filename': refused('it traces one target; run it once for each line'),
    '--displaymode': refused('give --watch for the table, and --verbose for all of it'),
    '--sendwait': refused('to send fewer probes at the same time, give --parallel 1'),
    '-z': refused(
      'for that of mtr, it does not look AS numbers up; for that of traceroute, to send fewer probes at the same time, give --parallel 1',
    ),
    ...spelled('-A --as-path-lookups --aslookup -y', refused('it does not look AS numbers up')),
    ...spelled(
      '-F --mtu --dont-fragment',
      refused('pprobe diagnose measures the path MTU when a handshake is silent'),
    ),
    ...spelled(
      '-t --tos -Q --flowlabel',
      refused('it cannot set the type of service or the flow label of its probes'),
    ),
    ...spelled('-g --gateway', refused('it sends its probes by the routes of this host')),
    ...spelled('-x --xml -o --order', refused('for a program, give --json')),
    ...spelled(
      '--back -e -E --extensions',
      refused('give --verbose, which shows the labels and what each hop answered'),
    ),
    '--fwmark': refused('it cannot mark its packets'),
  },
  // In a word with -r, -w is mtr's wide report and has no value. Every table of pprobe is as wide as its names.
  rewrite: (word) => (/^-(?=.*r)[rwbnzTc46]+\d*$/.test(word) ? word.replaceAll('w', '') : word),
};
