import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parseXML } from '@aws-sdk/xml-builder';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, HttpRequest, Provider } from '@smithy/types';
import { partitionOf, suffixOf } from '../../target/private-api/partitions.js';
import { AnswerTooLong, longestAnswer } from './body.js';

/**
 * The calls of Route 53 and Route 53 Resolver. The SDK's clients for them are larger than all of pprobe, and the few calls that only
 * read need their two protocols alone: REST with XML, and JSON 1.1. Signature, connection and parser are those of the SDK.
 */

/** The services of this file. */
export type NamesService = 'route53' | 'route53resolver';

export function isNamesService(service: string): service is NamesService {
  return service === 'route53' || service === 'route53resolver';
}

interface ServiceOptions {
  region: string;
  credentials: Provider<AwsCredentialIdentity>;
  connection: NodeHttpHandlerOptions;
}

/** An error that AWS answers with, in the form of the SDK's errors. */
class ServiceError extends Error {
  override readonly name: string;
  readonly $metadata: { httpStatusCode: number };
  readonly $response: { statusCode: number; headers: Readonly<Record<string, string>> };

  constructor(code: string, message: string, { statusCode, headers }: Answered) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: statusCode };
    this.$response = { statusCode, headers };
  }
}

interface Answered {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What a request looks like and how its answer is read, by the protocol of the service. */
interface Protocol {
  request(
    action: string,
    input: Readonly<Record<string, unknown>>,
  ): Pick<HttpRequest, 'method' | 'path'> & Partial<Pick<HttpRequest, 'query' | 'headers' | 'body'>>;
  answer(text: string): Record<string, unknown>;
  /** The code and the message of an error. */
  error(text: string): { code: string; message: string };
}

const protocols: Readonly<Record<NamesService, Protocol>> = {
  route53: {
    request: (_action, input) => ({
      method: 'GET',
      path: '/2013-04-01/hostedzonesbyvpc',
      query: Object.fromEntries(
        Object.entries(input).map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
    }),
    answer(text) {
      const found = membersOf(membersOf(parseXML(text)).ListHostedZonesByVPCResponse);
      // A page of HTML is XML, too, and is no empty list.
      if (!Object.hasOwn(found, 'HostedZoneSummaries')) return {};
      const { HostedZoneSummary: zones = [] } = membersOf(found.HostedZoneSummaries);
      return { ...found, HostedZoneSummaries: Array.isArray(zones) ? zones : [zones] };
    },
    error(text) {
      const { Code, Message } = membersOf(membersOf(membersOf(parseXML(text)).ErrorResponse).Error);
      return { code: String(Code ?? 'Error'), message: String(Message ?? '') };
    },
  },
  route53resolver: {
    request: (action, input) => ({
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Route53Resolver.${action}`,
      },
      body: JSON.stringify(input),
    }),
    answer: (text) => membersOf(JSON.parse(text)),
    error(text) {
      const { __type: type, message, Message } = membersOf(JSON.parse(text));
      return {
        code: String(type ?? 'Error').replace(/^.*#/, ''),
        message: String(message ?? Message ?? ''),
      };
    },
  },
};

/** One of the two services in one Region. */
export class NamesClient {
  readonly #service: NamesService;
  readonly #endpoint: URL;
  readonly #signer: SignatureV4;
  readonly #handler: NodeHttpHandler;

  constructor(service: NamesService, { region, credentials, connection }: ServiceOptions) {
    this.#service = service;
    this.#endpoint = endpointOf(service, region);
    this.#signer = new SignatureV4({
      service,
      region: service === 'route53' ? globalRegionOf(region) : region,
      credentials,
      sha256: Sha256,
    });
    this.#handler = new NodeHttpHandler(connection);
  }

  /** Makes a call, and once more where the service is too busy. Rejects with an error in the form of the SDK's. */
  async call(
    action: string,
    input: Readonly<Record<string, unknown>>,
    abortSignal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { answer, error } = protocols[this.#service];
    let answered = await this.#send(action, input, abortSignal);
    if (isBusy(answered)) answered = await this.#send(action, input, abortSignal);
    if (answered.statusCode < 300) return answer(answered.body);
    const { code, message } = readOr(error, answered.body, { code: 'Error', message: '' });
    throw new ServiceError(code, message, answered);
  }

  async #send(
    action: string,
    input: Readonly<Record<string, unknown>>,
    abortSignal: AbortSignal,
  ): Promise<Answered> {
    const { protocol, hostname, port, pathname } = this.#endpoint;
    const { headers = {}, query = {}, ...request } = protocols[this.#service].request(action, input);
    const signed = await this.#signer.sign({
      ...request,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: `${pathname.replace(/\/$/, '')}${request.path}`,
      query,
      headers: { ...headers, host: port === '' ? hostname : `${hostname}:${port}` },
    });
    const { response } = await this.#handler.handle(signed as Parameters<NodeHttpHandler['handle']>[0], {
      abortSignal,
    });
    return {
      statusCode: response.statusCode,
      headers: response.headers,
      body: await textOf(response.body),
    };
  }

  destroy(): void {
    this.#handler.destroy();
  }
}

function isBusy({ statusCode, body }: Answered): boolean {
  return statusCode >= 500 || statusCode === 429 || (statusCode === 400 && /Throttl/.test(body));
}

async function textOf(body: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of body) {
    octets += part.length;
    if (octets > longestAnswer) throw new AnswerTooLong(`the answer is longer than ${longestAnswer} octets`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function readOr<Result>(read: (text: string) => Result, text: string, otherwise: Result): Result {
  try {
    return read(text);
  } catch {
    return otherwise;
  }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The variables that replace the endpoint of one service, as in all of AWS's tools. */
const endpointVariables: Readonly<Record<NamesService, string>> = {
  route53: 'AWS_ENDPOINT_URL_ROUTE_53',
  route53resolver: 'AWS_ENDPOINT_URL_ROUTE53RESOLVER',
};

function endpointOf(service: NamesService, region: string): URL {
  const isIgnored = process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true';
  const given = process.env[endpointVariables[service]] || process.env.AWS_ENDPOINT_URL;
  if (!isIgnored && given) return new URL(given);
  const suffix = suffixOf(region) ?? 'amazonaws.com';
  if (service === 'route53resolver') return new URL(`https://route53resolver.${region}.${suffix}`);
  return new URL(`https://route53.${partitionOf(region) === 'aws-us-gov' ? 'us-gov.' : ''}${suffix}`);
}

/** Route 53 is one service for all Regions of a partition, and is signed for one of them. */
function globalRegionOf(region: string): string {
  const partition = partitionOf(region);
  if (partition === 'aws-cn') return 'cn-northwest-1';
  return partition === 'aws-us-gov' ? 'us-gov-west-1' : 'us-east-1';
}

/** SHA-256, with a key as HMAC, in the form that the signer takes. */
class Sha256 implements Checksum {
  #hash: Hash | Hmac;
  readonly #secret: Parameters<typeof createHmac>[1] | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret =
      secret === undefined || typeof secret === 'string'
        ? secret
        : ArrayBuffer.isView(secret)
          ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
          : new Uint8Array(secret);
    this.#hash = this.#begun();
  }

  update(octets: Uint8Array | string): void {
    this.#hash.update(octets);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begun();
  }

  #begun(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}
