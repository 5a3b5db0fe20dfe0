import { type DiagnoseOptions, diagnose } from '../../src/diagnose/diagnose.js';

/** Run in network namespaces of a test's own: diagnoses the targets given as JSON, all at once, and prints the reports. */
const { targets, options }: { targets: string[]; options: DiagnoseOptions } = JSON.parse(
  process.argv[2] ?? '{}',
);
const reports = await Promise.all(targets.map((target) => diagnose(target, options)));
process.stdout.write(JSON.stringify(reports));
