/** An address without its zone: `fe80::1` of `fe80::1%eth0` (RFC 4007 section 11). Packets carry none. */
export function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address;
}

/** The zone alone, `eth0` or `2`; null where the address has none. */
export function zoneOf(address: string): string | null {
  return address.split('%', 2)[1] ?? null;
}
