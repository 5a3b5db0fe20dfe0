/** What the bill of materials is made from: package.json, package-lock.json, scripts/archive/node.json, and the time since 1970. */
export interface BillSources {
  manifest: { name: string; version: string; license: string };
  lock: { packages: Record<string, object> };
  node: { version: string };
  seconds: number;
}

/** The components that run on a host, as CycloneDX 1.5 in JSON. */
export function billOfMaterials(sources: BillSources): string;
