import { InvalidInputError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { quoted } from '../../core/text.js';
import type { Command } from '../command.js';
import { fleetAgents } from '../fleet/agents.js';
import { fleetDiagnose } from '../fleet/diagnose.js';
import { fleetInit } from '../fleet/init.js';
import { atBroker } from '../fleet/nats.js';
import { fleetShow } from '../fleet/show.js';
import type { FleetVerb } from '../fleet/verb.js';
import { type Arguments, checkIdleOptions, idleNetworkOptions, orList } from '../options.js';
import { fleetPeers } from '../peers/fleet.js';

/** What may follow `pprobe fleet`, in the order of the help text. */
const verbs: readonly FleetVerb[] = [fleetDiagnose, fleetInit, fleetAgents, fleetShow];

const names = verbs.map(({ name }) => name);

/** The command that the first word names. Throws InvalidInputError for another word, or a wrong number of words. */
function verbOf({ positionals: [word = '', ...rest] }: Arguments): FleetVerb {
  const verb = verbs.find(({ name }) => name === word);
  if (verb === undefined) {
    const meant = nearest(word, names);
    const hint = meant === undefined ? `give ${orList(names)}` : `did you mean "${meant}"?`;
    throw new InvalidInputError('command', `fleet: ${quoted(word)} is not a command of fleet; ${hint}`);
  }
  const { name, positional } = verb;
  if (positional?.required && rest.length === 0)
    throw new InvalidInputError(
      positional.name,
      `fleet ${name}: <${positional.name}> is missing; usage: pprobe fleet ${name} <${positional.name}> [options]`,
    );
  const extra = rest[positional === null ? 0 : 1];
  if (extra !== undefined)
    throw new InvalidInputError('arguments', `fleet ${name}: ${quoted(extra)} is one too many`);
  return verb;
}

/** Throws InvalidInputError for an option that only other commands of `fleet` have, except for those of every command of pprobe. */
function checkOwn(verb: FleetVerb, args: Arguments): void {
  for (const option of verbs.flatMap((other) => Object.keys(other.options))) {
    if (!isGiven(args, option) || Object.hasOwn(verb.options, option)) continue;
    if (Object.hasOwn(idleNetworkOptions, option)) checkIdleOptions(args);
    else
      throw new InvalidInputError(
        `--${option}`,
        `--${option}: pprobe fleet ${verb.name} has no such option; see pprobe fleet --help`,
      );
  }
}

/** A switch that is on by default stands in the arguments without being given. */
function isGiven({ options }: Arguments, name: string): boolean {
  const usual = verbs.some((verb) => verb.options[name]?.negatable === 'on') ? true : undefined;
  return options[name] !== undefined && options[name] !== usual;
}

export const fleetCommand: Command = {
  name: 'fleet',
  summary: 'Asks many hosts at once, and says what differs between them',
  positionals: [
    {
      name: 'command',
      required: true,
      help: verbs.map(({ name, summary }) => `${name}: ${summary}`).join('. '),
    },
    {
      name: 'argument',
      required: false,
      help: verbs
        .flatMap(({ name, positional }) => (positional === null ? [] : [`${name}: ${positional.help}`]))
        .join('. '),
    },
  ],
  options: Object.assign({}, ...verbs.map(({ options }) => options)),
  peers: fleetPeers,
  examples: verbs.flatMap(({ examples }) => examples),
  notes:
    'Exit code: that of the worst verdict of the hosts that answered, as with "pprobe explain"; 20 if fewer than half of them ' +
    'answered, 3 if there is no host to ask.',
  usesRootFor: 'all',
  async run(args, context) {
    const verb = verbOf(args);
    checkOwn(verb, args);
    try {
      return await verb.run({ ...args, positionals: args.positionals.slice(1) }, context);
    } catch (error) {
      // A question to the broker that was under way ends by its own time limit.
      if (!(error instanceof InvalidInputError)) context.stop.throwIfAborted();
      throw atBroker(args, error);
    }
  },
};
