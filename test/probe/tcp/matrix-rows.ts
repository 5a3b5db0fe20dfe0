import type { TcpAttempt, TcpCause, TcpStatus } from '../../../src/documents/tcp.js';

/** One cause in one family: where the matrix network has it, and the expected attempt. */
export interface Cell {
  address: string;
  /** Default 443. */
  port?: number;
  source?: string;
  expected: Pick<TcpAttempt, 'status' | 'cause' | 'errno' | 'local' | 'from' | 'icmp' | 'neighbour'>;
  /** The status through node:net, where it differs. */
  node?: TcpStatus;
}

const server = { 4: '10.0.2.2', 6: 'fd02::2' } as const;
const router = { 4: '10.0.1.1', 6: 'fd01::1' } as const;
const here = { 4: '10.0.1.2', 6: 'fd01::2' } as const;

type Expected = Cell['expected'];
const nothing: Expected = {
  status: 'timeout',
  cause: 'silence',
  errno: null,
  local: false,
  from: null,
  icmp: null,
  neighbour: null,
};

function expected(changes: Partial<Expected>): Expected {
  return { ...nothing, ...changes };
}

/** An ICMP error: `code` of the family's destination-unreachable. */
function icmp(family: 4 | 6, code: number, status: TcpStatus, errno: string, from: string): Expected {
  return expected({ status, cause: 'icmp', errno, from, icmp: { type: family === 4 ? 3 : 1, code } });
}

function rst(family: 4 | 6): Expected {
  return expected({ status: 'refused', cause: 'rst', errno: 'ECONNREFUSED', from: server[family] });
}

/** An ICMP error of this host's own firewall. */
function own(family: 4 | 6, code: number, errno: string): Expected {
  const known = { cause: 'local-firewall', local: true } as const;
  return { ...icmp(family, code, 'denied', errno, here[family]), ...known };
}

function local(status: TcpStatus, cause: TcpCause, errno: string): Expected {
  return expected({ status, cause, errno, local: true });
}

function silent(neighbour: string): Expected {
  return expected({ status: 'unreachable', cause: 'silent-neighbour', errno: 'EHOSTUNREACH', neighbour });
}

const open = (family: 4 | 6) => expected({ status: 'open', cause: 'syn-ack', from: server[family] });

/** A port of the server that something on the path or the server refuses, in both families. */
function atPort(port: number, v4: Expected, v6: Expected, node4?: TcpStatus, node6?: TcpStatus) {
  return {
    v4: { address: server[4], port, expected: v4, ...(node4 && { node: node4 }) },
    v6: { address: server[6], port, expected: v6, ...(node6 && { node: node6 }) },
  };
}

/** The causes of the matrix, in both families where both have the cause. */
export const causes: { name: string; v4?: Cell; v6?: Cell }[] = [
  { name: 'open', ...atPort(443, open(4), open(6)) },
  { name: 'closed port: RST of the target', ...atPort(9, rst(4), rst(6)) },
  { name: 'router rejects with a reset', ...atPort(2001, rst(4), rst(6)) },
  {
    name: 'router rejects with port-unreachable',
    ...atPort(
      2002,
      icmp(4, 3, 'refused', 'ECONNREFUSED', router[4]),
      icmp(6, 4, 'refused', 'ECONNREFUSED', router[6]),
    ),
  },
  {
    name: 'router rejects with host-unreachable',
    ...atPort(
      2003,
      icmp(4, 1, 'unreachable', 'EHOSTUNREACH', router[4]),
      icmp(6, 3, 'unreachable', 'EHOSTUNREACH', router[6]),
    ),
  },
  {
    name: 'router rejects with admin-prohibited',
    ...atPort(
      2004,
      icmp(4, 13, 'prohibited', 'EHOSTUNREACH', router[4]),
      icmp(6, 1, 'prohibited', 'EACCES', router[6]),
      'unreachable',
    ),
  },
  {
    name: 'router rejects with net-unreachable, no-route',
    ...atPort(
      2005,
      icmp(4, 0, 'unreachable', 'ENETUNREACH', router[4]),
      icmp(6, 0, 'unreachable', 'ENETUNREACH', router[6]),
    ),
  },
  {
    name: 'router rejects with host-prohibited, policy-fail',
    ...atPort(
      2006,
      icmp(4, 10, 'prohibited', 'EHOSTUNREACH', router[4]),
      icmp(6, 5, 'prohibited', 'EACCES', router[6]),
      'unreachable',
    ),
  },
  {
    name: 'router rejects with net-prohibited, reject-route',
    ...atPort(
      2007,
      icmp(4, 9, 'prohibited', 'ENETUNREACH', router[4]),
      icmp(6, 6, 'prohibited', 'EACCES', router[6]),
      'unreachable',
    ),
  },
  {
    name: 'router rejects with protocol-unreachable',
    v4: { address: server[4], port: 2008, expected: icmp(4, 2, 'unreachable', 'ENOPROTOOPT', router[4]) },
  },
  { name: 'router drops', ...atPort(2011, nothing, nothing) },
  {
    name: 'target rejects with port-unreachable',
    ...atPort(
      2012,
      icmp(4, 3, 'refused', 'ECONNREFUSED', server[4]),
      icmp(6, 4, 'refused', 'ECONNREFUSED', server[6]),
    ),
  },
  {
    name: 'own output rejects with port-unreachable',
    ...atPort(3001, own(4, 3, 'ECONNREFUSED'), own(6, 4, 'ECONNREFUSED'), 'refused', 'refused'),
  },
  {
    name: 'own output rejects, neighbour looked for',
    v4: {
      address: '10.0.1.97',
      port: 3001,
      expected: own(4, 3, 'ECONNREFUSED'),
      node: 'refused',
    },
    v6: {
      address: 'fd01::97',
      port: 3001,
      expected: own(6, 4, 'ECONNREFUSED'),
      node: 'refused',
    },
  },
  // The RST has the target's address, and connect(2) reports nothing else.
  { name: 'own output rejects with a reset', ...atPort(3002, rst(4), rst(6)) },
  {
    name: 'own output rejects with admin-prohibited',
    ...atPort(3003, own(4, 13, 'EHOSTUNREACH'), own(6, 1, 'EACCES'), 'unreachable', 'prohibited'),
  },
  {
    name: 'own output rejects with host-unreachable',
    ...atPort(3004, own(4, 1, 'EHOSTUNREACH'), own(6, 3, 'EHOSTUNREACH'), 'unreachable', 'unreachable'),
  },
  {
    name: 'own output drops',
    ...atPort(
      3005,
      expected({ status: 'denied', cause: 'local-firewall', local: true }),
      expected({ status: 'denied', cause: 'local-firewall', local: true }),
      'timeout',
      'timeout',
    ),
  },
  {
    name: 'router has no route',
    v4: {
      address: '10.0.3.1',
      source: '10.0.1.3',
      expected: icmp(4, 0, 'unreachable', 'ENETUNREACH', router[4]),
    },
    v6: { address: 'fd02:3::1', expected: icmp(6, 0, 'unreachable', 'ENETUNREACH', router[6]) },
  },
  {
    name: 'router has an unreachable route',
    v4: {
      address: '10.0.4.1',
      source: '10.0.1.4',
      expected: icmp(4, 1, 'unreachable', 'EHOSTUNREACH', router[4]),
    },
    v6: { address: 'fd02:4::1', expected: icmp(6, 0, 'unreachable', 'ENETUNREACH', router[6]) },
  },
  {
    name: 'router has a prohibit route',
    v4: {
      address: '10.0.5.1',
      source: '10.0.1.5',
      expected: icmp(4, 13, 'prohibited', 'EHOSTUNREACH', router[4]),
      node: 'unreachable',
    },
    v6: { address: 'fd02:5::1', expected: icmp(6, 1, 'prohibited', 'EACCES', router[6]) },
  },
  {
    name: 'router has a blackhole route',
    v4: { address: '10.0.6.1', expected: nothing },
    v6: { address: 'fd02:6::1', expected: nothing },
  },
  {
    name: 'routing loop: time exceeded',
    v4: {
      address: '10.0.7.1',
      expected: expected({
        status: 'unreachable',
        cause: 'icmp',
        errno: 'EHOSTUNREACH',
        from: server[4],
        icmp: { type: 11, code: 0 },
      }),
    },
    v6: {
      address: 'fd02:7::1',
      expected: expected({
        status: 'unreachable',
        cause: 'icmp',
        errno: 'EHOSTUNREACH',
        from: server[6],
        icmp: { type: 3, code: 0 },
      }),
    },
  },
  {
    name: 'silent neighbour of the router',
    v4: { address: '10.0.2.99', expected: icmp(4, 1, 'unreachable', 'EHOSTUNREACH', router[4]) },
    v6: { address: 'fd02::99', expected: icmp(6, 3, 'unreachable', 'EHOSTUNREACH', router[6]) },
  },
  {
    name: 'silent neighbour of this host',
    v4: { address: '10.0.1.99', expected: silent('10.0.1.99') },
    v6: { address: 'fd01::99', expected: silent('fd01::99') },
  },
  {
    name: 'silent neighbour that another program connects to',
    v4: { address: '10.0.1.97', expected: silent('10.0.1.97') },
    v6: { address: 'fd01::97', expected: silent('fd01::97') },
  },
  {
    name: 'silent gateway',
    v4: { address: '10.1.4.1', expected: silent('10.0.1.98') },
    v6: { address: 'fd14::1', expected: silent('fd01::98') },
  },
  {
    name: 'no route',
    v4: { address: '10.9.9.9', expected: local('unreachable', 'no-route', 'ENETUNREACH') },
    v6: { address: 'fd99::9', expected: local('unreachable', 'no-route', 'ENETUNREACH') },
  },
  {
    name: 'unreachable route',
    v4: { address: '10.1.1.1', expected: local('unreachable', 'unreachable-route', 'EHOSTUNREACH') },
    v6: { address: 'fd11::1', expected: local('unreachable', 'unreachable-route', 'EHOSTUNREACH') },
  },
  {
    name: 'prohibit route',
    v4: { address: '10.1.2.1', expected: local('denied', 'prohibit-route', 'EACCES') },
    v6: { address: 'fd12::1', expected: local('denied', 'prohibit-route', 'EACCES') },
  },
  {
    name: 'blackhole route',
    v4: { address: '10.1.3.1', expected: local('unreachable', 'blackhole-route', 'EINVAL') },
    v6: { address: 'fd13::1', expected: local('unreachable', 'blackhole-route', 'EINVAL') },
  },
  {
    name: 'link-local without its interface',
    v6: { address: 'fe80::1', expected: local('unreachable', 'zone-missing', 'EINVAL') },
  },
];
