import type { Rule } from '../finding.js';
import { acceptedHereRules } from './accepted-here.js';
import { dnsMismatchRules, dnsPublicRules } from './dns-answer.js';
import { dnsBlockedRules } from './dns-blocked.js';
import { dnsStatusRules } from './dns-status.js';
import { dnsViewRules } from './dns-views.js';
import { hostsOverrideRules } from './hosts-override.js';
import { keptHereRules } from './kept-here.js';
import { capabilityRules, localRules } from './local.js';
import { notMatchedRules } from './not-matched.js';
import { ownDropRules } from './own-drop.js';
import { ownTunnelRules } from './own-tunnel.js';
import { policyDenialRules } from './policy-denial.js';
import { policyPathRules } from './policy-path.js';
import { proxyRules } from './proxy.js';
import { reachableRules } from './reachable.js';
import { refusedRules } from './refused.js';
import { resetInjectedRules } from './reset-injected.js';
import { routeRules } from './route.js';
import { searchListRules } from './search-list.js';
import { serviceRules } from './service.js';
import { timeoutRules } from './timeout.js';
import { tlsCertificateRules } from './tls-certificate.js';
import { tlsContrastRules } from './tls-contrast.js';
import { tlsHandshakeRules } from './tls-handshake.js';
import { unlikeRules } from './unlike-answers.js';
import { unreachableRules } from './unreachable.js';
import { urlRules } from './url.js';

/**
 * All rules. Findings are ranked by phase, then confidence; the order here decides only between equals, so that within a
 * phase the more specific rules come first.
 */
export const RULES: readonly Rule[] = [
  ...urlRules,
  ...dnsBlockedRules,
  ...dnsViewRules,
  ...hostsOverrideRules,
  ...searchListRules,
  ...dnsPublicRules,
  ...dnsMismatchRules,
  ...dnsStatusRules,
  ...capabilityRules,
  ...localRules,
  ...ownDropRules,
  ...policyPathRules,
  ...resetInjectedRules,
  ...acceptedHereRules,
  ...proxyRules,
  ...ownTunnelRules,
  ...unreachableRules,
  ...timeoutRules,
  ...routeRules,
  ...unlikeRules,
  ...keptHereRules,
  ...refusedRules,
  ...tlsContrastRules,
  ...tlsCertificateRules,
  ...tlsHandshakeRules,
  ...policyDenialRules,
  ...notMatchedRules,
  ...serviceRules,
  ...reachableRules,
];
