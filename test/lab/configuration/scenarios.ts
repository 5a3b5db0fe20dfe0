import { nameScenarios } from './name-scenarios.js';
import { networkScenarios } from './network-scenarios.js';
import { requestScenarios } from './request-scenarios.js';
import type { Scenario } from './scenario.js';

/** All scenarios of configuration, in the order of what a request passes. */
export const scenarios: readonly Scenario[] = [...nameScenarios, ...networkScenarios, ...requestScenarios];
