import { inconclusiveRows } from '../inconclusive.rows.js';
import { aliasRows } from './aliases.rows.js';
import { configurationRows } from './configuration.rows.js';
import { configuredFirewallRows } from './configured-firewall.rows.js';
import { configuredLimitRows } from './configured-limits.rows.js';
import { configuredNameRows } from './configured-name.rows.js';
import { configuredRequestRows } from './configured-request.rows.js';
import { configuredRouteRows } from './configured-routes.rows.js';
import { configuredScenarioRows } from './configured-scenarios.rows.js';
import { dnsMismatchRows } from './dns-mismatch.rows.js';
import { dnsPublicRows } from './dns-public.rows.js';
import { dnsStatusRows } from './dns-status.rows.js';
import { dnsViewRows } from './dns-views.rows.js';
import { localRows } from './local.rows.js';
import { missingCapabilityRows } from './missing-capability.rows.js';
import { nameSourceRows } from './name-source.rows.js';
import { nearResetRows } from './near-reset.rows.js';
import { notMatchedRows } from './not-matched.rows.js';
import { ownSideRows } from './own-side.rows.js';
import { policyDenialRows } from './policy-denial.rows.js';
import { policyPathRows } from './policy-path.rows.js';
import { proxyRows } from './proxy.rows.js';
import { reachableRows } from './reachable.rows.js';
import { refusedRows } from './refused.rows.js';
import { rivalRows } from './rivals.rows.js';
import type { Row } from './row.js';
import { serviceRows } from './service.rows.js';
import { timeoutRows } from './timeout.rows.js';
import { tlsRows } from './tls.rows.js';
import { tlsContrastRows } from './tls-contrast.rows.js';
import { unlikeRows } from './unlike-answers.rows.js';
import { unreachableRows } from './unreachable.rows.js';
import { urlRows } from './url.rows.js';

/** Every row of the table of verdicts. */
export const rows: readonly Row[] = [
  ...aliasRows,
  ...configurationRows,
  ...missingCapabilityRows,
  ...nameSourceRows,
  ...nearResetRows,
  ...proxyRows,
  ...tlsContrastRows,
  ...configuredRequestRows,
  ...configuredRouteRows,
  ...configuredScenarioRows,
  ...configuredFirewallRows,
  ...configuredLimitRows,
  ...configuredNameRows,
  ...dnsMismatchRows,
  ...dnsPublicRows,
  ...dnsStatusRows,
  ...dnsViewRows,
  ...inconclusiveRows,
  ...localRows,
  ...notMatchedRows,
  ...ownSideRows,
  ...policyDenialRows,
  ...policyPathRows,
  ...reachableRows,
  ...refusedRows,
  ...rivalRows,
  ...serviceRows,
  ...timeoutRows,
  ...tlsRows,
  ...unlikeRows,
  ...unreachableRows,
  ...urlRows,
];
