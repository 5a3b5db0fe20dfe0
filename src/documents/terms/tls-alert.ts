import type { TlsAlert } from '../tls.js';

/** Alert descriptions of RFC 8446 section 6, and those of RFC 5246 section 7.2 that older servers still send. */
const names: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [21, 'decryption_failed'],
  [22, 'record_overflow'],
  [30, 'decompression_failure'],
  [40, 'handshake_failure'],
  [41, 'no_certificate'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [60, 'export_restriction'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [111, 'certificate_unobtainable'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [114, 'bad_certificate_hash_value'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
]);

/** The name of an alert as the RFC writes it; `alert 200` for a code without one. */
export function alertName(code: number): string {
  return names.get(code) ?? `alert ${code}`;
}

/** The code of an alert by its name; null for a name that is in no RFC. */
function alertCode(name: string): number | null {
  return [...names].find(([, known]) => known === name)?.[0] ?? null;
}

/** The alert in a code of OpenSSL: `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`, `ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE`; else null. */
export function alertIn(errorCode: string): TlsAlert | null {
  const name = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS|TLS)_(?:ALERT_)?(?<name>[A-Z_]+)$/
    .exec(errorCode)
    ?.groups?.name?.toLowerCase();
  const code = name === undefined ? null : alertCode(name);
  return name === undefined || code === null ? null : { level: 'fatal', code, name };
}
