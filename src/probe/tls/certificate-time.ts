const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * OpenSSL's print of an ASN.1 time, `Jan  2 03:04:05 2026 GMT`, as ISO 8601. null for anything else: a
 * certificate may carry bytes that are no time, which OpenSSL prints as `Bad time value`. Pure; never throws.
 */
export function parseCertificateTime(text: string): string | null {
  const match = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.\d+)? (\d{1,4}) GMT$/.exec(text);
  if (match === null) return null;
  const [, monthName = '', day, hour, minute, second, year] = match;
  const month = months.indexOf(monthName);
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isReal = month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === Number(day);
  return isReal ? date.toISOString() : null;
}
