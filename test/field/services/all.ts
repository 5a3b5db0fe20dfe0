import { answerCases } from './answers.cases.js';
import type { FieldCase } from './case.js';
import { commandCases } from './commands.cases.js';
import { remedyCases } from './remedies.cases.js';
import { requestCases } from './requests.cases.js';
import { resolverCases } from './resolver.cases.js';
import { trustCases } from './trust.cases.js';

export const allCases: readonly FieldCase[] = [
  ...answerCases,
  ...remedyCases,
  ...resolverCases,
  ...trustCases,
  ...requestCases,
  ...commandCases,
];
