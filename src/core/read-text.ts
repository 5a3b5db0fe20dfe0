import { readFileSync } from 'node:fs';

/**
 * The text of a small file of this host, such as /etc/hosts. It is read at once: node:fs/promises takes 2 ms to load, longer than
 * to read such files. Rejects with the system's error.
 */
export async function readText(path: string): Promise<string> {
  return readFileSync(path, 'utf8');
}
