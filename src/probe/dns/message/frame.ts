import { classIn, headerLength, typeName, typeNumber } from './record-type.js';
import { NameReader } from './wire-name.js';

/** The header of RFC 1035 section 4.1.1. */
export interface Header {
  id: number;
  isReply: boolean;
  opcode: number;
  authoritative: boolean;
  truncated: boolean;
  recursionAvailable: boolean;
  authenticData: boolean;
  /** The low four bits. An OPT record may carry eight more. */
  rcode: number;
  counts: Record<Section, number>;
}

export type Section = 'question' | 'answer' | 'authority' | 'additional';

export interface FramedQuestion {
  /** In presentation form, with its final dot. */
  name: string;
  type: number;
  class: number;
}

/** One record: its owner, its fixed fields, and the position of its data in the message. */
export interface FramedRecord {
  section: Exclude<Section, 'question'>;
  /** In presentation form, with its final dot. */
  name: string;
  type: number;
  class: number;
  /** The 32 bits of the field. In an OPT record they are not a time. */
  ttl: number;
  /** The offset of the data. */
  start: number;
  /** The offset after the data. */
  end: number;
}

/** A message whose structure has been checked from end to end. */
export interface Frame {
  message: Buffer;
  names: NameReader;
  header: Header;
  questions: FramedQuestion[];
  records: FramedRecord[];
  /** The OPT record (RFC 6891); null without EDNS. */
  opt: FramedRecord | null;
}

/** Why a message cannot be read, and at which byte. */
export interface FrameFault {
  reason: string;
  at: number;
}

export type FrameResult = { ok: true; frame: Frame } | { ok: false; fault: FrameFault };
export type QuestionsResult =
  | { ok: true; questions: FramedQuestion[]; next: number }
  | { ok: false; fault: FrameFault };

const recordSections = ['answer', 'authority', 'additional'] as const;
// The types whose data has a fixed length in class IN: A, AAAA, EUI48 and EUI64 (RFC 1035, 3596, 7043).
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [28, 16],
  [108, 6],
  [109, 8],
]);

/** The ID of a message that is long enough for a header. */
export function idOf(message: Buffer): number {
  return message.readUInt16BE(0);
}

/** Reads the header; null if the message is too short. */
export function readHeader(message: Buffer): Header | null {
  if (message.length < headerLength) return null;
  const bits = message.readUInt16BE(2);
  return {
    id: idOf(message),
    isReply: (bits & 0x8000) !== 0,
    opcode: (bits >> 11) & 15,
    authoritative: (bits & 0x0400) !== 0,
    truncated: (bits & 0x0200) !== 0,
    recursionAvailable: (bits & 0x0080) !== 0,
    authenticData: (bits & 0x0020) !== 0,
    rcode: bits & 15,
    counts: {
      question: message.readUInt16BE(4),
      answer: message.readUInt16BE(6),
      authority: message.readUInt16BE(8),
      additional: message.readUInt16BE(10),
    },
  };
}

/** Reads the question section. A truncated reply may end after it, so it can be read on its own. */
export function readQuestions(
  message: Buffer,
  header: Header,
  names = new NameReader(message),
): QuestionsResult {
  const questions: FramedQuestion[] = [];
  let at = headerLength;
  for (let index = 0; index < header.counts.question; index++) {
    const name = names.read(at);
    if (!name.ok) return fault(`name of question ${index + 1}: ${name.fault}`, name.at);
    if (name.next + 4 > message.length) return fault(`question ${index + 1} is cut short`, name.next);
    const type = message.readUInt16BE(name.next);
    questions.push({ name: name.name, type, class: message.readUInt16BE(name.next + 2) });
    at = name.next + 4;
  }
  return { ok: true, questions, next: at };
}

/**
 * Checks the structure of a message before any data is read: every section has as many entries as the header says, every
 * name is complete, and every record's data lies inside the message and has the length that its type requires. Octets
 * after the last record are ignored, as in dig. Never throws.
 */
export function frameMessage(message: Buffer, header = readHeader(message)): FrameResult {
  if (header === null) return fault(`${message.length} octets are too short for a header`, 0);
  const names = new NameReader(message);
  const questions = readQuestions(message, header, names);
  if (!questions.ok) return questions;
  const records: FramedRecord[] = [];
  let opt: FramedRecord | null = null;
  let at = questions.next;
  for (const section of recordSections) {
    for (let index = 0; index < header.counts[section]; index++) {
      const result = readRecord(message, names, at, section, index + 1);
      if (!result.ok) return result;
      const { record } = result;
      records.push(record);
      at = record.end;
      if (record.type !== typeNumber.OPT) continue;
      // RFC 6891 section 6.1.1: more than one OPT record is a format error.
      if (opt !== null) return fault('a second OPT record', record.start);
      opt = record;
    }
  }
  return { ok: true, frame: { message, names, header, questions: questions.questions, records, opt } };
}

type RecordResult = { ok: true; record: FramedRecord } | { ok: false; fault: FrameFault };

function readRecord(
  message: Buffer,
  names: NameReader,
  at: number,
  section: FramedRecord['section'],
  position: number,
): RecordResult {
  const where = `${section} record ${position}`;
  const name = names.read(at);
  if (!name.ok) return fault(`owner name of ${where}: ${name.fault}`, name.at);
  const start = name.next + 10;
  if (start > message.length) return fault(`${where} is cut short`, name.next);
  const type = message.readUInt16BE(name.next);
  const recordClass = message.readUInt16BE(name.next + 2);
  const length = message.readUInt16BE(name.next + 8);
  const end = start + length;
  if (end > message.length) {
    return fault(
      `${where}: ${typeName(type)} of ${length} octets, ${message.length - start} are left`,
      start,
    );
  }
  const fixed = recordClass === classIn ? fixedLengths.get(type) : undefined;
  if (fixed !== undefined && fixed !== length) {
    return fault(`${where}: ${typeName(type)} of ${length} octets, not ${fixed}`, start);
  }
  if (type === typeNumber.OPT) {
    // RFC 6891 section 6.1.1 puts OPT into the additional section. Some servers put it into the answer section, which made
    // resolver libraries refuse the message (https://github.com/c-ares/c-ares/issues/968). It is read from every section.
    if (name.name !== '.') return fault(`${where}: the owner of the OPT record is not the root`, at);
    if (!optionsFit(message, start, end))
      return fault(`${where}: an option reaches past the OPT record`, start);
  }
  const ttl = message.readUInt32BE(name.next + 4);
  return { ok: true, record: { section, name: name.name, type, class: recordClass, ttl, start, end } };
}

/** Reports whether the options (RFC 6891 section 6.1.2) fill the data exactly. */
function optionsFit(message: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end) at += 4 + message.readUInt16BE(at + 2);
  return at === end;
}

function fault(reason: string, at: number): { ok: false; fault: FrameFault } {
  return { ok: false, fault: { reason, at } };
}
