/** What a host name in a domain of AWS names, as far as its text tells. */
export interface AwsName {
  /**
   * `service`: the API of a service; `load-balancer`: a load balancer of a customer; `resource`: an instance, a database or
   * another server of a customer, which answers with its own protocol and its own headers.
   */
  kind: 'service' | 'load-balancer' | 'resource';
  /** The last label of the service's own part: `kinesis`, `ecr`, `execute-api`. */
  service: string;
  /** The name of its interface endpoints after `com.amazonaws.{region}.`: `kinesis-streams`, `ecr.api`. */
  endpointService: string;
  region: string | null;
  /** The name belongs to one VPC endpoint: `vpce-….kinesis.us-east-1.vpce.amazonaws.com`. */
  isEndpoint: boolean;
}

const SUFFIX =
  /^(?<labels>.+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|api\.amazonwebservices\.com\.cn)$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/;

/** Names of servers that belong to customers, by the label of their service. */
const RESOURCES: ReadonlySet<string> = new Set([
  ...['compute', 'compute-1', 'compute-internal', 'rds', 'cache', 'es', 'eks', 'redshift', 'docdb'],
  ...['neptune', 'kafka', 'mq', 'emr', 'dax', 'efs', 'fsx', 'directconnect', 'airflow', 'aoss'],
]);

/** Names of servers of customers that no API shares. */
const CUSTOMERS = /^vpce-svc-|^vpc-lattice-svcs$/;

/** Services whose endpoint has another name than the label in their host names ("AWS services that integrate with PrivateLink"). */
const ENDPOINT_SERVICES: Readonly<Record<string, string>> = {
  kinesis: 'kinesis-streams',
  firehose: 'kinesis-firehose',
  'api.ecr': 'ecr.api',
  'dkr.ecr': 'ecr.dkr',
  'runtime.sagemaker': 'sagemaker.runtime',
  'api.sagemaker': 'sagemaker.api',
  'git-codecommit': 'git-codecommit',
};

/** Reads a host name in lower case without final dot; null for a name that is not in a domain of AWS. Pure. */
export function awsNameOf(host: string): AwsName | null {
  const text = SUFFIX.exec(host)?.groups?.labels;
  if (text === undefined) return null;
  // `s3.dualstack.us-east-1`: the same service, with addresses of both families.
  const all = text.split('.').filter((label) => label !== 'dualstack');
  const isEndpoint = all.at(-1) === 'vpce';
  const labels = isEndpoint ? all.slice(0, -1) : all;
  const at = labels.findLastIndex((label) => REGION.test(label));
  const region = labels[at] ?? null;
  // `name.us-east-1.elb` has its Region before the service, `kinesis.us-east-1` after it.
  const own = at === labels.length - 1 ? labels.slice(0, at) : labels.slice(at + 1);
  const service = (own.at(-1) ?? '').replace(/-fips$/, '');
  if (service === '') return null;
  const pair = own
    .slice(-2)
    .join('.')
    .replace(/-fips$/, '');
  const isApi = isEndpoint || (own.length === 1 && (at === labels.length - 1 || labels.length === 1));
  const [endpointService] = [pair, service].flatMap((name) => ENDPOINT_SERVICES[name] ?? []);
  return {
    // `rds.us-east-1` is the API of the service, and `db.….us-east-1.rds` a database.
    kind:
      service === 'elb' && !isApi
        ? 'load-balancer'
        : CUSTOMERS.test(service) || (RESOURCES.has(service) && !isApi)
          ? 'resource'
          : 'service',
    service,
    endpointService: endpointService ?? service,
    region,
    isEndpoint: isEndpoint || /^vpce-[0-9a-f]/.test(labels[0] ?? ''),
  };
}
