/** Run inside the namespaces of nats-lab.test.ts, in this order: what is hostile stays in the bucket for a while. */
import './measuring.js';
import './abort-walk.js';
import './clocks.js';
import './outages.js';
import './interrupts.js';
import './standstill.js';
import './chaos.js';
import './repeats.js';
import './bounds.js';
import './broker-target.js';
import './trust.js';
