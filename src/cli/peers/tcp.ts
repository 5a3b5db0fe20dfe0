import {
  always,
  familySpellings,
  givesArgument,
  givesSeconds,
  givesSource,
  type PeerTable,
  refusalsOf,
  sourceNotInterface,
  spelled,
  turns,
} from './peer-option.js';

const refused = refusalsOf('tcp');

/** The options of nc(1), telnet(1), ping(8), curl(1), nmap(1) and openssl-s_client(1) that `pprobe tcp` has under another name or not at all. */
export const tcpPeers: PeerTable = {
  options: {
    ...familySpellings,
    ...spelled('-z -n -N -d -T --tcp -Pn -sT --open --reason -S', always),
    ...spelled('-w -W -G --wait --connect-timeout', givesSeconds('timeout')),
    '-i': givesSeconds('interval'),
    '-m': givesSeconds('max-time'),
    '-s': givesSource(
      'a SYN has no payload, so there is no packet size; for a source address, give --source',
    ),
    ...spelled('-I -b --interface', givesSource(sourceNotInterface)),
    '-connect': givesArgument,
    ...spelled(
      '-servername -CAfile -showcerts -starttls --ssl --ssl-verify',
      refused('it does not speak TLS; pprobe diagnose https://HOST:PORT/ does, and shows the certificate'),
    ),
    '-sV': turns(['banner']),
    ...spelled(
      '-u -sU --udp',
      refused('it connects with TCP only; nothing tells an open UDP port from a dropped packet'),
    ),
    ...spelled('-l -L --listen', refused('it only connects; to listen, use nc -l')),
    '-k': refused(
      'it does not speak TLS; pprobe diagnose HOST:PORT does, and tells what is wrong with a certificate',
    ),
    ...spelled('-q -A -f -D', refused('give --count N and --interval D, as in ping -c N -i S')),
    ...spelled('-t --ttl', refused('pprobe trace shows the hops at every TTL')),
    ...spelled('-x -X --proxy', refused('it connects without a proxy')),
    '-sS': refused('pprobe trace HOST PORT --method syn sends a raw SYN'),
    ...spelled('-e -U -C --crlf --send-only --recv-only', refused('it only connects, and sends nothing')),
    ...spelled(
      '-O -sC --script',
      refused('it only tells whether the port is open; --banner reads what a service says'),
    ),
  },
};
