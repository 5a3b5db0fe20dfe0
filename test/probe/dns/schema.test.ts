import t from 'tap';
import { findHosts } from '../../../src/host/hosts-file.js';
import { compareNames, compareSystem, lookupSystem } from '../../../src/probe/dns/compare.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { closedUdpPort } from '../../closed-port.js';
import { validateDocument } from '../../documents/validate.js';
import { address, reply, serve } from './server.js';

t.test('documents match the published schema, answered or not', async (t) => {
  const server = await serve(t, (asked) => [
    { afterMs: 5, packet: reply(asked, { answers: [address('a.test', '10.0.0.5')] }) },
    Buffer.from('junk'),
  ]);
  const answered = await resolve('a.test.', { servers: [server.text], types: ['A'], timeoutMs: 60_000 });
  t.same(validateDocument(answered), [], 'answered');
  const whole = {
    ...answered,
    compare: compareNames(answered, answered),
    system: compareSystem(await lookupSystem('localhost'), answered, await findHosts('localhost')),
  };
  t.same(validateDocument(whole), [], 'with a comparison and the system’s lookup');
  const unreachable = await resolve('a.test.', { servers: [`127.0.0.1#${await closedUdpPort()}`] });
  t.same(validateDocument(unreachable), [], 'unreachable');
  const stopped = await resolve('a.test.', { servers: [server.text], stop: AbortSignal.abort() });
  t.same(validateDocument(stopped), [], 'stopped');
});
