import type { NetworkCase, Serve } from './case.js';
import { closes, opensslServer, plain, tcp, web } from './servers.js';

/** Situations around the TLS handshake: slow servers, other protocols on the port, and names of certificates. */

const url = (host: string): string[] => ['diagnose', `https://${host}/`, '--ca-file', '{ca}'];
const untouched = ['api.field.test'];

/** A server that speaks first and does not speak TLS. */
const greets = (line: string): Serve => tcp((socket) => void socket.resume().write(`${line}\r\n`));

/** A web server that answers the ClientHello after some time. */
function slowly(names: readonly string[], afterMs: number): Serve {
  return web(names, plain('200 OK', {}, 'ok'), {
    tls: {
      SNICallback: (_name, done) => setTimeout(() => done(null), afterMs),
    },
  });
}

/** A certificate that is for other names than the one in the URL. */
function named(
  id: string,
  situation: string,
  source: string,
  host: string,
  names: string[],
  says: RegExp,
): NetworkCase {
  return {
    id,
    situation,
    source,
    zone: { [host]: ['{net}.10'] },
    servers: { '{net}.10:443': web(names) },
    steps: [{ args: url(host), expected: { exitCodes: [15], causes: ['tls.name-mismatch'], says: [says] } }],
  };
}

export const encryptedCases: readonly NetworkCase[] = [
  ...[4500, 6500].map(
    (afterMs, index): NetworkCase => ({
      id: `B16${'ab'[index]}`,
      situation: `the server acknowledges the ClientHello and answers it after ${afterMs / 1000} s`,
      source: 'https://github.com/openssl/openssl/issues/29227',
      zone: { 'api.field.test': ['{net}.10'] },
      servers: { '{net}.10:443': slowly(untouched, afterMs) },
      steps: [
        {
          args: url('api.field.test'),
          expected: {
            exitCodes: [0],
            causes: ['none'],
            says: [/takes [4-9](?:\.\d)? s for the TLS handshake/],
            never: [/does not answer/],
          },
        },
      ],
      peers: [
        {
          argv: ['curl', '-s', '-k', '-o', '/dev/null', '-w', '%{http_code}', 'https://api.field.test/'],
          prints: /200/,
        },
      ],
    }),
  ),
  {
    id: 'B17',
    situation: 'the server acknowledges the ClientHello and never answers it',
    source: 'https://github.com/projectdiscovery/rawhttp/pull/54',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': tcp((socket) => socket.resume()) },
    steps: [
      {
        args: [...url('api.field.test'), '--no-trace'],
        expected: {
          exitCodes: [15],
          causes: ['tls.silent'],
          atMost: 'medium',
          says: [/within 8(?:\.\d+)? s/, /acknowledged/, /--timeout 30s/],
        },
      },
    ],
  },
  ...(
    [
      [
        'E20',
        'SMTP, where TLS begins after STARTTLS',
        '587',
        '220 mail.field.test ESMTP Postfix',
        /STARTTLS/,
      ],
      [
        'E21',
        'IMAP, where TLS begins after STARTTLS',
        '143',
        '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready',
        /STARTTLS/,
      ],
      ['E22', 'SSH', '443', 'SSH-2.0-OpenSSH_9.6', /speaks SSH/],
    ] as const
  ).map(
    ([id, what, port, line, says]): NetworkCase => ({
      id,
      situation: `the port speaks ${what}`,
      source:
        id === 'E22'
          ? 'https://github.com/yrutschle/sslh/issues/28'
          : 'https://github.com/docusealco/docuseal/issues/425',
      zone: { 'api.field.test': ['{net}.10'] },
      servers: { [`{net}.10:${port}`]: greets(line) },
      steps: [
        {
          args: url(`api.field.test:${port}`),
          expected: {
            exitCodes: [15],
            causes: ['tls.protocol'],
            says: [says],
            never: [/http:\/\/api\.field\.test/, /no TLS version or cipher in common/],
          },
        },
      ],
    }),
  ),
  {
    id: 'E23',
    situation: 'the port speaks HTTP without TLS',
    source: 'https://github.com/encode/httpx/issues/646',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: {
      '{net}.10:443': tcp((socket) =>
        socket.once('data', () => socket.end(plain('400 Bad Request', { server: 'nginx' }, 'bad'))),
      ),
    },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.protocol'],
          says: [/speaks HTTP and not TLS/, /http:\/\/api\.field\.test/],
        },
      },
    ],
  },
  {
    id: 'E24',
    situation: 'the server expects the header of the PROXY protocol and closes without it',
    source: 'https://github.com/fatedier/frp/issues/2254',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': tcp((socket) => socket.once('data', () => socket.end())) },
    steps: [
      {
        args: url('api.field.test'),
        expected: { exitCodes: [15], causes: ['tls.closed'], atMost: 'medium', says: [/PROXY protocol/] },
      },
    ],
  },
  {
    id: 'E25',
    situation: 'the server closes as soon as it has accepted the connection',
    source: 'https://github.com/moby/moby/issues/16976',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': closes },
    steps: [
      {
        args: url('api.field.test'),
        expected: { exitCodes: [13, 15], causes: ['tls.closed', 'tcp.refused'], atMost: 'high' },
      },
    ],
  },
  {
    id: 'H8',
    situation: 'the URL has an address, and the certificate has a name only',
    source: 'https://github.com/ghostunnel/ghostunnel/issues/175',
    servers: { '{net}.10:443': web(untouched) },
    steps: [
      {
        args: url('{net}.10'),
        expected: {
          exitCodes: [15],
          causes: ['tls.name-mismatch'],
          says: [/api\.field\.test/, /address/i],
        },
      },
    ],
  },
  {
    id: 'H9',
    situation: 'the URL has an address that is in the certificate',
    source: 'https://github.com/Infisical/infisical/issues/4263',
    servers: { '10.93.9.10:443': web(['ip:10.93.9.10']) },
    steps: [{ args: url('10.93.9.10'), expected: { exitCodes: [0], causes: ['none'] } }],
  },
  {
    id: 'H13',
    situation: 'the certificate has the address as a DNS name',
    source: 'https://github.com/strimzi/strimzi-kafka-operator/issues/873',
    servers: { '10.93.13.10:443': web(['10.93.13.10']) },
    steps: [
      {
        args: url('10.93.13.10'),
        expected: {
          exitCodes: [15],
          causes: ['tls.name-mismatch'],
          says: [/as a DNS name/],
        },
      },
    ],
    peers: [
      {
        argv: [
          'curl',
          '-s',
          '-o',
          '/dev/null',
          '-w',
          '%{exitcode}',
          '--cacert',
          '{ca}',
          'https://10.93.13.10/',
        ],
        prints: /60/,
      },
    ],
  },
  named(
    'H10',
    'the wildcard of the certificate covers one label, and the name has two',
    'https://github.com/apache/apisix/issues/760',
    'a.b.field.test',
    ['*.field.test'],
    /one label|one level/i,
  ),
  {
    id: 'H11',
    situation: 'the name in the URL ends with a dot',
    source: 'https://github.com/python/cpython/issues/76178',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(untouched) },
    steps: [{ args: url('api.field.test.'), expected: { exitCodes: [0], causes: ['none'] } }],
  },
  {
    id: 'H12',
    situation: 'the wildcard of the certificate covers the name',
    source: 'https://github.com/home-assistant/core/issues/69480',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['*.field.test']) },
    steps: [{ args: url('api.field.test'), expected: { exitCodes: [0], causes: ['none'] } }],
  },
  ...(
    [
      ['E26', 'internal_error', 80, 'caddyserver/caddy/issues/6612', /Read the log of the server/],
      ['E27', 'no_application_protocol', 120, 'akka/akka-http/issues/2791', /ALPN/],
    ] as const
  ).map(
    ([id, alert, code, thread, says]): NetworkCase => ({
      id,
      situation: `the server ends the handshake with the alert ${alert}`,
      source: `https://github.com/${thread}`,
      zone: { 'api.field.test': ['{net}.10'] },
      servers: {
        '{net}.10:443': tcp((socket) =>
          socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, code]))),
        ),
      },
      steps: [
        {
          args: url('api.field.test'),
          expected: {
            exitCodes: [15],
            causes: ['tls.protocol'],
            atMost: 'medium',
            says: [new RegExp(alert), says],
            never: [/Let the client offer TLS/],
          },
        },
      ],
    }),
  ),
  {
    id: 'E28',
    situation: 'the port speaks a binary protocol, that of MySQL',
    source: 'https://github.com/PyMySQL/PyMySQL/issues/1073',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': tcp((socket) => void socket.resume().write('J\0\0\0\n8.0.36\0')) },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.protocol'],
          says: [/binary protocol/],
          never: [/curl -v http:/],
        },
      },
    ],
  },
  {
    id: 'E29',
    situation: 'the server has ciphers without forward secrecy alone',
    source: 'https://github.com/nodejs/node/issues/33705',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: {
      '{net}.10:443': opensslServer(untouched, '-tls1_2', '-cipher', 'AES128-SHA', '-www'),
    },
    steps: [
      {
        args: url('api.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.protocol'],
          atMost: 'medium',
          says: [/the ciphers of Node/],
          never: [/Let the client offer TLS/],
        },
      },
    ],
  },
];
