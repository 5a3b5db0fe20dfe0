import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { timeoutBound } from '../../exporter/config.js';
import { Exporter } from '../../exporter/exporter.js';
import { exporterServer } from '../../exporter/server.js';
import { holdHubs } from '../../net/wire/syn-hub.js';
import { checkHostAddress, checkSendable } from '../../target/host.js';
import { hostPort } from '../../target/host-port.js';
import type { Command, CommandContext } from '../command.js';
import { readInput } from '../files.js';
import {
  type Arguments,
  flag,
  networkChoice,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  textOption,
} from '../options.js';
import { servePeers } from '../peers/serve.js';

const usualPlace = '127.0.0.1:9715';

/** How long, in milliseconds, probes under way may go on after SIGTERM. systemd waits 90 s before it kills. */
const drainMs = 30_000;

const options: OptionTable = {
  listen: { type: 'string', value: 'ADDR:PORT', help: `Where to listen (${usualPlace})` },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'The configuration as JSON: modules, and the targets that may be probed; required',
  },
  check: { type: 'boolean', help: 'Only check the configuration' },
  ...networkOptions,
  timeout: numberSpec(timeoutBound, 'The time limit of probes whose module has none'),
};

async function run(args: Arguments, context: CommandContext): Promise<null> {
  const { stop, note } = context;
  const place = listenPlace(textOption(args, 'listen') ?? usualPlace);
  const file = textOption(args, 'config');
  if (file === undefined)
    throw new InvalidInputError('--config', '--config: missing; give the file with modules and allow');
  const exporter = await Exporter.start({
    readConfig: () => readInput(file, stop),
    log: (line) => note(`pprobe: ${line}`),
    defaults: {
      ...networkChoice(args),
      ...(args.options.timeout === undefined
        ? {}
        : { timeoutMs: numberOption(args, 'timeout', timeoutBound) }),
    },
  });
  if (flag(args, 'check')) {
    note(`pprobe: ${quoted(file)} is a valid configuration`);
    return null;
  }
  const { server, drain } = exporterServer(exporter);
  const ended = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve());
    if (stop.aborted) resolve();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(place, error)));
    server.listen(place, resolve);
  });
  context.onHangup(() => void exporter.reload());
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : place.port;
  note(`pprobe: listening on http://${hostPort(place.host, port)}`);
  await ended;
  const left = exporter.busy;
  note(left === 0 ? 'pprobe: ends' : `pprobe: ends when the probes under way have ended: ${left}`);
  await drain(drainMs);
  return null;
}

/** Reads `ADDR:PORT`; port 0 is one that the kernel chooses. Throws InvalidInputError. */
function listenPlace(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const written = bracketed === undefined ? plain : `[${bracketed}]`;
  const port = Number(digits);
  const right = `give an address of this host, like ${usualPlace}, 0.0.0.0:9715 or [::]:9715`;
  if (written === undefined || port > 65_535)
    throw new InvalidInputError('--listen', `--listen: ${quoted(text)} is not ADDR:PORT; ${right}`);
  const host = checkHostAddress(written === 'localhost' ? '127.0.0.1' : written, '--listen', right);
  checkSendable(host, '--listen');
  return { host, port };
}

function cannotListen({ host, port }: { host: string; port: number }, error: Error): CapabilityError {
  const code = 'code' in error ? String(error.code) : error.message;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there',
    EADDRNOTAVAIL: 'this host does not have the address',
    EACCES: 'ports under 1024 need CAP_NET_BIND_SERVICE',
  };
  const where = hostPort(host, port);
  return new CapabilityError(where, `--listen: cannot listen on ${where}: ${reasons[code] ?? code}`, null, {
    cause: error,
  });
}

export const serveCommand: Command = {
  name: 'serve',
  summary:
    "Measures targets when Prometheus asks, with blackbox_exporter's /probe, and answers with the verdict as metrics",
  positionals: [],
  options,
  peers: servePeers,
  examples: [
    {
      command: 'pprobe serve --config /etc/pprobe/serve.json',
      help: `Listens on ${usualPlace}; SIGHUP and POST /-/reload read the configuration again`,
    },
    {
      command: "curl 'http://127.0.0.1:9715/probe?target=api.example.com:443&debug=true'",
      help: 'The report as text, then the metrics',
    },
  ],
  usesRootFor: holdHubs,
  notes:
    'The configuration: {"modules": {"NAME": {"check": "diagnose" or "tcp", "timeoutMs": 10000, "trace": false}}, "allow": [{"name": "*.example.com", "ports": [443]}, {"cidr": "10.0.0.0/8"}], "maxConcurrent": 8, "maxQueue": 64}. Targets outside "allow" get 403.',
  run,
};
