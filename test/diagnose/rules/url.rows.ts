import { API, dns, dnsFailure, evidence, HOST, tcp, VPCE } from '../evidence.js';
import type { Row } from './row.js';
import { three } from './situations.js';

export const urlRows: Row[] = [
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
  },
  {
    name: 'an endpoint of another Region',
    given: evidence({
      options: { vpce: `${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com` },
      dns: [dns(HOST, ['52.1.2.3']), dns(`${VPCE}-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com`, three)],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'url.wrong-region',
    confidence: 'certain',
    summary: ['us-east-1', 'eu-west-1'],
  },
];
