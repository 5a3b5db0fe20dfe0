import { constants } from 'node:os';

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `ECONNREFUSED` for 111; `errno 524` for a number POSIX has no name for. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}
