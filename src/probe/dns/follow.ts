import type { AnswerRecord, Reply } from './decode.js';
import { nameKey } from './name.js';
import { typeNumber } from './protocol.js';
import type { RecordType } from './record-type.js';

/** Where a name led within one reply. */
export interface Followed {
  /** The records on the way, aliases first. Others in the answer belong to no question of ours and are left out. */
  records: AnswerRecord[];
  /** The targets of the aliases, in order. */
  chain: string[];
  /** Records of the type asked are at the chain's end. */
  found: boolean;
  /** The chain leads back to a name that it has passed. */
  loops: boolean;
}

/**
 * Follows the CNAME chain inside an answer (RFC 1034 section 4.3.2, step 3a) from the name asked to the records of the
 * type asked, whatever the order of the records. Pure.
 *
 * @param passed keys of the names that were found to be aliases; this reply's are added to those of earlier ones
 */
export function followAnswer(
  reply: Reply,
  name: string,
  type: RecordType,
  passed = new Set<string>(),
): Followed {
  if (isAllAsked(reply, name, type)) return { records: reply.answers, chain: [], found: true, loops: false };
  const owners = byOwner(reply.answers);
  const records: AnswerRecord[] = [];
  const chain: string[] = [];
  for (let key = nameKey(name); ; ) {
    const here = owners.get(key) ?? [];
    const wanted = here.filter((record) => type.number === typeNumber.ANY || record.type === type.number);
    if (wanted.length > 0) return { records: [...records, ...wanted], chain, found: true, loops: false };
    const alias = here.find((record) => record.type === typeNumber.CNAME);
    if (!alias?.target) return { records, chain, found: false, loops: false };
    records.push(alias);
    chain.push(alias.target);
    passed.add(key);
    key = nameKey(alias.target);
    if (passed.has(key)) return { records, chain, found: false, loops: true };
  }
}

/** The most frequent answer: records of the type asked, all of the name asked. */
function isAllAsked({ answers }: Reply, name: string, type: RecordType): boolean {
  const key = nameKey(name);
  return answers.length > 0 && answers.every((record) => record.type === type.number && record.key === key);
}

function byOwner(answers: readonly AnswerRecord[]): ReadonlyMap<string, AnswerRecord[]> {
  const owners = new Map<string, AnswerRecord[]>();
  for (const record of answers) {
    const records = owners.get(record.key);
    if (records) records.push(record);
    else owners.set(record.key, [record]);
  }
  return owners;
}
