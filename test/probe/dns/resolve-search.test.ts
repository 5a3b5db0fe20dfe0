import t from 'tap';
import { parseResolvConf } from '../../../src/host/resolv-conf.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { givingA } from './giving-a.js';
import { address, reply, serve, soa } from './server.js';

const patient = { timeoutMs: 60_000 };

t.test('the search rules decide about the name, and the document has it', async (t) => {
  const server = await serve(t, (asked) =>
    asked.name === 'api.two.test'
      ? givingA('10.0.0.5')(asked)
      : [reply(asked, { rcode: 3, authorities: [soa('test')] })],
  );
  const resolvConf = parseResolvConf('search one.test two.test');
  const options = { servers: [server.text], types: ['A'], resolvConf, ...patient };
  t.match(await resolve('api', options), {
    status: 'answered',
    question: { name: 'api.two.test' },
    attempts: [{ name: 'api.one.test' }, { name: 'api.two.test' }],
  });
  t.match(await resolve('api', { ...options, search: false }), {
    status: 'nxdomain',
    question: { name: 'api' },
    attempts: [{ edns: true }, { edns: false }],
  });
  t.match(await resolve('api.', options), {
    status: 'nxdomain',
    question: { name: 'api' },
    attempts: [{ edns: true }, { edns: false }],
  });
  // The deciding name is asked for once more without EDNS, once for the server and its answer.
  t.match(await resolve('gone', options), {
    status: 'nxdomain',
    question: { name: 'gone' },
    attempts: { length: 4 },
  });
  t.match(await resolve('gone.dotted', options), {
    status: 'nxdomain',
    question: { name: 'gone.dotted' },
    attempts: { length: 4 },
  });
});

t.test('a name that exists without data has precedence over names that do not exist', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, { rcode: asked.name === 'api.one.test' ? 0 : 3, authorities: [soa('test')] }),
  ]);
  const resolvConf = parseResolvConf('search one.test two.test');
  t.match(await resolve('api', { servers: [server.text], types: ['A'], resolvConf, ...patient }), {
    status: 'no-data',
    question: { name: 'api.one.test' },
    attempts: { length: 4 },
  });
});

t.test('a resolver that does not answer ends the search', async (t) => {
  const server = await serve(t, () => []);
  const resolvConf = parseResolvConf('search one.test two.test');
  const document = await resolve('api', {
    servers: [server.text],
    types: ['A'],
    resolvConf,
    timeoutMs: 50,
    tries: 1,
  });
  t.match(document, {
    status: 'timeout',
    question: { name: 'api.one.test' },
    attempts: [{ edns: true }, { edns: false }],
  });
});

t.test('after a suffix without an answer, the name as typed is asked for, and no other suffix', async (t) => {
  const server = await serve(t, (asked) => {
    if (asked.name.endsWith('.one.test')) return [reply(asked, { rcode: 3, authorities: [soa('test')] })];
    return asked.name === 'api' ? [reply(asked, { answers: [address('api', '10.0.0.7')] })] : [];
  });
  const document = await resolve('api', {
    servers: [server.text],
    types: ['A'],
    resolvConf: parseResolvConf('search one.test two.test three.test'),
    timeoutMs: 2000,
    tries: 1,
  });
  t.match(document, { status: 'answered', question: { name: 'api' }, addresses: [{ address: '10.0.0.7' }] });
  t.notOk(server.asked.some(({ name }) => name.endsWith('three.test')));
});
