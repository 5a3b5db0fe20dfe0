import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elapsedMs, nowMs } from '../../../src/core/clock.js';
import type { ReportDocument } from '../../../src/documents/report.js';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { type Expectation, type Fault, faultNamed, faults } from '../faults/index.js';
import { type ExecResult, type Lab, startLab } from '../lab.js';
import { packageRoot } from '../paths.js';
import { indent, mark, seconds, wrap } from './text.js';

const program = join(packageRoot, 'bin', 'pprobe.js');

export interface DemoOptions {
  /** Names of the faults to show; all faults if empty. */
  only: string[];
  /** Print the whole text of pprobe for each fault, not only the verdict. */
  full: boolean;
}

/** The result of pprobe for the current state of the lab. */
interface Finding {
  matches: boolean;
  /** The cause or outcome in its document, or what failed. */
  said: string;
  summary: string;
  remedy: string | null;
  /** The path of the saved document, or null. */
  file: string | null;
  durationMs: number;
}

/**
 * Starts a lab, runs pprobe on the healthy endpoint and then on every fault, and prints whether it named each. Returns the
 * exit code: 0 if pprobe named all, 1 if not, 130 after an interrupt. Ends the lab.
 */
export async function demo(options: DemoOptions): Promise<number> {
  const chosen = options.only.length === 0 ? faults : options.only.map(faultNamed);
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build" first`);
  const startMs = nowMs();
  const lab = await startLab();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    console.log(`A small VPC of network namespaces, up in ${seconds(elapsedMs(startMs))}.\n`);
    return await showAll(lab, chosen, options.full, interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return 130;
  } finally {
    await lab.stop();
  }
}

async function showAll(
  lab: Lab,
  chosen: readonly Fault[],
  full: boolean,
  signal: AbortSignal,
): Promise<number> {
  const startMs = nowMs();
  const healthy = await showHealthy(lab, signal);
  console.log(`One thing broken at a time:\n`);
  const missed = healthy ? [] : ['the healthy endpoint'];
  for (const fault of chosen) {
    await lab.break(fault.name);
    const finding = await ask(lab, fault.expect, signal);
    await show(lab, fault, finding, full, signal);
    if (!finding.matches) missed.push(fault.name);
  }
  const total = chosen.length + 1;
  const verdict =
    missed.length === 0
      ? `${mark(true)} pprobe named the healthy endpoint and every fault (${chosen.length})`
      : `${mark(false)} pprobe did not name ${missed.length} of ${total}: ${missed.join(', ')}`;
  console.log(`${verdict}; ${seconds(elapsedMs(startMs))}.`);
  return missed.length === 0 ? 0 : 1;
}

async function showHealthy(lab: Lab, signal: AbortSignal): Promise<boolean> {
  console.log(`$ pprobe diagnose ${lab.facts.url} --ca-file ca.pem`);
  const finding = await ask(lab, { ask: 'diagnose', cause: 'reachable', exitCode: 0 }, signal);
  console.log(`${indent(await explained(lab, finding, signal), '  ')}\n`);
  return finding.matches;
}

async function show(
  lab: Lab,
  fault: Fault,
  finding: Finding,
  full: boolean,
  signal: AbortSignal,
): Promise<void> {
  const expected = expectedOf(fault.expect);
  const said = finding.matches ? finding.said : `${finding.said}, not ${expected}`;
  console.log(`${mark(finding.matches)} ${fault.name}: ${said}  (${seconds(finding.durationMs)})`);
  console.log(wrap('broken  ', fault.sentence));
  if (full) console.log(indent(await explained(lab, finding, signal), '    '));
  else {
    console.log(wrap('pprobe  ', finding.summary));
    if (finding.remedy !== null) console.log(wrap('remedy  ', finding.remedy));
  }
  console.log('');
}

/** The document as text by `pprobe explain`, or the output of pprobe if it printed no document. */
async function explained(lab: Lab, finding: Finding, signal: AbortSignal): Promise<string> {
  if (finding.file === null) return finding.summary;
  const argv = [process.execPath, program, 'explain', finding.file];
  const { stdout, stderr } = await lab.exec('client', argv, { signal });
  return (stdout === '' ? stderr : stdout).trimEnd();
}

async function ask(lab: Lab, expect: Expectation, signal: AbortSignal): Promise<Finding> {
  const what =
    expect.ask === 'diagnose'
      ? ['diagnose', lab.facts.url, '--ca-file', lab.facts.caFile]
      : ['trace', lab.facts.addresses.public.ipv4];
  const result = await lab.exec('client', [process.execPath, program, ...what, '--json'], {
    signal,
  });
  try {
    return findingOf(lab, expect, result);
  } catch {
    const { stdout, stderr, durationMs } = result;
    const summary = `${stderr}${stdout}`.trim();
    return { matches: false, said: 'no document', summary, remedy: null, file: null, durationMs };
  }
}

function findingOf(lab: Lab, expect: Expectation, { stdout, exitCode, durationMs }: ExecResult): Finding {
  const exits = exitCode === expect.exitCode;
  const exit = exits ? '' : ` with exit code ${exitCode}`;
  if (expect.ask === 'trace') {
    const { outcome, hops, address } = JSON.parse(stdout) as TraceDocument;
    const summary = `${address}: ${outcome} after ${hops.length} hops`;
    const matches = exits && outcome === expect.outcome;
    return { matches, said: `${outcome}${exit}`, summary, remedy: null, file: null, durationMs };
  }
  const { verdict } = JSON.parse(stdout) as ReportDocument;
  const file = join(lab.dir, 'report.json');
  writeFileSync(file, stdout);
  // The verdict `reachable` has no cause.
  const said = verdict.class === 'reachable' ? 'reachable' : verdict.cause;
  return {
    matches: exits && said === expect.cause,
    said: `${said}${exit}`,
    summary: verdict.summary,
    remedy: verdict.remedies[0]?.text ?? null,
    file,
    durationMs,
  };
}

function expectedOf(expect: Expectation): string {
  return `${expect.ask === 'trace' ? expect.outcome : expect.cause} with exit code ${expect.exitCode}`;
}
