import type { TlsDocument } from '../../documents/tls.js';
import { bracketed } from '../../target/host-port.js';
import type { Advice } from './advice.js';
import { subject } from './again.js';
import { serveTls } from './tls.js';

/** A protocol that a server speaks in place of TLS. */
export interface Spoken {
  name: string;
  /** The name for `openssl s_client -starttls`; null where TLS does not begin in this way. */
  startTls: string | null;
  /** The port of the protocol over TLS from the first octet on; null where there is none. */
  tlsPort: number | null;
}

/** The first words of servers that speak first, and of HTTP servers that cannot read a ClientHello. */
const GREETINGS: readonly (readonly [RegExp, Spoken])[] = [
  [/^SSH-[\d.]+-/, { name: 'SSH', startTls: null, tlsPort: null }],
  [/^220[ -].*\b(?:E?SMTP|mail|postfix|exim|sendmail)\b/i, { name: 'SMTP', startTls: 'smtp', tlsPort: 465 }],
  [/^(?:220|421|554)[ -]/, { name: 'SMTP or FTP', startTls: 'smtp', tlsPort: 465 }],
  [/^\* (?:OK|PREAUTH|BYE)\b/i, { name: 'IMAP', startTls: 'imap', tlsPort: 993 }],
  [/^\+OK\b/, { name: 'POP3', startTls: 'pop3', tlsPort: 995 }],
  [/^RFB \d/, { name: 'VNC', startTls: null, tlsPort: null }],
  [/^HTTP\/\d|^<(?:!doctype|html)/i, { name: 'HTTP', startTls: null, tlsPort: null }],
  [/^-(?:ERR|NOAUTH|DENIED)\b/, { name: 'Redis', startTls: null, tlsPort: 6380 }],
  [/^AMQP/, { name: 'AMQP', startTls: null, tlsPort: 5671 }],
  [/mysql|mariadb/i, { name: 'the protocol of MySQL', startTls: 'mysql', tlsPort: null }],
];

/** The protocol of a server that answered a ClientHello with this line; null where it is not known. Pure. */
export function spokenProtocol(line: string | null): Spoken | null {
  return GREETINGS.find(([pattern]) => pattern.test(line ?? ''))?.[1] ?? null;
}

/** What to do where a server speaks this protocol. */
export function spokenRemedies({ name, startTls, tlsPort }: Spoken, doc: TlsDocument): Advice[] {
  if (name === 'HTTP') return [serveTls(doc)];
  const { address, port, serverName } = doc;
  const at = `${bracketed(address)}:${port}`;
  const otherPort =
    tlsPort === null || tlsPort === port ? '' : `, or use the port for TLS from the start (${tlsPort})`;
  return [
    {
      text: `Call port ${port} of ${address} with a client for ${name}${otherPort}; if HTTPS is meant to be here, another service has its port`,
      command: ['pprobe', 'tcp', ...subject([address, String(port)], ['--banner'])],
    },
    ...(startTls === null
      ? []
      : [
          {
            text: 'See the certificate after STARTTLS',
            command: [
              'openssl',
              's_client',
              '-starttls',
              startTls,
              '-connect',
              at,
              '-servername',
              serverName,
            ],
          },
        ]),
  ];
}
