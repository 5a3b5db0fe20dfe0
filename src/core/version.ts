/** The version in every document and of `--version`. A test checks that package.json has the same. */
export const version = '0.1.0';
