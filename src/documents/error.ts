import type { DocumentHeader } from './header.js';

/** What --json prints when there is no result to print. */
export interface ErrorDocument extends DocumentHeader<'error'> {
  error: {
    code: 'invalid-input' | 'capability' | 'interrupted' | 'internal';
    message: string;
    /** Of invalid input: the argument or option at fault. */
    argument: string | null;
    /** Of a capability: what this host lacks. */
    missing: string | null;
    /** The command that adds it. */
    remedy: string | null;
  };
}
