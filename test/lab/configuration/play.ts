import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { explain } from '../../../src/diagnose/explain.js';
import type { FactsDocument } from '../../../src/documents/facts.js';
import { startDocument } from '../../../src/documents/header.js';
import type { ReportDocument } from '../../../src/documents/report.js';
import { accountId, region, url } from '../facts.js';
import type { Lab } from '../lab.js';
import { packageRoot } from '../paths.js';
import { type Outcome, outcomeOf, type Scenario } from './scenario.js';

/** One process on the lab's client that measures one scenario after the other. */
export interface Asker {
  ask(target: string, options?: { apiId?: string }): Promise<ReportDocument>;
  end(): void;
}

/** `node`: options of Node itself. */
export function startAsker(lab: Lab, node: readonly string[] = []): Asker {
  const library = join(packageRoot, 'dist', 'index.js');
  const program = join(packageRoot, 'test', 'lab', 'configuration', 'asker.mjs');
  const ca = readFileSync(lab.facts.caFile, 'utf8');
  const child = lab.spawn('client', [process.execPath, ...node, program, library, ca], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the asker has no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async ask(target, options = {}) {
      stdin.write(`${JSON.stringify({ target, options })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the asker ended');
      return JSON.parse(value) as ReportDocument;
    },
    end: () => stdin.end(),
  };
}

/** Measures a scenario in the lab, and joins the saved report with the facts, as `explain --facts` does. */
export async function play(lab: Lab, asker: Asker, scenario: Scenario): Promise<Outcome> {
  await lab.apply(scenario.state);
  const own = scenario.node === undefined ? null : startAsker(lab, scenario.node);
  const { target = url, apiId } = scenario;
  const measured = await (own ?? asker).ask(target, apiId === undefined ? {} : { apiId });
  own?.end();
  const report = scenario.edited?.(measured) ?? measured;
  return outcomeOf(explain(JSON.stringify(report), { facts: factsOf(scenario, report) }));
}

/** A scenario's facts as a document, read when the packets were sent. */
export function factsOf(
  { facts, calls = [] }: Pick<Scenario, 'facts' | 'calls'>,
  { startedAt }: { startedAt: string },
): FactsDocument {
  return {
    ...startDocument('facts')(),
    collectedAt: startedAt,
    region,
    account: accountId,
    source: 'aws',
    calls,
    client: null,
    ...facts,
  };
}
