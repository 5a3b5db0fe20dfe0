/** What errno of a packet that did not leave this host means: send(2), ip(7), and what was measured to cause it. */
const words: Readonly<Record<string, string>> = {
  EPERM: "this host's own firewall refused to send it",
  EACCES: "this host's own policy forbids it",
  ENETUNREACH: 'this host has no route there',
  EHOSTUNREACH: 'the neighbour it should go to does not answer',
  ENETDOWN: 'the interface is down',
  EADDRNOTAVAIL: 'no address of this host fits',
  EAFNOSUPPORT: 'the target is of another family than the source',
  EINVAL: 'a blackhole route, or a source or zone that does not fit the target',
  EMFILE: 'this process has too many files open; see ulimit -n',
  ENFILE: 'this host has too many files open',
  ENOBUFS: 'the send queue of this host is full',
  ENOMEM: 'this host is out of memory for packets',
  EMSGSIZE: 'the packet is too big for the interface',
};

/** In words, why this host did not send a packet; null for an errno that says it as well itself. */
export function errnoWords(errno: string): string | null {
  return Object.hasOwn(words, errno) ? (words[errno] ?? null) : null;
}
