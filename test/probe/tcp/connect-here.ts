import { type ConnectAddressesOptions, connectAddresses } from '../../../src/probe/tcp/connect-addresses.js';

/**
 * A program for the network namespaces of a test: connects to the ports and addresses given as JSON and prints the
 * documents.
 */
const {
  targets,
  options,
}: { targets: { port: number; address: string; source?: string }[]; options: ConnectAddressesOptions } =
  JSON.parse(process.argv[2] ?? '{}');

const documents = await Promise.all(
  targets.map(({ port, address, source }) =>
    connectAddresses(
      { host: 'target.test', resolution: null, port, addresses: [address] },
      { ...options, source },
    ),
  ),
);
process.stdout.write(JSON.stringify(documents));
