// The components that run on a host, as CycloneDX 1.5. `npm sbom --omit=dev` leaves out every package that a development
// dependency needs, too, so this reads package-lock.json itself.

/** The bill of materials as JSON: the packages that the lock file does not mark as for development or as a peer, and Node. */
export function billOfMaterials({ manifest, lock, node, seconds }) {
  const installed = Object.entries(lock.packages).filter(
    ([path, { dev, peer, devOptional }]) => path !== '' && !dev && !peer && !devOptional,
  );
  const components = installed.map(([path, entry]) => component(nameOf(path), entry));
  const nodeRef = `node@${node.version}`;
  components.push({
    'bom-ref': nodeRef,
    type: 'application',
    name: 'node',
    version: node.version,
    purl: `pkg:generic/node@${node.version}`,
    licenses: [{ license: { id: 'MIT' } }],
  });
  const own = `${manifest.name}@${manifest.version}`;
  const refs = new Map(installed.map(([path, { version }]) => [path, `${nameOf(path)}@${version}`]));
  const dependencies = ['', ...refs.keys()].map((path) => ({
    ref: path === '' ? own : refs.get(path),
    dependsOn: [
      ...new Set(dependenciesOf(path, lock.packages[path], refs)),
      ...(path === '' ? [nodeRef] : []),
    ],
  }));
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      component: {
        'bom-ref': own,
        type: 'application',
        name: manifest.name,
        version: manifest.version,
        purl: `pkg:npm/${manifest.name}@${manifest.version}`,
        licenses: [{ license: { id: manifest.license } }],
      },
    },
    components,
    dependencies,
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function component(name, { version, integrity, license }) {
  const [, algorithm, digest] = /^sha(512)-(.+)$/.exec(integrity ?? '') ?? [];
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(digest && {
      hashes: [{ alg: `SHA-${algorithm}`, content: Buffer.from(digest, 'base64').toString('hex') }],
    }),
    ...(license && {
      licenses: [/ (?:AND|OR) /.test(license) ? { expression: license } : { license: { id: license } }],
    }),
  };
}

/** The references of what a package depends on: each name is looked up as Node does, from the package upwards. */
function dependenciesOf(path, { dependencies, optionalDependencies }, refs) {
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => {
    for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const found = refs.get(`${at === '' ? '' : `${at}/`}node_modules/${name}`);
      if (found !== undefined) return [found];
      if (at === '') return [];
      if (!at.includes('/node_modules/')) {
        const top = refs.get(`node_modules/${name}`);
        return top === undefined ? [] : [top];
      }
    }
  });
}
