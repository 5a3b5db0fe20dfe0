import type { DoctorAws, DoctorDocument, DoctorProblem } from '../../documents/doctor.js';
import type { Mark } from '../marks.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padTo, wrap } from './wrap.js';

/** The width of the column of labels, in cells. */
const labelCells = 15;

/** A line for each capability of this host, then every problem with the command that solves it. Ends with a line break. */
export function doctorText(document: DoctorDocument, style: Style): string {
  const rows = [
    nameserverLine(document, style),
    ...document.engines.map((engine) => engineLine(engine, chosenMethod(document), style)),
    hostLine(document, style),
    authorityLine(document, style),
    ...netlinkLine(document, style),
    ...socketLine(document, style),
    limitLine(document, style),
    privilegeLine(document, style),
    ...startLine(document, style),
    ...awsLines(document, style),
  ];
  const marks = [mark(style, 'failed'), mark(style, 'warn')];
  const isWhole = !rows.some((row) => marks.some((each) => row.startsWith(each)));
  const lines = [
    ...rows,
    '',
    ...document.problems.flatMap((problem) => problemLines(problem, style)),
    wrap(conclusion(document, isWhole), style.columns),
  ];
  return `${lines.join('\n')}\n`;
}

function line(style: Style, kind: Mark, label: string, text: string): string {
  return hanging(`${mark(style, kind)} ${padTo(label, labelCells)}  `, text, style.columns);
}

function nameserverLine({ nameservers }: DoctorDocument, style: Style): string {
  if (nameservers.length === 0) return line(style, 'failed', 'nameservers', 'none');
  const servers = nameservers.map(({ address, vpcResolver }) => {
    return vpcResolver ? `${cleanForTerminal(address)} (the VPC's resolver)` : cleanForTerminal(address);
  });
  return line(style, 'ok', 'nameservers', servers.join(', '));
}

/** The method that trace and diagnose take unless another is asked for. */
function chosenMethod({ engines }: DoctorDocument): string | undefined {
  return ['syn', 'connect'].find((name) =>
    engines.some(({ method, available }) => method === name && available),
  );
}

function engineLine(
  { method, available }: DoctorDocument['engines'][number],
  chosen: string | undefined,
  style: Style,
): string {
  const means = method === 'syn' ? 'raw SYN packets' : 'ordinary sockets, no privileges needed';
  const label = `trace, ${method}`;
  if (!available) return line(style, 'failed', label, `${means}: not available`);
  return line(style, 'ok', label, method === chosen ? `${means}; this method is the default here` : means);
}

function hostLine({ kernel, node, problems }: DoctorDocument, style: Style): string {
  const isOld = problems.some(({ text }) => text.startsWith(`Node ${node.version} is too old`));
  const kind = isOld ? 'failed' : kernel.supported === false ? 'warn' : 'ok';
  const system = `${node.platform} ${kernel.release} ${node.arch}, Node ${node.version}`;
  return line(style, kind, 'system', cleanForTerminal(system));
}

function authorityLine({ authorities }: DoctorDocument, style: Style): string {
  const isWhole = authorities.every(({ problem }) => problem === null);
  const texts = authorities.map(({ store, path, count }) => {
    const owner = store === 'system' ? 'of the system' : store === 'Node' ? 'of Node' : `of ${store}`;
    return `${count} ${owner}${path === null ? '' : ` (${path})`}`;
  });
  return line(style, isWhole ? 'ok' : 'warn', 'authorities', cleanForTerminal(texts.join(', ')));
}

function netlinkLine({ netlink }: DoctorDocument, style: Style): string[] {
  if (netlink === null) return [];
  const text = netlink ? 'routes and addresses can be read' : 'routes and addresses cannot be read';
  return [line(style, netlink ? 'ok' : 'warn', 'netlink', text)];
}

/** IPv6 alone is missing on many hosts, and most targets do without. */
function socketLine({ refusedSockets = [] }: DoctorDocument, style: Style): string[] {
  if (refusedSockets.length === 0) return [];
  const kinds = refusedSockets.map(({ protocol, family, errno }) => {
    return `${protocol.toUpperCase()} over IPv${family} (${cleanForTerminal(errno)})`;
  });
  const kind = refusedSockets.some(({ family }) => family === 4) ? 'failed' : 'warn';
  return [line(style, kind, 'sockets', `refused: ${kinds.join(', ')}`)];
}

function limitLine({ limits: { descriptors, ports } }: DoctorDocument, style: Style): string {
  const files = descriptors === null ? 'open files unknown' : `${descriptors} open files`;
  const range = ports === null ? 'source ports unknown' : `source ports ${ports.first} to ${ports.last}`;
  return line(style, 'none', 'limits', `${files}, ${range}`);
}

function privilegeLine({ privileges }: DoctorDocument, style: Style): string {
  const { uid, capNetRaw, capNetAdmin } = privileges;
  const text = `user id ${uid ?? 'unknown'}, CAP_NET_RAW ${yesNo(capNetRaw)}, CAP_NET_ADMIN ${yesNo(capNetAdmin)}`;
  return line(style, 'none', 'privileges', text);
}

function startLine({ compiledCode }: DoctorDocument, style: Style): string[] {
  if (compiledCode === null) return [];
  const { use, path, problem } = compiledCode;
  const told = (kind: Mark, text: string): string[] => [line(style, kind, 'start', cleanForTerminal(text))];
  if (use === 'kept') return told('ok', `compiled code is kept in ${path}`);
  if (use === 'shipped') return told('ok', `compiled code came with the program: ${path}`);
  if (problem !== null)
    return told('none', `compiled code is not used, so commands start slower: ${problem}`);
  return told('none', `this run compiled its code and keeps it in ${path}; the next starts faster`);
}

/** Credentials, then each service with the calls that it refuses. */
function awsLines({ aws }: DoctorDocument, style: Style): string[] {
  if (aws === undefined) return [];
  const { credentials, account, principal, region, problem, endpoints, calls } = aws;
  const who = [
    credentials?.source,
    account === null ? null : `account ${account}`,
    principal,
    credentials?.expiresAt == null ? null : `until ${credentials.expiresAt}`,
    region === null ? null : `Region ${region}`,
  ].filter((each) => each != null);
  const first = problem === null ? who.join(', ') : [problem, ...who].join('; ');
  return [
    line(style, problem === null ? 'ok' : 'failed', 'AWS', cleanForTerminal(first)),
    ...endpoints.map(({ service, reachable, text }) => {
      const own = calls.filter((each) => each.service === service);
      const allowed = own.filter(({ status }) => status === 'allowed').length;
      const said = reachable
        ? `${allowed} of ${own.length} calls allowed`
        : `not reachable${text === null ? '' : `: ${text}`}`;
      const kind = !reachable ? 'failed' : allowed < own.length ? 'warn' : 'ok';
      return line(style, kind, `AWS, ${service}`, cleanForTerminal(said));
    }),
  ];
}

function yesNo(value: boolean | null): string {
  if (value === null) return 'unknown';
  return value ? 'yes' : 'no';
}

function problemLines({ text, remedy }: DoctorProblem, style: Style): string[] {
  const lines = [hanging(`${mark(style, 'warn')} `, cleanForTerminal(text), style.columns)];
  // On its own line and never wrapped, so that it can be copied.
  if (remedy !== null) lines.push(`  ${paint(style, 'command', cleanForTerminal(remedy))}`);
  return [...lines, ''];
}

/** `isWhole`: no line above has a mark of something that fails or lacks. */
function conclusion(
  { nameservers, engines, problems, aws, refusedSockets = [] }: DoctorDocument,
  isWhole: boolean,
): string {
  if (problems.some(({ text }) => /^Node [\d.]+ is too old/.test(text)))
    return 'Install a newer Node: what works with this one is by chance.';
  if (refusedSockets.some(({ family }) => family === 4))
    return 'What needs the refused sockets does not work here; see the remarks above.';
  if (nameservers.length === 0) return 'Names cannot be resolved here; addresses can still be probed.';
  if (!engines.some(({ available }) => available))
    return 'DNS, TCP, TLS and HTTP work here; trace does not, and diagnose leaves that step out.';
  const all = aws === undefined || canRead(aws) ? 'All commands' : 'All commands but those that ask AWS';
  if (!engines.every(({ available }) => available))
    return `${all} work here; trace has one of its two methods, and needs one only.`;
  if (problems.length > 0) return `${all} work here; see the remarks above.`;
  return isWhole ? 'Everything works here.' : `${all} work here; see the lines above.`;
}

/** Whether AWS answers every question that pprobe asks about the configuration. */
function canRead({ problem, endpoints, calls }: DoctorAws): boolean {
  return (
    problem === null &&
    endpoints.every(({ reachable }) => reachable) &&
    calls.every(({ status }) => status === 'allowed')
  );
}
