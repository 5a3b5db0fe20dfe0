// The partitions and Regions of AWS, from the table with which the AWS SDK resolves endpoints.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { exportsOf } from './evaluate.js';

/** No package exports the table; `@aws-sdk/util-endpoints` depends on the package that contains it. */
function table() {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/util-endpoints'));
  const folder = join(dirname(resolve('@aws-sdk/core/package.json')), 'dist-es');
  const file = join(folder, 'submodules/client/util-endpoints/lib/aws/partitions.js');
  return exportsOf(file).partitionsInfo.partitions;
}

export function partitionsModule() {
  const partitions = table().map(({ id, outputs, regionRegex, regions }) => ({
    name: id,
    suffix: outputs.dnsSuffix,
    dualStackSuffix: outputs.dualStackDnsSuffix,
    regionPattern: regionRegex,
    // The table also lists names like `aws-global`, which are not Regions.
    regions: Object.keys(regions).filter((region) => !region.endsWith('-global')),
  }));
  return `// Written by scripts/generate.js from the partitions table of the AWS SDK.\nexport const partitions = ${JSON.stringify(partitions, null, 1)};\n`;
}
