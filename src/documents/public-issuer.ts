/** The authorities that issue most public certificates, by the common names of their issuing certificates. */
const PUBLIC_ISSUERS =
  /^(?:[RE]|Y[RE])\d{1,2}$|^W[RE]\d$|^GTS |Let's Encrypt|^Amazon |DigiCert|GeoTrust|RapidSSL|Thawte|Sectigo|COMODO|ZeroSSL|GlobalSign|Go Daddy|Starfield|Entrust|SSL\.com|Buypass|HARICA|Microsoft Azure/;

/** Whether the name of an issuer is that of a public authority. */
export function isPublicIssuer(issuer: string): boolean {
  return PUBLIC_ISSUERS.test(issuer);
}
