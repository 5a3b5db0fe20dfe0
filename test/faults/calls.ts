import type { Fault } from './fault.js';
import { dns, silent } from './peers.js';

const part = 'limits of this host';
const forbid = new URL('../field/paths/forbid.mjs', import.meta.url).href;

/** The limits of a host that calls for sockets tell of. */
const limits = { EAGAIN: 11, ENOMEM: 12, ENFILE: 23, EMFILE: 24, ENOBUFS: 105 } as const;
type Limit = keyof typeof limits;

/** What is said of the network, or of the other end, although this host alone refused. */
const blames =
  /bug in pprobe|filtered|is silent|did not answer|"timeout"|inbound rules|Start the DNS|EWOULDBLOCK/;

/** `calls` of the kernel fail with `errno` from the start of the command. */
const failing = (
  calls: readonly string[],
  errno: Limit,
  args: readonly string[],
  document: Fault['document'] & string,
  more: Partial<Fault> = {},
): Fault => ({
  id: `${errno}-${calls.join('-')}-${args[0]}${args.includes('--tcp') ? '-tcp' : ''}${args.includes('connect') ? '-connect' : ''}`,
  part,
  fault: `${calls.join(' and ')} fail with ${errno}`,
  args: [...args, '--json'],
  env: {
    NODE_OPTIONS: `--import=${forbid}`,
    FORBID: calls.map((call) => `${call}=${limits[errno]}`).join(','),
  },
  peer: silent,
  code: [3],
  document,
  says: new RegExp(errno),
  never: blames,
  costly: true,
  ...more,
});

const lookup = ['dns', 'a.example', '127.0.0.1#PORT'];
const connect = ['tcp', '127.0.0.1', 'PORT'];
const trace = ['trace', '127.0.0.1', '-p', 'PORT'];
const diagnose = ['diagnose', '127.0.0.1:PORT', '--no-imds'];
const named = ['diagnose', 'a.example:443', '--server', '127.0.0.1#PORT', '--no-imds', '--no-trace'];

const all: readonly Limit[] = ['EAGAIN', 'ENOMEM', 'ENFILE', 'EMFILE', 'ENOBUFS'];
const memory: readonly Limit[] = ['ENOMEM', 'ENOBUFS'];

/**
 * Each call that a probe makes fails with each errno of a limit: socket(2) by kind of socket, connect(2), the sends of UDP and of
 * raw packets. What works without the call goes on.
 */
export const calls: readonly Fault[] = [
  ...all.flatMap((errno) => [
    failing(['datagram'], errno, lookup, 'dns', { peer: dns }),
    failing(['datagram'], errno, named, 'report', { peer: dns, says: /"local\.(capability|no-port)"/ }),
  ]),
  ...all.flatMap((errno) => [failing(['stream'], errno, connect, 'tcp')]),
  ...memory.flatMap((errno) => [
    failing(['connect'], errno, connect, 'tcp'),
    failing(['stream'], errno, diagnose, 'report', { says: /"local\.capability"/ }),
    // A raw packet of the trace is answered: the shortage is one of connections alone.
    failing(['connect'], errno, diagnose, 'report', { root: true, says: /"local\.capability"/ }),
    failing(['stream'], errno, [...lookup, '--tcp'], 'dns', { peer: dns }),
    failing(['sendmmsg'], errno, lookup, 'dns', { peer: dns }),
    failing(['sendmsg'], errno, [...trace, '--method', 'syn'], 'error', { root: true }),
    failing(['stream'], errno, [...trace, '--method', 'connect'], 'error'),
  ]),
  // The buffer of the socket stays full: no query has left.
  failing(['sendmmsg'], 'EAGAIN', lookup, 'dns', { peer: dns, says: /ENOBUFS/, never: /bug in pprobe/ }),
  failing(['raw'], 'ENOBUFS', trace, 'trace', { code: [0], says: /"method": "connect"/ }),
  ...(['ENOBUFS', 'EMFILE'] as const).flatMap((errno) =>
    [lookup, connect, trace, diagnose].map((args) =>
      failing(
        ['netlink'],
        errno,
        args,
        args === lookup ? 'dns' : args === connect ? 'tcp' : args === trace ? 'trace' : 'report',
        {
          code: [0],
          says: /"(answered|open|reachable)"/,
          ...(args === lookup ? { peer: dns } : {}),
        },
      ),
    ),
  ),
];
