/** What a real Prometheus says of `pprobe serve`: monitored.ts asks it, and prometheus-lab.test.ts reads it. */

export interface Said {
  rules: { groups: { rules: { name: string; health: string; lastError?: string; type: string }[] }[] };
  alerts: {
    alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[];
  };
  targets: { activeTargets: { health: string; lastError: string; labels: Record<string, string> }[] };
  queries: Answered[];
}

/** A query of the dashboard, and how many series it has. */
export interface Answered {
  expression: string;
  error: string | null;
  series: number;
}

/** The alerts that fire for the targets of monitored.ts. */
export const expectedAlerts = ['PprobeTargetRefused', 'PprobeTargetTls', 'PprobeCertificateExpires'];

/** Whether a query of the dashboard has no result in a world without these faults. */
export function mayBeEmpty(expression: string): boolean {
  return /probe_http_status_code|pprobe_dns_/.test(expression);
}
