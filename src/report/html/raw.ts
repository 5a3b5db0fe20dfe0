import type { ReportDocument } from '../../diagnose/verdict.js';
import { type Html, html } from './escape.js';
import { titled } from './sections.js';

/** Everything that was measured as JSON, folded away, one fold for each kind of observation. */
export function rawHtml({ target, vantage, observations, skipped }: ReportDocument): Html {
  const parts = Object.entries({ target, vantage, ...observations, skipped });
  const folds = parts
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(
      ([
        name,
        value,
      ]) => html`<details><summary>${name}${Array.isArray(value) ? ` (${value.length})` : ''}</summary>
<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre></details>
`,
    );
  return titled('Raw observations', folds);
}
