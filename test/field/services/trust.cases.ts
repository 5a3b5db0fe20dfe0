import { answer, type FieldCase, web } from './case.js';

/** Whom this host trusts: the store of its operating system, and the variables that its programs read. */

function trusting(
  id: string,
  situation: string,
  source: string,
  more: Pick<FieldCase, 'env' | 'files'>,
  expected: FieldCase['expected'],
  curlPrints: RegExp | null,
): FieldCase {
  const name = `${id.toLowerCase()}.shop.test`;
  const address = `10.64.10.${id.replace(/\D/g, '')}`;
  return {
    id,
    situation,
    source,
    args: ['diagnose', `https://${name}/`, '--no-trace'],
    zone: { [name]: [address] },
    web: [web(address, name, answer('200 OK', { server: 'nginx' }, 'ok'))],
    peers:
      curlPrints === null
        ? []
        : [
            {
              argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{exitcode}', `https://${name}/`],
              prints: curlPrints,
            },
            {
              argv: [
                'sh',
                '-c',
                `openssl s_client -connect ${address}:443 -servername ${name} -verify_return_error </dev/null 2>&1`,
              ],
              prints: /200/.test(curlPrints.source)
                ? /Verify return code: 0/
                : /unable to get local issuer|self.signed/,
            },
          ],
    expected,
    ...more,
  };
}

const store = '/etc/ssl/certs/ca-certificates.crt';
const untrusted = { exitCodes: [15], causes: ['tls.untrusted'] };

export const trustCases: readonly FieldCase[] = [
  trusting(
    'H1',
    "the company's authority is in the store of the operating system",
    'https://github.com/nodejs/node/issues/3159',
    { files: { [store]: '{pem}' } },
    { exitCodes: [0], says: [/Node/] },
    /200 0/,
  ),
  trusting(
    'H2',
    'SSL_CERT_FILE names a bundle',
    'https://github.com/aio-libs/aiohttp/issues/3180',
    { env: { SSL_CERT_FILE: '{ca}' } },
    { exitCodes: [0], says: [/SSL_CERT_FILE|Node/] },
    /200 0/,
  ),
  trusting(
    'H3',
    'SSL_CERT_DIR names a directory of hashed names',
    'https://github.com/openwrt/packages/issues/27661',
    { env: { SSL_CERT_DIR: '{store}' } },
    { exitCodes: [0] },
    /200 0/,
  ),
  trusting(
    'H4',
    'only NODE_EXTRA_CA_CERTS has the authority: Node trusts it, curl does not',
    'https://github.com/nodejs/node/issues/3159',
    { env: { NODE_EXTRA_CA_CERTS: '{ca}' } },
    { exitCodes: [0], says: [/NODE_EXTRA_CA_CERTS/, /curl/] },
    /000 60/,
  ),
  trusting(
    'H5',
    'no list of this host has the authority',
    'https://github.com/nttgin/BGPalerter/issues/1072',
    {},
    untrusted,
    /000 60/,
  ),
  trusting(
    'H6',
    'SSL_CERT_FILE names a file that does not exist',
    'https://github.com/certifi/python-certifi/issues/194',
    { env: { SSL_CERT_FILE: '/nonexistent/bundle.pem' } },
    { ...untrusted, says: [/SSL_CERT_FILE/] },
    null,
  ),
  {
    ...trusting(
      'H7',
      'the root is trusted, and the server does not send the authority in between',
      'https://github.com/nodejs/node/issues/16336',
      { files: { [store]: '{pem}' } },
      { ...untrusted, atMost: 'high', says: [/intermediate|chain/i] },
      /000 60/,
    ),
    web: [web('10.64.10.7', 'h7.shop.test', answer('200 OK', {}, 'ok'), { issuer: 'intermediate' })],
  },
];
