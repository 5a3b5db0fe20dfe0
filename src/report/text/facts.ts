import { refusalText } from '../../aws/call-status.js';
import { type CallName, callNames, callOf } from '../../aws/calls.js';
import type { FactsCall, FactsDocument } from '../../documents/facts.js';
import { cleanForTerminal, mark, type Style } from './style.js';
import { hanging, padTo, wrap } from './wrap.js';

const labelCells = 38;

/** What was read and what was not, a line for each call. Ends with a line break. */
export function factsText(document: FactsDocument, style: Style): string {
  const { region, account, client } = document;
  const place = [region === null ? null : `Region ${region}`, account === null ? null : `account ${account}`];
  const host =
    client === null
      ? 'no interface that was read has its address; give the address that it has in the VPC with --source'
      : [client.interfaceId, client.vpcId, client.subnetId, ...client.groups]
          .filter((each) => each !== null)
          .join(', ');
  const lines = [
    cleanForTerminal(
      `Configuration read from AWS: ${place.filter((each) => each !== null).join(', ') || 'nothing'}`,
    ),
    hanging('  client  ', cleanForTerminal(host), style.columns),
    '',
    ...told(document.calls).map((call) => callLine(call, document, style)),
    ...wayOut(document).flatMap((text) => ['', wrap(text, style.columns)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The calls in the order of the table of calls; those of one action with the same outcome once. */
function told(calls: readonly FactsCall[]): FactsCall[] {
  const order: readonly string[] = callNames;
  const place = ({ action }: FactsCall): number => order.indexOf(action);
  const key = ({ service, action, status, text }: FactsCall): string =>
    [service, action, status, text].join('\n');
  const distinct = calls.filter(
    (call, index) => calls.findIndex((each) => key(each) === key(call)) === index,
  );
  return distinct.sort((one, other) => place(one) - place(other));
}

function callLine(
  { service, action, status, text }: FactsCall,
  document: FactsDocument,
  style: Style,
): string {
  const name = callNames.find((each) => each === action);
  if (status === 'ok' || status === 'partial') {
    const label = `${mark(style, status === 'ok' ? 'ok' : 'warn')} ${padTo(`${service} ${action}`, labelCells)}  `;
    const said = [countOf(action, document) ?? 'read', text].filter((each) => each !== null).join(': ');
    return hanging(label, cleanForTerminal(said), style.columns);
  }
  const shows = status === 'denied' || name === undefined ? null : refusalText(callOf(name));
  const said = [`${service} ${action}`, status, text, shows].filter((each) => each !== null).join(': ');
  return hanging(`${mark(style, 'failed')} `, cleanForTerminal(said), style.columns);
}

/** What to do where whole services do not answer, which is usual in a subnet without a way out. */
function wayOut({ calls, region }: FactsDocument): string[] {
  const silent = [
    ...new Set(calls.filter(({ status }) => status === 'silent').map(({ service }) => service)),
  ];
  const reached = new Set(calls.filter(({ status }) => status !== 'silent').map(({ service }) => service));
  const dead = silent.filter((service) => !reached.has(service));
  if (dead.length === 0) return [];
  const endpoints = dead.map((service) => `com.amazonaws.${region ?? 'REGION'}.${service}`);
  return [
    `No answer from ${dead.join(', ')}. A subnet without a way out of the VPC needs the interface endpoints ${endpoints.join(', ')}; or run collect where AWS can be reached, with --source ADDRESS of this host.`,
  ];
}

/** How many things a call has shown, over all of its calls. */
function countOf(action: string, { ec2, apigateway }: FactsDocument): string | null {
  const name: CallName | undefined = callNames.find((each) => each === action);
  if (name === undefined) return null;
  const { service, answer } = callOf(name);
  const lists: Readonly<Record<string, unknown>> =
    service === 'ec2' ? { ...ec2 } : { item: apigateway.stages, items: apigateway.deployments };
  const list = action === 'GetBasePathMappings' ? apigateway.basePathMappings : lists[answer];
  return Array.isArray(list) ? String(list.length) : null;
}
