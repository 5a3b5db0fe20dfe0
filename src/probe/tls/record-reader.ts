import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { alertName } from '../../documents/terms/tls-alert.js';
import type { TlsAlert, TlsProgress } from '../../documents/tls.js';

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HEARTBEAT = 24;

const SERVER_HELLO = 2;
const CERTIFICATE = 11;

/** RFC 5246 section 6.2.3: 16 KB and what a cipher may add. */
const longestRecord = 16_384 + 2048;
/** A first line that is no longer than this is what a person recognises: `SSH-2.0-OpenSSH_9.6`. */
const longestLine = 80;

/**
 * Reads along with what a TLS peer sends, as far as it comes in the clear (RFC 8446 section 5.1, RFC 5246 section 6.2).
 * Feed it the stream's octets in whatever pieces they come; it keeps none of them beyond the record being read. Never
 * throws on hostile bytes.
 */
export class TlsRecordReader {
  heard: Exclude<TlsProgress['heard'], 'done'> = 'nothing';
  /** The last alert in the clear; null while none came. */
  alert: TlsAlert | null = null;
  #first = Buffer.alloc(0);
  #buffered = Buffer.alloc(0);
  /** Handshake messages run on from record to record. */
  #handshake = Buffer.alloc(0);
  /** Of the handshake message being read: octets still to come, and its type. */
  #pending: { type: number; left: number } | null = null;
  #isEncrypted = false;

  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isEncrypted) return;
    if (this.#first.length < longestLine) {
      this.#first = Buffer.concat([this.#first, bytes.subarray(0, longestLine - this.#first.length)]);
    }
    if (this.heard === 'not-tls') return;
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    while (!this.#isEncrypted && this.#readRecord());
    if (this.#isEncrypted) this.#buffered = Buffer.alloc(0);
  }

  /** The first line of what is not TLS, as far as it is printable ASCII; null where it is TLS, or nothing. */
  get firstLine(): string | null {
    if (this.heard !== 'not-tls') return null;
    const [line = ''] = this.#first.toString('latin1').split(/[\r\n]/, 1);
    return line.replace(/[^\x20-\x7e]/g, '?');
  }

  #readRecord(): boolean {
    const bytes = this.#buffered;
    const [type = 0, major] = bytes;
    if (bytes.length > 0 && (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT)) return this.#notTls();
    if (major !== undefined && major !== 3) return this.#notTls();
    if (bytes.length < 5) return false;
    const length = bytes.readUInt16BE(3);
    if (length > longestRecord) return this.#notTls();
    if (type === CHANGE_CIPHER_SPEC || type === APPLICATION_DATA) this.#isEncrypted = true;
    // Of a long record as much as has come is read: in a black hole, the rest of it is what never comes.
    if (bytes.length < 5 + length) return false;
    const body = bytes.subarray(5, 5 + length);
    this.#buffered = bytes.subarray(5 + length);
    if (type === ALERT) this.#readAlert(body);
    if (type === HANDSHAKE) this.#readHandshake(body);
    return true;
  }

  #notTls(): false {
    if (this.heard === 'nothing') this.heard = 'not-tls';
    return false;
  }

  #readAlert(body: Buffer): void {
    const [level = 0, code = 0] = body;
    if (body.length !== 2) return;
    this.alert = { level: level === 1 ? 'warning' : 'fatal', code, name: alertName(code) };
    if (this.heard === 'nothing') this.heard = 'alert';
  }

  #readHandshake(body: Buffer): void {
    let rest = Buffer.concat([this.#handshake, body]);
    for (;;) {
      if (this.#pending === null) {
        if (rest.length < 4) break;
        this.#pending = { type: rest.readUInt8(0), left: rest.readUIntBE(1, 3) };
        rest = rest.subarray(4);
      }
      const { type, left } = this.#pending;
      if (rest.length < left) {
        this.#pending = { type, left: left - rest.length };
        rest = Buffer.alloc(0);
        break;
      }
      rest = rest.subarray(left);
      this.#pending = null;
      if (type === SERVER_HELLO && this.heard !== 'certificate') this.heard = 'server-hello';
      if (type === CERTIFICATE) this.heard = 'certificate';
    }
    this.#handshake = rest;
  }
}

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
