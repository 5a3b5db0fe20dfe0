import { command } from '../../shell-command.js';
import type { Invocation } from '../private-api/invoke-url.js';
import type { Remedy } from '../verdict.js';
import { DOCS } from './docs.js';

/** "Call it like this": the URL that would be right and the command that tries it. */
export function callBy(invocation: Pick<Invocation, 'url' | 'header'>, text: string): Remedy {
  const header = invocation.header === null ? [] : ['-H', invocation.header];
  return { text, command: command('curl', '-v', ...header, invocation.url), docs: DOCS.invokeUrl };
}
