import type { Fault } from './fault.js';
import { authorityPem, httpsAndNames, identityFor } from './peers.js';

const part = 'odd input';
const env = { AUTHORITY: await authorityPem() };

const named = (
  id: string,
  fault: string,
  host: string,
  names: readonly string[],
  code: readonly number[],
): Fault => {
  let identity: ReturnType<typeof identityFor> | null = null;
  const prepare = () => {
    identity ??= identityFor(names);
    return identity;
  };
  return {
    id: `certificate-${id}`,
    prepare,
    part,
    fault,
    args: [
      'diagnose',
      `https://${host}:PORT/`,
      '--server',
      'DNS',
      '--ca-file',
      'DIR/ca.pem',
      '-4',
      '--timeout',
      '60000',
      '--no-trace',
      '--json',
    ],
    shell: 'printf %s "$AUTHORITY" > "$DIR/ca.pem"; exec "$@"',
    env,
    peer: httpsAndNames(prepare),
    code,
    document: 'report',
    costly: true,
  };
};

export const oddInput: readonly Fault[] = [
  named('idn', 'an international name, given in Unicode', 'b\u00fccher.test', ['xn--bcher-kva.test'], [0]),
  named('final-dot', 'a name with a final dot', 'api.test.', ['api.test'], [0]),
  named('wildcard', 'a wildcard for one label', 'a.api.test', ['*.api.test'], [0]),
  named(
    'wildcard-depth',
    'a wildcard for one label, and a name with two',
    'a.b.api.test',
    ['*.api.test'],
    [15],
  ),
  named(
    'wildcard-part',
    'a wildcard inside a label of an international name',
    'xn--bcher-kva.api.test',
    ['xn--*.api.test'],
    [15],
  ),
  named('address', 'an address of the certificate', '127.0.0.1', ['ip:127.0.0.1'], [0]),
  named('address-as-name', 'an address that the certificate has as a name', '127.0.0.1', ['127.0.0.1'], [15]),
  named('nul', 'a NUL in a name of the certificate', 'api.test', ['api.test\0.other.test'], [15]),
  named(
    'comma',
    'a name of the certificate that looks like two',
    'api.test',
    ['other.test, DNS:api.test'],
    [15],
  ),
  named('case', 'capital letters in a name of the certificate', 'api.test', ['API.Test'], [0]),
  named(
    'many',
    'a certificate with 3,000 names',
    'n2999.api.test',
    Array.from({ length: 3000 }, (_, index) => `n${index}.api.test`),
    [0],
  ),
  named(
    'too-many',
    'a certificate with 8,000 names, of more than 100 KB',
    'n7999.api.test',
    Array.from({ length: 8_000 }, (_, index) => `n${index}.api.test`),
    [15],
  ),
];
