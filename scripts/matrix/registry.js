// A registry of npm for the packages in node_modules, for installations without a network.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** Starts the registry of a checkout on loopback. Returns its URL and the function that ends it. */
export async function startRegistry(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  /** The places of a package: the versions that others need are below them. */
  const placesOf = (name) =>
    Object.keys(packages).filter((path) => `/${path}`.endsWith(`/node_modules/${name}`));
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://x').pathname.slice(1));
    const place = /^-\/(.+)\.tgz$/.exec(name)?.[1];
    if (place !== undefined && Object.hasOwn(packages, place))
      return sendTarball(join(root, place), response);
    const places = placesOf(name);
    if (places.length === 0) return response.writeHead(404).end('{}');
    const versions = places.map((path) => {
      const file = join(root, path, 'package.json');
      // A package for another platform is not in node_modules, and its tarball is not asked for.
      const manifest = existsSync(file)
        ? JSON.parse(readFileSync(file, 'utf8'))
        : { name, ...packages[path] };
      const { version } = packages[path];
      const tarball = `http://${request.headers.host}/-/${encodeURIComponent(path)}.tgz`;
      return [version, { ...manifest, version, dist: { tarball } }];
    });
    const document = {
      name,
      'dist-tags': { latest: versions[0][0] },
      versions: Object.fromEntries(versions),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  return { url: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

function sendTarball(folder, response) {
  const child = spawn('tar', [
    '-C',
    folder,
    '--transform',
    's,^\\.,package,',
    '--exclude',
    './node_modules',
    '-czf',
    '-',
    '.',
  ]);
  child.stdout.pipe(response);
}
