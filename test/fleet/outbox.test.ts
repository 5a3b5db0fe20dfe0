import t from 'tap';
import { AgentState } from '../../src/fleet/agent/agent-state.js';
import { Outbox } from '../../src/fleet/agent/outbox.js';
import type { NatsConnection } from '../../src/fleet/nats/client.js';
import { FleetNames } from '../../src/fleet/nats/names.js';

t.test('a result that is added while the last delivery ends is delivered', async (t) => {
  const state = new AgentState(t.testdir(), 'core', 'a1', () => {});
  const outbox = new Outbox(state, new FleetNames('core'), 'a1', () => {});
  let looks = 0;
  const asked = new Promise<void>((resolve) => {
    // Alive when it is looked whether there is more to do, and closed when that begins: nothing is sent.
    const connection = {
      isClosed(): boolean {
        looks += 1;
        if (looks > 1) resolve();
        return looks > 1;
      },
    };
    outbox.connected(connection as unknown as NatsConnection);
  });
  outbox.add({ job: 'j1', body: Buffer.from('x') });
  await asked;
  t.notOk(outbox.isEmpty, 'what was not sent still waits');
});
