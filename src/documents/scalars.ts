/**
 * The scalar types of the documents. The tags are constraints of the JSON Schemas (scripts/generate.js); a text without a
 * `@maxLength` of its own has at most 4,096 characters there.
 */

/** A duration in milliseconds, with a fraction. @minimum 0 */
export type Ms = number;

/** How many there were. @asType integer @minimum 0 */
export type Count = number;

/** A position in a list whose first item has the number 1. @asType integer @minimum 1 */
export type Ordinal = number;

/** A share of a whole. @minimum 0 @maximum 100 */
export type Percent = number;

/** Octets. @asType integer @minimum 0 */
export type Octets = number;

/** A number of one octet: an ICMP type or code, a TLS alert. @asType integer @minimum 0 @maximum 255 */
export type Octet = number;

/** The TTL or hop limit of an IP header. @asType integer @minimum 0 @maximum 255 */
export type Ttl = number;

/** A TCP port. @asType integer @minimum 1 @maximum 65535 */
export type Port = number;

/** The time to live of a DNS record in seconds. @asType integer @minimum 0 */
export type Seconds = number;

/** A text that is not empty. @minLength 1 */
export type Text = string;

/** A name or an address, as it was given. @minLength 1 @maxLength 255 */
export type Hostname = string;

/**
 * An IP address in its canonical form (RFC 5952 for IPv6), lower case; with a zone where it needs one.
 *
 * @maxLength 255
 * @anyOf [
 *   { format: 'ipv4' },
 *   { format: 'ipv6', pattern: '^[0-9a-f:.]+$' },
 *   { pattern: '^fe[89ab][0-9a-f]:[0-9a-f:]*%\\S+$' },
 * ]
 */
export type IpAddress = string;

/** A set of addresses. @maxItems 1000 */
export type IpAddresses = IpAddress[];

/** A nameserver as `--server` takes it: `ADDR`, or `ADDR#PORT` where the port is not 53. @minLength 1 @maxLength 255 */
export type ServerName = string;

/** The symbolic name of a system call's error: `ECONNREFUSED`. @pattern ^[A-Z][A-Z0-9_]*$ */
export type Errno = string;

/** A time of the wall clock in UTC, ISO 8601. @format date-time @pattern ^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$ */
export type Instant = string;

/** An HTTP or HTTPS URL. @pattern ^https?:// @maxLength 16384 */
export type Url = string;

/** The value of an HTTP header: node:http accepts headers of at most 16 KB. @maxLength 16384 */
export type HeaderValue = string;

/** A text of a certificate: OpenSSL accepts certificates of at most 100 KB. @maxLength 102400 */
export type CertificateText = string;

/** The status code of an HTTP response. @asType integer @minimum 100 @maximum 999 */
export type StatusCode = number;

/** How many, by reason. */
export type Counts = Record<string, Count>;
