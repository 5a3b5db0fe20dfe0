import { answer, type FieldCase, web } from './case.js';

/** What people type out of habit: understood, or refused with what to type. */

const NAME = 'habit.shop.test';
const ADDRESS = '10.64.12.1';

function typed(
  id: string,
  args: readonly string[],
  from: string,
  expected: FieldCase['expected'],
  more: Partial<FieldCase> = {},
): FieldCase {
  return {
    id,
    situation: `a user of ${from} types: pprobe ${args.join(' ')}`,
    source: `man ${from}`,
    args,
    zone: { [NAME]: [ADDRESS] },
    web: [web(ADDRESS, NAME, answer('200 OK', {}, 'ok'))],
    expected,
    ...more,
  };
}

/** The tool itself, with the same words, reaches the same address. */
const same = (...argv: string[]): Partial<FieldCase> => ({ peers: [{ argv, prints: /10\.64\.12\.1/ }] });

const found = { exitCodes: [0], says: [/10\.64\.12\.1/] };

export const commandCases: readonly FieldCase[] = [
  typed(
    'M1',
    ['dns', '@{resolver}', NAME, 'A', '+short'],
    'dig',
    {
      exitCodes: [0],
      says: [/^10\.64\.12\.1\s*$/],
    },
    same('dig', '@{resolver}', NAME, 'A', '+short'),
  ),
  typed('M2', ['dns', NAME, 'A', '@{resolver}'], 'dig', found, same('dig', NAME, 'A', '@{resolver}')),
  typed('M3', ['dns', '+short', NAME], 'dig', found),
  typed(
    'M4',
    ['dns', '-type=A', NAME, '{resolver}'],
    'nslookup',
    found,
    same('nslookup', '-type=A', NAME, '{resolver}'),
  ),
  typed('M5', ['dns', '-t', 'A', NAME], 'host', found, same('host', '-t', 'A', NAME)),
  typed('M6', ['tcp', '-zv', ADDRESS, '443'], 'nc', found),
  typed('M7', ['tcp', ADDRESS, '-p', '443'], 'nmap', found),
  typed('M8', ['tcp', '-n', ADDRESS, '443'], 'nc', found),
  typed(
    'M9',
    ['trace', '-T', '-n', '-p', '443', ADDRESS],
    'traceroute',
    found,
    same('traceroute', '-T', '-n', '-p', '443', ADDRESS),
  ),
  typed('M10', ['trace', '-n', '-4', '-q', '1', ADDRESS, '443'], 'traceroute', found),
  typed('M11', ['trace', '-c', '1', '-n', ADDRESS], 'mtr', found),
  typed('M12', ['trace', ADDRESS, '-w', '5'], 'traceroute', { exitCodes: [2], says: [/5s/, /5ms/] }),
  typed('M13', ['trace', '-I', ADDRESS], 'traceroute', { exitCodes: [2], says: [/TCP/] }),
  typed('M14', ['trace', '-U', ADDRESS], 'traceroute', { exitCodes: [2], says: [/TCP/] }),
  typed('M15', [`https://${NAME}/`, '--ca-file', '{ca}', '--no-trace'], 'curl', found),
  typed('M16', ['diagnose', `https://${NAME}/`, '-k'], 'curl', { exitCodes: [2], says: [/--ca-file/] }),
  typed('M17', ['diagnose', `https://${NAME}/`, '-X', 'POST'], 'curl', { exitCodes: [2], says: [/GET/] }),
  typed('M18', ['help'], 'git', { exitCodes: [0], says: [/diagnose/, /trace/] }),
  typed('M19', ['help', 'trace'], 'git', { exitCodes: [0], says: [/max-ttl/] }),
  typed('M20', ['version'], 'go', { exitCodes: [0], says: [/\d+\.\d+\.\d+/] }),
  typed('M21', ['-V'], 'dig', { exitCodes: [0], says: [/\d+\.\d+\.\d+/] }),
  typed('M22', ['tcp', `https://${NAME}:8443/x`], 'curl', { exitCodes: [2, 13], says: [/8443|diagnose/] }),
  typed('M23', ['tcp', `${NAME}:443`], 'telnet', found),
  typed('M24', ['tcp', '-zvw5', ADDRESS, '443'], 'nc', found, same('nc', '-zvw5', ADDRESS, '443')),
  typed('M25', ['dns', NAME, '+noall', '+answer'], 'dig', found),
  typed('M26', ['dns', '-x', ADDRESS, '@{resolver}'], 'dig', {
    exitCodes: [10],
    says: [/1\.12\.64\.10\.in-addr\.arpa/],
  }),
  typed('M27', ['trace', '-rwc', '1', '-n', ADDRESS], 'mtr', found),
  typed(
    'M28',
    ['diagnose', '-sS', '-o', '/dev/null', `https://${NAME}/`, '--cacert', '{ca}', '--no-trace'],
    'curl',
    {
      exitCodes: [0],
    },
  ),
  typed('M29', ['diagnose', `https://${NAME}/`, '-I', '--no-trace'], 'curl', {
    exitCodes: [2],
    says: [/GET/],
  }),
  typed('M31', ['tcp', ADDRESS, 'https'], 'nc', found, same('nc', '-zvw5', ADDRESS, 'https')),
  typed('M32', ['trace', '-T', '-n', '-p', 'https', ADDRESS], 'tcptraceroute', found),
  typed('M33', ['tcp', '-connect', `${NAME}:443`], 'openssl-s_client', found),
  typed('M34', ['trace', '-z', ADDRESS], 'mtr', { exitCodes: [2], says: [/AS numbers/, /--parallel/] }),
  typed('M35', ['tcp', ADDRESS, 'no-such-service'], 'telnet', { exitCodes: [2], says: [/is not a port/] }),
  typed('M30', ['trace', '--watch', '--count', '2', '--interval', '100ms', ADDRESS], 'mtr', found),
];
