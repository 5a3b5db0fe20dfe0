import { addresses, apiId, names, stage, url } from '../../lab/facts.js';
import { type CatalogueRow, from } from './row.js';

const { eniA } = addresses;
const vpceUrl = `https://${names.vpce}/${stage}`;

/** The request arrives, and what comes back is not what was wanted. */
export const service: CatalogueRow[] = [
  {
    rows: '4 20 34',
    what: 'no such private API (public, deleted, disabled)',
    fault: 'wrong-api',
    verdict: 'service api.not-matched low',
    remedy: from(apiId),
  },
  {
    rows: '21',
    what: 'stage never deployed',
    fault: 'missing-stage',
    verdict: 'service api.not-matched low',
    remedy: from(stage),
  },
  {
    rows: '23 28',
    what: "endpoint's name, and no header names the API",
    fault: null,
    target: vpceUrl,
    verdict: 'service api.not-matched high',
    remedy: /x-apigw-api-id/,
  },
  {
    rows: '23',
    what: "endpoint's name, API known",
    fault: null,
    target: vpceUrl,
    options: { apiId },
    verdict: 'service api.not-matched certain',
    remedy: from(names.api),
  },
  {
    rows: '22',
    what: 'path that the API has not',
    fault: null,
    target: `${url}/nothing`,
    verdict: 'service api.path-unknown medium',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '29',
    what: 'IAM authorization, unsigned',
    fault: 'unsigned',
    verdict: 'service api.path-unknown medium',
    remedy: /SigV4|sign/i,
  },
  {
    rows: '29',
    what: 'signature that does not match',
    fault: 'signature',
    verdict: 'service api.authentication certain',
    remedy: /sign/i,
  },
  {
    rows: '31 32 37',
    what: 'API key or WAF (Forbidden)',
    fault: 'forbidden',
    verdict: 'service api.not-matched low',
    remedy: /key|WAF/,
  },
  {
    rows: '33',
    what: 'throttled',
    fault: 'throttled',
    verdict: 'service api.throttled certain',
    remedy: from('get-usage-plans', apiId),
  },
  {
    rows: '33',
    what: 'quota',
    fault: 'quota',
    verdict: 'service api.throttled certain',
    remedy: from('get-usage-plans', apiId),
  },
  {
    rows: '38',
    what: 'integration timeout',
    fault: 'backend-timeout',
    verdict: 'service backend.timeout certain',
    remedy: from(`API-Gateway-Execution-Logs_${apiId}/${stage}`),
  },
  {
    rows: '38',
    what: 'VPC link broken',
    fault: 'backend-network',
    verdict: 'service backend.network certain',
    remedy: from(`API-Gateway-Execution-Logs_${apiId}/${stage}`),
  },
  {
    rows: '38',
    what: 'integration error',
    fault: 'backend-error',
    verdict: 'service backend.error medium',
    remedy: from(`API-Gateway-Execution-Logs_${apiId}/${stage}`),
  },
  {
    rows: '38',
    what: 'load balancer without target',
    fault: 'foreign-error',
    verdict: 'service backend.error high',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '39',
    what: 'proxy wants a login',
    fault: 'proxy-login',
    verdict: 'policy policy.proxy high',
    remedy: /proxy/i,
  },
  {
    rows: '39',
    what: 'proxy in the environment, way direct',
    fault: 'private-dns-off',
    env: { HTTPS_PROXY: 'http://user:secret@proxy.corp.example:3128' },
    verdict: 'dns dns.public-answer high',
    remedy: from(names.service),
  },
  {
    rows: '–',
    what: 'healthy',
    fault: null,
    options: { vpce: names.vpce },
    verdict: 'reachable none certain',
    remedy: null,
  },
];
