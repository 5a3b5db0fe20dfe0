import { describedAccount, describedInstance } from '../configuration/described.js';
import type { ConfigurationServer } from '../configuration/main.js';
import type { LabConfiguration } from '../configuration/vpc.js';
import { awsAddress, metadataAddress } from '../facts.js';
import { runTool } from '../tools.js';
import { type Server, startServer } from './server.js';

/** The servers of a lab that say how its VPC is configured. They run from the first request for them on. */
export interface ConfigurationServers {
  aws: Server<ConfigurationServer>;
  metadata: Server<ConfigurationServer>;
}

/** Starts both servers, and gives them what they say. */
export async function startConfiguration(
  configuration: LabConfiguration,
  onDeath: (reason: string) => void,
): Promise<ConfigurationServers> {
  // Routes of type local make the addresses answer, without an interface that has them.
  await Promise.all([
    runTool(['ip', '-n', 'vpc', 'route', 'add', 'local', `${awsAddress}/32`, 'dev', 'lo']),
    runTool(['ip', '-n', 'client', 'route', 'add', 'local', `${metadataAddress}/32`, 'dev', 'lo']),
  ]);
  const servers = {
    aws: startServer<ConfigurationServer>('vpc', './configuration/main.js', onDeath),
    metadata: startServer<ConfigurationServer>('client', './configuration/main.js', onDeath),
  };
  await changeConfiguration(servers, configuration);
  return servers;
}

/** Both servers say from now on what another description says. */
export async function changeConfiguration(
  { aws, metadata }: ConfigurationServers,
  configuration: LabConfiguration,
): Promise<void> {
  await Promise.all([
    aws.configure({ serve: 'aws', host: awsAddress, description: describedAccount(configuration) }),
    metadata.configure({
      serve: 'metadata',
      host: metadataAddress,
      instance: describedInstance(configuration),
    }),
  ]);
}
