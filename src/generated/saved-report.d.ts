// The types of saved-report.js, which scripts/generate.js writes from the types of src/documents: `npm run generate`.

export interface CheckError {
  /** A JSON Pointer (RFC 6901): `/observations/tcp/0/port`. */
  instancePath: string;
  /** The keyword of JSON Schema that the value violates. */
  keyword: string;
  params: Readonly<Record<string, unknown>>;
}

/** Whether a value has the form of a SavedReport. After false, `errors` has one item. */
export const validate: {
  (value: unknown): boolean;
  errors?: readonly CheckError[] | null;
};
