import { createInterface } from 'node:readline';
import { diagnose } from '../../dist/index.js';

/**
 * Runs in the lab's client: diagnoses what each line of standard input asks for, one after the other, and prints each
 * report as a line. One process for a whole table of faults; what starting Node costs would otherwise hide what measuring
 * does.
 */
const environment = { ...process.env };

for await (const line of createInterface({ input: process.stdin })) {
  const { target, options, env } = JSON.parse(line);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment, env);
  const answer = await diagnose(target, options).then(
    (report) => ({ report }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
