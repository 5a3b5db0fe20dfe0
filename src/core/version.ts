/** The version every document and `--version` carry. A test holds it equal to package.json's. */
export const version = '0.1.0';
