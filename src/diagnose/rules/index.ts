import type { Rule } from '../finding.js';
import { dnsMismatchRules } from './dns-mismatch.js';
import { dnsPublicRules } from './dns-public.js';
import { dnsStatusRules } from './dns-status.js';
import { dnsViewRules } from './dns-views.js';
import { localRules } from './local.js';
import { notMatchedRules } from './not-matched.js';
import { policyDenialRules } from './policy-denial.js';
import { policyPathRules } from './policy-path.js';
import { reachableRules } from './reachable.js';
import { refusedRules } from './refused.js';
import { serviceRules } from './service.js';
import { timeoutRules } from './timeout.js';
import { tlsRules } from './tls.js';
import { unreachableRules } from './unreachable.js';
import { urlRules } from './url.js';

/**
 * All rules. Ranking goes by phase, then confidence; the order here decides only what is left even, so within a phase the
 * more specific family stands first.
 */
export const RULES: readonly Rule[] = [
  ...urlRules,
  ...dnsViewRules,
  ...dnsPublicRules,
  ...dnsMismatchRules,
  ...dnsStatusRules,
  ...localRules,
  ...policyPathRules,
  ...unreachableRules,
  ...timeoutRules,
  ...refusedRules,
  ...tlsRules,
  ...policyDenialRules,
  ...notMatchedRules,
  ...serviceRules,
  ...reachableRules,
];
