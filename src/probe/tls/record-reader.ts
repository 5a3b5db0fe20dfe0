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
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

/** Octets: 16 KB of plaintext and 2 KB that a cipher can add (RFC 5246 section 6.2.3). */
const longestRecord = 16_384 + 2048;
/** Octets of `firstLine`. Enough for a banner like `SSH-2.0-OpenSSH_9.6`. */
const longestLine = 80;

/**
 * Reads the unencrypted TLS records that a peer sends (RFC 8446 section 5.1, RFC 5246 section 6.2), in order to find out how
 * far the handshake got. Takes the octets of the stream in pieces of any size and keeps only the current record. Never
 * throws, whatever the bytes are.
 */
export class TlsRecordReader {
  heard: Exclude<TlsProgress['heard'], 'done'> = 'nothing';
  /** The last unencrypted alert; null before the first. */
  alert: TlsAlert | null = null;
  /** TLS 1.2: whether the server asked for a client certificate; null before the end of its first flight. */
  asksForCertificate: boolean | null = null;
  #first = Buffer.alloc(0);
  #buffered = Buffer.alloc(0);
  /** The beginning of a handshake message that continues in the next record. */
  #handshake = Buffer.alloc(0);
  /** The handshake message being read: its type, and the number of octets still missing. */
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

  /** The first line of bytes that are not TLS, with `?` for other than printable ASCII; null for TLS and for no bytes. */
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
    // The rest of the record is still to come. On a path that loses large packets it never does.
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
      if (type === CERTIFICATE_REQUEST) this.asksForCertificate = true;
      if (type === SERVER_HELLO_DONE) this.asksForCertificate ??= false;
    }
    this.#handshake = rest;
  }
}

/**
 * Counts the encrypted records of a stream of TLS records. In TLS 1.3 a client without a certificate answers the server's
 * first flight with one such record, its Finished, and a client that was asked for a certificate with one more: OpenSSL writes
 * its (empty) Certificate message as a record of its own. The request itself is encrypted (RFC 8446 section 4.3.2).
 */
export class EncryptedRecordCounter {
  count = 0;
  #header: number[] = [];
  #left = 0;

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      this.#header.push(bytes[at] ?? 0);
      at += 1;
      const [type, , , high = 0, low = 0] = this.#header;
      if (this.#header.length < 5) continue;
      if (type === APPLICATION_DATA) this.count += 1;
      this.#left = high * 256 + low;
      this.#header = [];
    }
  }
}

/**
 * A stream between a TCP connection and a TLSSocket that counts the octets and reads the peer's records. OpenSSL reports
 * nothing about a handshake that does not finish; the records show how far it got. Emits `heard` when octets came.
 */
export class TlsTap extends Duplex {
  readonly reader = new TlsRecordReader();
  readonly sentRecords = new EncryptedRecordCounter();
  sentBytes = 0;
  receivedBytes = 0;
  readonly #socket: Socket;

  /** The connection is destroyed with this stream, and its errors are emitted by this stream. */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.receivedBytes += bytes.length;
      this.reader.push(bytes);
      if (!this.push(bytes)) socket.pause();
      this.emit('heard');
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
    // After the handshake only the number of octets is of interest.
    if (this.sentRecords.count < 2) this.sentRecords.push(bytes);
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
