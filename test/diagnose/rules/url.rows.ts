import { API, answeredWith, dns, dnsFailure, evidence, forbidden, HOST, tcp, VPCE } from '../evidence.js';
import type { Row } from './row.js';
import { three } from './situations.js';

const ALIAS = `${API}-${VPCE}`;
const OTHER_REGION = `${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com`;

/** A name that fails before anything is sent: the verdict, and the URL that would be right. */
function unsent(
  name: string,
  host: string,
  cause: Row['cause'],
  right: string | null,
  confidence: Row['confidence'] = 'certain',
): Row {
  return {
    name: `before a packet is sent: ${name}`,
    given: evidence({ target: `https://${host}/prod` }),
    class: 'dns',
    cause,
    confidence,
    ...(right === null ? {} : { remedy: [`https://${right}/prod`] }),
  };
}

export const urlRows: Row[] = [
  unsent(
    'the suffix of the standard partition in China',
    `${API}.execute-api.cn-north-1.amazonaws.com`,
    'url.wrong-suffix',
    `${API}.execute-api.cn-north-1.amazonaws.com.cn`,
  ),
  unsent(
    'the suffix of China in us-east-1',
    `${API}.execute-api.us-east-1.amazonaws.com.cn`,
    'url.wrong-suffix',
    HOST,
  ),
  unsent(
    'the standard suffix in the EU sovereign partition',
    `${API}.execute-api.eusc-de-east-1.amazonaws.com`,
    'url.wrong-suffix',
    `${API}.execute-api.eusc-de-east-1.amazonaws.eu`,
  ),
  unsent(
    'the standard suffix in an iso partition',
    `${API}.execute-api.us-iso-east-1.amazonaws.com`,
    'url.wrong-suffix',
    `${API}.execute-api.us-iso-east-1.c2s.ic.gov`,
  ),
  unsent('a suffix of no partition', `${API}.execute-api.us-east-1.amazonaws.org`, 'url.wrong-suffix', HOST),
  unsent('no suffix', `${API}.execute-api.us-east-1`, 'url.malformed', HOST),
  unsent('no Region', `${API}.execute-api.amazonaws.com`, 'url.malformed', null),
  unsent(
    'a zone in place of the Region',
    `${API}.execute-api.us-east-1a.amazonaws.com`,
    'url.malformed',
    HOST,
  ),
  unsent('a Region without its hyphen', `${API}.execute-api.us-east1.amazonaws.com`, 'url.malformed', HOST),
  unsent(
    'an unknown Region',
    `${API}.execute-api.us-wets-2.amazonaws.com`,
    'url.wrong-region',
    `${API}.execute-api.us-west-2.amazonaws.com`,
    'medium',
  ),
  unsent('the service misspelled', `${API}.executeapi.us-east-1.amazonaws.com`, 'url.malformed', HOST),
  unsent(
    "an API's name under .vpce.",
    `${API}.execute-api.us-east-1.vpce.amazonaws.com`,
    'url.malformed',
    HOST,
  ),
  unsent(
    'an alias under .vpce.',
    `${ALIAS}.execute-api.us-east-1.vpce.amazonaws.com`,
    'url.malformed',
    `${ALIAS}.execute-api.us-east-1.amazonaws.com`,
  ),
  unsent(
    "an endpoint's name without .vpce.",
    `${VPCE}-abcd1234.execute-api.us-east-1.amazonaws.com`,
    'url.malformed',
    `${VPCE}-abcd1234.execute-api.us-east-1.vpce.amazonaws.com`,
  ),
  unsent("an endpoint's id alone", `${VPCE}.execute-api.us-east-1.vpce.amazonaws.com`, 'url.malformed', null),
  unsent(
    'an endpoint id with a digit missing',
    `${VPCE.slice(0, -1)}-abcd1234.execute-api.us-east-1.vpce.amazonaws.com`,
    'url.malformed',
    null,
  ),
  unsent(
    'an endpoint id that is not hexadecimal',
    'vpce-0123456789abcdefg-abcd1234.execute-api.us-east-1.vpce.amazonaws.com',
    'url.malformed',
    null,
  ),
  unsent(
    'an alias with a short API id',
    `a1b2c3d4e-${VPCE}.execute-api.us-east-1.amazonaws.com`,
    'url.malformed',
    null,
    'medium',
  ),
  unsent('an API id with a hyphen', 'a1b2-c3d4e5.execute-api.us-east-1.amazonaws.com', 'url.malformed', null),
  unsent(
    'an API id of nine characters',
    'a1b2c3d4e.execute-api.us-east-1.amazonaws.com',
    'url.malformed',
    null,
    'medium',
  ),
  unsent('two labels before the service', `prod.${HOST}`, 'url.malformed', null),
  unsent(
    'a zone of another Region',
    `${VPCE}-abcd1234-eu-west-1a.execute-api.us-east-1.vpce.amazonaws.com`,
    'url.wrong-region',
    `${VPCE}-abcd1234-eu-west-1a.execute-api.eu-west-1.vpce.amazonaws.com`,
  ),
  {
    name: 'before a packet is sent: a URL without a stage',
    given: evidence({ target: `https://${HOST}/` }),
    class: 'dns',
    cause: 'url.malformed',
    confidence: 'medium',
    remedy: [`https://${HOST}/STAGE`],
  },
  {
    name: 'before a packet is sent: an endpoint of another Region',
    given: evidence({ options: { vpce: OTHER_REGION } }),
    class: 'dns',
    cause: 'url.wrong-region',
    confidence: 'certain',
  },
  {
    name: 'the suffix of another partition',
    given: evidence({
      target: `https://${API}.execute-api.cn-north-1.amazonaws.com/prod`,
      dns: [dnsFailure(`${API}.execute-api.cn-north-1.amazonaws.com`, 'nxdomain')],
    }),
    class: 'dns',
    cause: 'url.wrong-suffix',
    confidence: 'certain',
    remedy: [`https://${API}.execute-api.cn-north-1.amazonaws.com.cn/prod`],
    alternatives: ['dns.nxdomain'],
  },
  {
    name: 'an endpoint of another Region',
    given: evidence({
      options: { vpce: OTHER_REGION },
      dns: [dns(HOST, ['52.1.2.3']), dns(OTHER_REGION, three)],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'url.wrong-region',
    confidence: 'certain',
    summary: ['us-east-1', 'eu-west-1'],
  },
  {
    name: 'an id of nine characters, and silence: the silence is another fault',
    given: evidence({
      target: 'https://a1b2c3d4e.execute-api.us-east-1.amazonaws.com/prod',
      dns: [dns('a1b2c3d4e.execute-api.us-east-1.amazonaws.com', three)],
      tcp: [
        tcp('a1b2c3d4e.execute-api.us-east-1.amazonaws.com', {
          '10.0.1.5': 'timeout',
          '10.0.2.5': 'timeout',
        }),
      ],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    alternatives: ['url.malformed'],
  },
  {
    name: 'an id of nine characters, and Forbidden',
    given: answeredWith([forbidden()], {
      target: 'https://a1b2c3d4e.execute-api.us-east-1.amazonaws.com/prod',
    }),
    class: 'dns',
    cause: 'url.malformed',
    confidence: 'high',
    summary: ['a1b2c3d4e', '9 characters'],
    alternatives: ['api.not-matched'],
  },
];
