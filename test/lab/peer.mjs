/**
 * Runs inside a lab for its tests: connects to the endpoint with Node's net, tls and https, without pprobe.
 * Takes { addresses, name, path, ca } as JSON in its one argument; prints { connect, tls, http } as JSON.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

const { addresses, name, path, ca } = JSON.parse(process.argv[2]);
const timeoutMs = 1500;

/** 'open', an errno, or 'timeout'. */
function connect(host) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: 443, timeout: timeoutMs });
    const settle = (outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => settle('open'));
    // One more turn of the event loop: after a wait for a processor, the process first reads what has arrived.
    socket.once('timeout', () => setImmediate(() => settle('timeout')));
    socket.once('error', (error) => settle(error.code));
  });
}

/** 'ok', or OpenSSL's reason. */
function handshake(host) {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port: 443, servername: name, ca: readFileSync(ca) });
    const settle = (outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('secureConnect', () => settle('ok'));
    socket.once('error', (error) => settle(error.code));
  });
}

function request(host) {
  return new Promise((resolve) => {
    const options = { host, servername: name, path, headers: { Host: name }, ca: readFileSync(ca) };
    get(options, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(body) });
    }).once('error', (error) => resolve(error.code));
  });
}

const outcomes = await Promise.all(addresses.map(connect));
const found = {
  connect: Object.fromEntries(addresses.map((address, i) => [address, outcomes[i]])),
  tls: null,
  http: null,
};
const open = addresses[outcomes.indexOf('open')];
if (open !== undefined) found.tls = await handshake(open);
if (found.tls === 'ok') found.http = await request(open);
console.log(JSON.stringify(found));
