import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own directory, found from the source as well as from the bundle. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The bundle of the keeper's agent. @throws Error that names the command which makes it. */
export function agentProgram(): string {
  const path = join(packageRoot, 'build', 'lab', 'agent.js');
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build:lab" first`);
  return path;
}

function findRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('no package.json lies above the lab');
  return findRoot(parent);
}
