/**
 * Constants of Linux, the same on x64 and arm64 (asm-generic): <sys/socket.h>, <netinet/in.h>, <netinet/tcp.h>,
 * <linux/errqueue.h>, <sys/epoll.h>.
 */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;

export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_REUSEADDR = 2;
export const SO_RCVBUF = 8;
export const SO_LINGER = 13;
export const SO_ATTACH_FILTER = 26;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;

export const IPPROTO_IP = 0;
export const IP_TTL = 2;
export const IP_HDRINCL = 3;
export const IP_PKTINFO = 8;
export const IP_RECVTTL = 12;
export const IP_RECVERR_RFC4884 = 26;
export const IP_RECVERR = 11;
export const IP_MTU = 14;
export const IPPROTO_IPV6 = 41;
export const IPV6_UNICAST_HOPS = 16;
export const IPV6_MTU = 24;
export const IPV6_RECVERR = 25;
export const IPV6_RECVERR_RFC4884 = 31;
export const IPV6_PKTINFO = 50;
export const IPV6_RECVHOPLIMIT = 51;
export const IPV6_HOPLIMIT = 52;
export const IPV6_AUTOFLOWLABEL = 70;

/** ICMP_FILTER of raw(7): a set bit blocks the type. */
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;
/** ICMP6_FILTER of RFC 3542 section 3.2; in Linux a set bit blocks the type. */
export const IPPROTO_ICMPV6 = 58;
export const ICMP6_FILTER = 1;

export const IPPROTO_TCP = 6;
export const TCP_MAXSEG = 2;
export const TCP_INFO = 11;
export const TCP_QUICKACK = 12;

export const MSG_ERRQUEUE = 0x2000;
export const CLOCK_REALTIME = 0;

export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CLOEXEC = 0x80000;
export const EFD_NONBLOCK = 0x800;
export const EFD_CLOEXEC = 0x80000;
export const POLLIN = 1;
