/**
 * Codes by which a filter says that it does not let a packet pass. ICMP type 3: network, host and communication
 * administratively prohibited (RFC 1812 section 5.2.7.1); codes 14 and 15 speak of precedence, which is no filter. ICMPv6
 * type 1: administratively prohibited, failed ingress or egress policy, reject route (RFC 4443 section 3.1).
 */
const prohibited = { 4: { type: 3, codes: [9, 10, 13] }, 6: { type: 1, codes: [1, 5, 6] } } as const;

/** Whether an ICMP error is a filter's refusal, and not a router's lack of a way. */
export function isProhibition(family: 4 | 6, { type, code }: { type: number; code: number }): boolean {
  const known = prohibited[family];
  return type === known.type && known.codes.some((each) => each === code);
}
