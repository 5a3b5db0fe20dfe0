import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TlsRecordReader } from './record-reader.js';

/**
 * A TCP connection that TLS runs over, with an ear at it: how far the peer came is told by its bytes, and OpenSSL tells of
 * a handshake that did not end nothing at all.
 */
export class TlsTap extends Duplex {
  readonly reader = new TlsRecordReader();
  sentBytes = 0;
  receivedBytes = 0;
  readonly #socket: Socket;

  /** Takes the connection over: it is destroyed with this stream, and its errors are this stream's. */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.receivedBytes += bytes.length;
      this.reader.push(bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sentBytes += bytes.length;
    this.#socket.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
