/** Products that open TLS to read it, by the names they put into the issuer. */
const INSPECTORS =
  /zscaler|netskope|blue ?coat|palo ?alto|forti(?:gate|net)|sophos|check ?point|umbrella|mcafee|skyhigh|squid|mitmproxy|charles proxy|burp|barracuda|websense|forcepoint|watchguard|cato networks|iboss/i;

/** The name of such a product in the issuer of a certificate, as it is written there; null where there is none. */
export function inspectorIn(issuer: string): string | null {
  return INSPECTORS.exec(issuer)?.[0] ?? null;
}
