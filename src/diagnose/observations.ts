import type { DnsDocument } from '../probe/dns/types.js';
import type { HttpDocument } from '../probe/http/types.js';
import type { TcpDocument } from '../probe/tcp/types.js';
import type { TlsDocument } from '../probe/tls/types.js';
import type { AddressTrace } from '../probe/trace/types.js';
import type { Target } from './target.js';

/** Where the measurements were made from. */
export interface Vantage {
  hostname: string;
  addresses: string[];
  nameservers: string[];
  platform: string;
}

/** Facts with times; nothing here is interpreted. */
export interface Observations {
  dns: DnsDocument[];
  tcp: TcpDocument[];
  tls: TlsDocument[];
  http: HttpDocument[];
  trace: AddressTrace[];
}

/** Why something was not measured, in words for a person: "trace: no engine on this host …". */
export interface SkippedStep {
  step: 'dns' | 'tcp' | 'tls' | 'http' | 'trace';
  reason: string;
}

/** All that `classify` judges from. */
export interface Evidence {
  target: Target;
  vantage: Vantage;
  observations: Observations;
  skipped: SkippedStep[];
}
