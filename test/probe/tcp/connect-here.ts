import { connectAddresses } from '../../../src/probe/tcp/connect-addresses.js';

/**
 * Run in network namespaces of a test's own: connects to the ports and addresses given as JSON and prints the
 * documents.
 */
const targets: { port: number; addresses: string[] }[] = JSON.parse(process.argv[2] ?? '[]');

const documents = await Promise.all(
  targets.map((target) => connectAddresses({ host: 'target.test', resolution: null, ...target })),
);
process.stdout.write(JSON.stringify(documents));
