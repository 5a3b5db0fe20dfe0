// Runs in a namespace of the lab: each line of standard input is a target, each line of standard output its report.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [library, ca] = process.argv.slice(2);
const { diagnose } = await import(pathToFileURL(library).href);

for await (const line of createInterface({ input: process.stdin })) {
  const { target, options } = JSON.parse(line);
  const report = await diagnose(target, { ca, trace: false, timeoutMs: 1500, ...options });
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
