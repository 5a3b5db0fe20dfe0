import fc from 'fast-check';
import { test } from 'tap';
import type { ReportDocument } from '../../../src/documents/report.js';
import { silentProbe } from '../../../src/documents/trace.js';
import { reportHtml } from '../../../src/report/html/page.js';
import { redacted } from '../../../src/report/redact/redact.js';
import { verdictText } from '../../../src/report/text/verdict.js';
import { attempt, dns, evidence, hops, http, tcpOf, tls, trace } from '../../diagnose/evidence.js';
import { validateDocument } from '../../documents/validate.js';
import { runs } from '../../runs.js';
import { plain } from '../documents.js';
import { reportOf } from '../report-of.js';

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
const octet = fc.integer({ min: 1, max: 254 });

function word(alphabet: string, length: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length })
    .map((letters) => letters.join(''));
}

/** A name that is not part of any word of the format: `qzhkw4`. */
const name = fc.tuple(word('bcdfghjklmnpqrstvwxz', 6), octet).map(([letters, n]) => `q${letters}${n}`);
const ipv4 = fc.tuple(fc.constantFrom(10, 52, 100), octet, octet, octet).map((parts) => parts.join('.'));
const ipv6 = fc
  .tuple(fc.constantFrom('fd12', '2600', 'fe80'), word('123456789', 4), word('123456789abcdef', 4))
  .map(([head, a, b]) => `${head}:${a}::${b}`);

/** Values that a masked report must not contain. */
const originals = fc.record({
  api: word(ALPHANUMERIC, 8).map((text) => `z9${text}`),
  vpce: word('0123456789abcdef', 16).map((text) => `vpce-0${text}`),
  group: word('0123456789abcdef', 16).map((text) => `sg-0${text}`),
  account: word('123456789', 12),
  hidden: word('123456789', 4).map((digits) => `********${digits}`),
  key: word('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16).map((text) => `AKIA${text}`),
  addresses: fc.uniqueArray(fc.oneof(ipv4, ipv6), { minLength: 6, maxLength: 6 }),
  names: fc.uniqueArray(name, { minLength: 9, maxLength: 9 }),
});

/** A report with an original in every text that comes from a host, a network or a person. */
function reportWith({ api, vpce, group, account, hidden, key, addresses, names }: Originals): ReportDocument {
  const [target = '', second = '', hop = '', own = '', resolver = '', other = ''] = addresses;
  const [
    hostname = '',
    company = '',
    domain = '',
    role = '',
    session = '',
    router = '',
    proxy = '',
    peer = '',
    site = '',
  ] = names;
  const host = `${api}-${vpce}.execute-api.eu-west-1.amazonaws.com`;
  const corp = `${site}.${domain}.example`;
  const arn = `arn:aws:execute-api:eu-west-1:${account}:${api}/prod/GET/`;
  const who = `arn:aws:sts::${account}:assumed-role/${role}/${session}@${domain}.example`;
  const message = `User: ${who} is not authorized to perform: execute-api:Invoke on resource: ${arn} (${hidden}) from ${other}, ${group}, ${key}, see https://${corp}/x or [${second}]:443; contact ${session}@${domain}.example`;
  const path = hops(hop, null).map((each) => ({ ...each, probes: each.probes.map((one) => ({ ...one })) }));
  const variable = { name: 'https_proxy', value: `http://${proxy}:3128` };
  return reportOf(
    evidence({
      target: `https://${host.toUpperCase()}/prod`,
      options: { vpce },
      vantage: { hostname, addresses: [own, second], nameservers: [resolver] },
      dns: [
        dns(host, [target, second], {
          server: resolver,
          chain: [`${corp}.`],
          records: [
            { name: `${corp}.`, type: 'TXT', ttl: 1, data: `"v=${other} ${peer}.${domain}.example"` },
          ],
          extendedErrors: [{ code: 3, text: `${resolver} asked ${corp}` }],
        }),
      ],
      tcp: [
        tcpOf(host, [
          attempt(target, 'open', { localAddress: own, from: target, banner: `220 ${corp} ESMTP` }),
          attempt(second, 'timeout', { neighbour: hop }),
        ]),
      ],
      tls: [
        tls('untrusted', {
          address: target,
          serverName: host,
          certificate: {
            subject: `O=${company}, CN=${corp}`,
            issuer: `${company} Root`,
            names: [corp, `*.${domain}.example`, second],
            validFrom: null,
            validTo: null,
          },
          progress: {
            heard: 'not-tls',
            sentBytes: 1,
            receivedBytes: 1,
            acknowledged: null,
            alert: null,
            firstLine: `HTTP/1.0 400 by ${corp} ${own}`,
          },
          chain: [
            { subject: corp, issuer: `${company} Root`, validFrom: null, validTo: null, selfSigned: false },
          ],
          chainFault: { kind: 'unknown-root', depth: 0, name: `${company} Root` },
          trust: [
            { store: 'SSL_CERT_FILE', path: `/etc/${corp}.pem`, trusts: false, problem: null },
            {
              store: 'NODE_EXTRA_CA_CERTS',
              path: `/home/${hostname}/ca.pem`,
              trusts: null,
              problem: `NODE_EXTRA_CA_CERTS=/home/${hostname}/ca.pem: ENOENT`,
            },
          ],
        }),
      ],
      http: [
        http(403, {
          url: `https://${host}/prod`,
          address: target,
          errorType: 'AccessDeniedException',
          message,
          via: `1.1 ${proxy}.${domain}.example (squid)`,
          server: `${corp}/2.0`,
          location: `https://${corp}/login`,
        }),
      ],
      trace: [
        trace(
          'prohibited',
          [
            ...path,
            {
              ttl: 3,
              probes: [
                {
                  ...silentProbe,
                  reply: 'unreachable',
                  from: other,
                  icmp: { type: 3, code: 13 },
                  annotation: '!X',
                },
              ],
              rateLimited: false,
            },
          ],
          {
            host,
            address: second,
            source: own,
            names: { [hop]: `${router}.${domain}.example`, [other]: router },
          },
        ),
      ],
      control: [
        {
          role: 'given',
          host: `${peer}.${domain}.example`,
          port: 443,
          tcp: tcpOf(peer, [attempt(other, 'open')]),
        },
      ],
      system: { name: host, addresses: [second], errorCode: null, durationMs: 1 },
      environment: { variables: [variable], forTarget: variable },
      skipped: [{ step: 'trace', reason: `no way to ${other} from ${hostname} (${peer}.${domain}.example)` }],
    }),
  );
}

type Originals = typeof originals extends fc.Arbitrary<infer Value> ? Value : never;

/** A pattern for a value in upper or lower case, and in JSON, where a quote has a backslash before it. */
function survivorsIn(text: string, given: Originals): string[] {
  const lower = text.toLowerCase();
  const { addresses, names, ...rest } = given;
  return [...addresses, ...names, ...Object.values(rest)].filter((each) =>
    lower.includes(each.toLowerCase()),
  );
}

test('no account, address, name or id is left in any form of a masked report, which is valid and has the same verdict', (t) => {
  fc.assert(
    fc.property(originals, (given) => {
      const original = reportWith(given);
      const masked = redacted(original);
      const forms = [JSON.stringify(masked), verdictText(masked, plain, true), reportHtml(masked)];
      t.same(
        forms.flatMap((form) => survivorsIn(form, given)),
        [],
      );
      t.equal(survivorsIn(JSON.stringify(original), given).length, 21, 'all of them were there');
      t.same(validateDocument(masked), []);
      t.equal(masked.verdict.cause, original.verdict.cause);
    }),
    { numRuns: runs(100) },
  );
  t.end();
});
