import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { doctor } from '../../src/observe/doctor.js';
import { nodeProblem, readAuthorities, readLimits, readSockets } from '../../src/observe/doctor-host.js';
import { validateDocument } from '../documents/validate.js';

const nowhere = '/nonexistent/file';

test('the nameservers of resolv.conf, and which of them is the VPC resolver for certain', async (t) => {
  const dir = t.testdir({ 'resolv.conf': 'nameserver 169.254.169.253\nnameserver 10.99.99.2\n' });
  const document = await doctor({ resolvConf: join(dir, 'resolv.conf'), vendorFile: nowhere });
  t.same(document.nameservers, [
    { address: '169.254.169.253', vpcResolver: true },
    { address: '10.99.99.2', vpcResolver: false },
  ]);
  t.same(validateDocument(document), []);
});

test('on an EC2 instance the server at base plus two of a range around its own address is the VPC resolver', async (t) => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const server = own === undefined ? '10.0.0.2' : own.replace(/\.\d+$/, '.2');
  const dir = t.testdir({ 'resolv.conf': `nameserver ${server}\n`, vendor: 'Amazon EC2\n', other: 'QEMU\n' });
  const resolvConf = join(dir, 'resolv.conf');
  const onEc2 = await doctor({ resolvConf, vendorFile: join(dir, 'vendor') });
  t.same(onEc2.nameservers, [{ address: server, vpcResolver: own !== undefined }]);
  const elsewhere = await doctor({ resolvConf, vendorFile: join(dir, 'other') });
  t.same(elsewhere.nameservers, [{ address: server, vpcResolver: false }]);
});

test('a host without resolv.conf, or without a nameserver in it, has a problem and a document', async (t) => {
  const dir = t.testdir({ 'resolv.conf': '# nothing\n' });
  for (const resolvConf of [nowhere, join(dir, 'resolv.conf')]) {
    const document = await doctor({ resolvConf, vendorFile: nowhere });
    t.same(document.nameservers, []);
    t.match(document.problems[0]?.text, resolvConf);
    t.match(document.problems[0]?.text, '--server ADDR');
    t.same(validateDocument(document), []);
  }
});

test('a nameserver line that the C library ignores is a problem: DOS line ends look right in an editor', async (t) => {
  const dir = t.testdir({ 'resolv.conf': 'nameserver 10.0.0.2\r\nnameserver 10.0.0.3\n' });
  const document = await doctor({ resolvConf: join(dir, 'resolv.conf'), vendorFile: nowhere });
  t.same(document.nameservers, [{ address: '10.0.0.3', vpcResolver: false }]);
  t.match(document.problems[0]?.text, 'ignores the nameserver "10.0.0.2\\r"');
});

test('every way to trace is either there or a problem with its reason', async (t) => {
  const { engines, problems } = await doctor();
  t.same(engines.map(({ method }) => method).sort(), ['connect', 'syn']);
  for (const { method, available, reason } of engines) {
    const problem = problems.find(({ text }) => text.startsWith(`trace --method ${method}: `));
    t.equal(problem === undefined, available, method);
    t.equal(reason === null, available, method);
  }
});

test('an abort rejects with its reason', async (t) => {
  const reason = new Error('enough');
  await t.rejects(doctor({ signal: AbortSignal.abort(reason) }), reason);
});

test('limits: those of proc(5), unknown without it, and remarks where they are small', async (t) => {
  const { found, problems } = readLimits();
  t.ok(found.descriptors === null || found.descriptors > 0);
  t.same(readLimits(nowhere), { found: { descriptors: null, ports: null }, problems: [] });
  const dir = t.testdir({
    self: {
      limits: 'Limit  Soft Limit  Hard Limit  Units\nMax open files            64      64     files\n',
    },
    sys: { net: { ipv4: { ip_local_port_range: '40000\t40009\n' } } },
  });
  const small = readLimits(dir);
  t.same(small.found, { descriptors: 64, ports: { first: 40000, last: 40009 } });
  t.match(small.problems, [{ text: /64 open files/ }, { text: /40000 to 40009 only/ }]);
  t.ok(problems.length < 3);
});

test('authorities: a variable that names nothing is a remark; Node has its own', async (t) => {
  const { found, problems } = readAuthorities({ SSL_CERT_FILE: nowhere, NODE_EXTRA_CA_CERTS: nowhere });
  t.match(
    found.find(({ store }) => store === 'SSL_CERT_FILE'),
    { path: nowhere, count: 0, problem: 'ENOENT' },
  );
  t.match(found.at(-1), { store: 'Node', problem: /NODE_EXTRA_CA_CERTS/ });
  t.ok((found.at(-1)?.count ?? 0) > 100);
  const texts = problems.map(({ text }) => text).join('\n');
  t.match(texts, `SSL_CERT_FILE authorities: ${nowhere}: ENOENT`);
  t.match(texts, 'NODE_EXTRA_CA_CERTS');
});

test('a Node before 20.19 is too old, and none after it is', async (t) => {
  for (const version of ['12.22.1', '18.20.4', '20.18.3'])
    t.match(nodeProblem(version)?.text, `Node ${version}`);
  for (const version of ['20.19.0', '22.0.0', '26.12.0']) t.equal(nodeProblem(version), null, version);
});

test('sockets that this process may not make are told; a lack of descriptors is no refusal', async (t) => {
  const refusing = (errno: string, ...kinds: string[]) =>
    readSockets(({ protocol, family }) => (kinds.includes(`${protocol}${family}`) ? errno : null));
  t.same(refusing('EPERM'), { found: [], problems: [] });
  t.same(readSockets(null), { found: [], problems: [] });
  t.same(refusing('EMFILE', 'udp4', 'tcp4').found, []);
  const none = refusing('EAFNOSUPPORT', 'udp4', 'tcp4', 'udp6', 'tcp6');
  t.equal(none.problems.length, 2);
  t.match(none.problems[0]?.text, /UDP and TCP over IPv4 are refused here \(EAFNOSUPPORT\)/);
  t.match(none.problems[1]?.text, /IPv6 is off/);
  const tcp = refusing('EPERM', 'tcp4');
  t.same(tcp.found, [{ protocol: 'tcp', family: 4, errno: 'EPERM' }]);
  t.match(tcp.problems, [{ text: /TCP over IPv4.*no IPv4 address can be connected to/ }]);
});
