/** The part of raw-socket 1.8 that pprobe uses; the package ships no types. */
declare module 'raw-socket' {
  import type { EventEmitter } from 'node:events';

  export interface Socket extends EventEmitter {
    on(event: 'message', listener: (bytes: Buffer, source: string) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    /** `before` is called just before the system call, `after` with its error, which has strerror's text and no code. */
    send(
      bytes: Buffer,
      offset: number,
      length: number,
      address: string,
      before: () => void,
      after: (error: Error | null, sent: number) => void,
    ): this;
    setOption(level: number, option: number, value: number): void;
    setOption(level: number, option: number, value: Buffer, length: number): void;
    close(): this;
  }

  export const AddressFamily: { IPv4: 1; IPv6: 2 };
  export function createSocket(options: {
    protocol: number;
    addressFamily: 1 | 2;
    bufferSize?: number;
  }): Socket;

  const module: { AddressFamily: typeof AddressFamily; createSocket: typeof createSocket };
  export default module;
}
