/**
 * Ports of TCP services by the names of the IANA registry (https://www.iana.org/assignments/service-names-port-numbers), which
 * nc(1), telnet(1) and traceroute(8) take in place of a number.
 */
const PORTS: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  http: 80,
  www: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap: 143,
  imap2: 143,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  submissions: 465,
  smtps: 465,
  submission: 587,
  ldaps: 636,
  'domain-s': 853,
  imaps: 993,
  pop3s: 995,
  'ms-sql-s': 1433,
  nfs: 2049,
  mysql: 3306,
  'ms-wbt-server': 3389,
  postgresql: 5432,
  amqps: 5671,
  amqp: 5672,
  redis: 6379,
  'http-alt': 8080,
  'https-alt': 8443,
};

/** The port of a service; null for another name. Names are compared without case (RFC 6335 section 5.1). Pure. */
export function servicePort(name: string): number | null {
  const key = name.toLowerCase();
  return Object.hasOwn(PORTS, key) ? (PORTS[key] ?? null) : null;
}

/** Whether a service with a name has the port. Pure. */
export function isServicePort(port: number): boolean {
  return Object.values(PORTS).includes(port);
}
