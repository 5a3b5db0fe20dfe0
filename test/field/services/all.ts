import type { Case } from '../case.js';
import { answerCases } from './answers.cases.js';
import type { FieldCase } from './case.js';
import { commandCases } from './commands.cases.js';
import { habitCases } from './habits.cases.js';
import { ownerCases } from './owners.cases.js';
import { placeCases } from './places.cases.js';
import { remedyCases } from './remedies.cases.js';
import { requestCases } from './requests.cases.js';
import { resolverCases } from './resolver.cases.js';
import { rightAddressCases } from './right-addresses.cases.js';
import { trustCases } from './trust.cases.js';

/** The place in this list gives each case the address of its resolver. */
export const serviceCases: readonly (FieldCase & Case)[] = [
  ...answerCases,
  ...remedyCases,
  ...resolverCases,
  ...trustCases,
  ...requestCases,
  ...commandCases,
  ...placeCases,
  ...ownerCases,
  ...habitCases,
  ...rightAddressCases,
].map((each) => ({ ...each, steps: [each] }));
