import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AwsDescription } from '../../aws-server/description.js';
import { type DescribedInstance, metadataListener } from '../../aws-server/metadata.js';
import { type AwsServer, startAwsServer } from '../../aws-server/server.js';
import { serveConfigurations } from '../serve.js';

/** A server process of the lab that says how the VPC is configured: AWS's services, or the metadata service of the client. */
export type ConfigurationServer =
  | { serve: 'aws'; host: string; description: AwsDescription }
  | { serve: 'metadata'; host: string; instance: DescribedInstance };

const port = 80;
let aws: AwsServer | null = null;
let listener: RequestListener | null = null;

serveConfigurations<ConfigurationServer>(async (config) => {
  if (config.serve === 'aws') {
    const { host, description } = config;
    aws ??= await startAwsServer({ description }, { host, port });
    aws.change({ description });
    return;
  }
  const isFirst = listener === null;
  listener = metadataListener(config.instance);
  if (!isFirst) return;
  const server = createServer((request, response) => listener?.(request, response));
  server.listen(port, config.host);
  await once(server, 'listening');
});
