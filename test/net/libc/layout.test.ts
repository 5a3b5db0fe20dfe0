import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import * as constants from '../../../src/net/libc/constants.js';

/** The offsets and constants of src/net/libc, compared by the C compilers that are here: for x64, for arm64, and with musl. */

const compilers = [
  { name: 'x86_64-linux-gnu-gcc', arch: 'x64' },
  { name: 'aarch64-linux-gnu-gcc', arch: 'arm64' },
  { name: 'musl-gcc', arch: process.arch },
  { name: 'cc', arch: process.arch },
].filter(({ name }) => spawnSync(name, ['--version']).error === undefined);

/** Offset and size in octets of each member that is read or written, from the source. */
const members: readonly (readonly [struct: string, member: string, offset: number, size: number])[] = [
  ['msghdr', 'msg_name', 0, 8],
  ['msghdr', 'msg_namelen', 8, 4],
  ['msghdr', 'msg_iov', 16, 8],
  ['msghdr', 'msg_control', 32, 8],
  ['iovec', 'iov_base', 0, 8],
  ['iovec', 'iov_len', 8, 8],
  ['mmsghdr', 'msg_len', 56, 4],
  ['cmsghdr', 'cmsg_level', 8, 4],
  ['cmsghdr', 'cmsg_type', 12, 4],
  ['sockaddr_in', 'sin_port', 2, 2],
  ['sockaddr_in', 'sin_addr', 4, 4],
  ['sockaddr_in6', 'sin6_addr', 8, 16],
  ['sockaddr_in6', 'sin6_scope_id', 24, 4],
  ['pollfd', 'events', 4, 2],
  ['timespec', 'tv_nsec', 8, 8],
  ['sock_extended_err', 'ee_origin', 4, 1],
  ['sock_extended_err', 'ee_type', 5, 1],
  ['sock_extended_err', 'ee_code', 6, 1],
  ['sock_extended_err', 'ee_info', 8, 4],
  ['sock_extended_err', 'ee_data', 12, 4],
  ['sock_filter', 'k', 4, 4],
  ['sock_fprog', 'filter', 8, 8],
  ['nlmsghdr', 'nlmsg_type', 4, 2],
  ['nlmsghdr', 'nlmsg_flags', 6, 2],
  ['rtmsg', 'rtm_dst_len', 1, 1],
  ['ndmsg', 'ndm_ifindex', 4, 4],
  ['ndmsg', 'ndm_state', 8, 2],
  ['rtattr', 'rta_type', 2, 2],
];

const sizes: Readonly<Record<string, number>> = {
  'struct msghdr': 56,
  'struct mmsghdr': 64,
  'struct iovec': 16,
  'struct cmsghdr': 16,
  'struct sockaddr_in6': 28,
  'struct sockaddr_nl': 12,
  'struct nlmsghdr': 16,
  'struct rtmsg': 12,
  'struct ndmsg': 12,
  'struct sock_extended_err': 16,
  'struct sock_fprog': 16,
  'struct linger': 8,
  int: 4,
  'void *': 8,
};

/** The only differences between the architectures; src/net/libc/poller.ts and load.ts have both values. */
const perArch: Readonly<Record<string, readonly string[]>> = {
  x64: ['sizeof(struct epoll_event) == 12', 'offsetof(struct epoll_event, data) == 4', 'SYS_ppoll == 271'],
  arm64: ['sizeof(struct epoll_event) == 16', 'offsetof(struct epoll_event, data) == 8', 'SYS_ppoll == 73'],
};

/** Not in the headers of the C library: of linux/in.h, linux/in6.h, linux/icmp.h. */
const otherNames: Readonly<Record<string, string>> = {
  SOL_RAW: '255',
  ICMP_FILTER: '1',
  ICMP6_FILTER: '1',
  IPV6_AUTOFLOWLABEL: '70',
  IP_RECVERR_RFC4884: '26',
  IPV6_RECVERR_RFC4884: '31',
};

function program(arch: string): string {
  const headers = [
    'sys/socket',
    'sys/epoll',
    'sys/eventfd',
    'sys/syscall',
    'netinet/in',
    'netinet/tcp',
    'poll',
    'stddef',
    'time',
  ];
  const kernel = ['types', 'errqueue', 'filter', 'netlink', 'rtnetlink', 'neighbour'];
  const numbers = Object.entries(constants).filter(([name]) => !(name in otherNames));
  const claims = [
    ...members.flatMap(([struct, member, offset, size]) => [
      `offsetof(struct ${struct}, ${member}) == ${offset}`,
      `sizeof(((struct ${struct} *)0)->${member}) == ${size}`,
    ]),
    ...Object.entries(sizes).map(([type, size]) => `sizeof(${type}) == ${size}`),
    ...numbers.map(([name, value]) => `${name} == ${value}`),
    ...(perArch[arch] ?? []),
  ];
  return [
    '#define _GNU_SOURCE',
    ...headers.map((name) => `#include <${name}.h>`),
    ...kernel.map((name) => `#include <linux/${name}.h>`),
    ...claims.map((claim) => `_Static_assert(${claim}, ${JSON.stringify(claim)});`),
    '',
  ].join('\n');
}

t.test('layouts and constants', { skip: compilers.length === 0 && 'no C compiler' }, async (t) => {
  const folder = t.testdir({});
  for (const { name, arch } of compilers) {
    const file = join(folder, `${arch}.c`);
    writeFileSync(file, program(arch));
    const kernelHeaders =
      name === 'musl-gcc'
        ? ['-idirafter', '/usr/include', '-idirafter', '/usr/include/x86_64-linux-gnu']
        : [];
    const { status, stderr } = spawnSync(name, ['-fsyntax-only', ...kernelHeaders, file], {
      encoding: 'utf8',
    });
    t.equal(status, 0, `${name}: ${stderr}`);
  }
});
