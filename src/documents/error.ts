import type { DocumentHeader, OfInputLine } from './header.js';
import type { Text } from './scalars.js';

/** What `--json` prints when a command failed and there is no result. */
export interface ErrorDocument extends DocumentHeader<'error'>, OfInputLine {
  error: {
    code: 'invalid-input' | 'capability' | 'interrupted' | 'internal';
    message: Text;
    /** Of `invalid-input`: the argument or option at fault. */
    argument: Text | null;
    /** Of `capability`: what this host lacks. */
    missing: Text | null;
    /** The command that adds it. */
    remedy: Text | null;
  };
}
