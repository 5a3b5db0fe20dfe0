import type { OptionTable } from './options.js';

/** The options of every command that can read the configuration itself. */
export const awsOptions: OptionTable = {
  'aws-profile': {
    type: 'string',
    value: 'NAME',
    help: 'Use the credentials of this profile of the AWS CLI (the usual chain: environment, profile, role)',
  },
  region: {
    type: 'string',
    value: 'REGION',
    help: "Read this Region (that of the target's name, else AWS_REGION, the profile's, or this instance's)",
  },
};
