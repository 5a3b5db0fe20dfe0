import type { NetworkCase, PathCase } from './case.js';
import { contradictionCases, contradictionPaths } from './contradictions.cases.js';
import { encryptedCases } from './encrypted.cases.js';
import { hostCases } from './hosts.cases.js';
import { ownHostCases } from './own-host.cases.js';
import { patienceCases, patiencePaths } from './patience.cases.js';
import { unlikeCases } from './unlike.cases.js';
import { unsentCases, unsentPaths } from './unsent.cases.js';
import { warningCases } from './warnings.cases.js';

/** The order gives each case its network: a new case goes to the end of its file. */
export const networkCases: readonly NetworkCase[] = [
  ...contradictionCases,
  ...patienceCases,
  ...unsentCases,
  ...warningCases,
  ...encryptedCases,
  ...hostCases,
  ...ownHostCases,
  ...unlikeCases,
];

export const pathCases: readonly PathCase[] = [...contradictionPaths, ...patiencePaths, ...unsentPaths];
