import { type IcmpExtensions, isLabelStack } from '../packet/icmp-extensions.js';

/** An ICMP extension object other than an MPLS stack (RFC 4884 section 8), as it stood on the wire. */
export interface IcmpObject {
  /** Class number and class type: 2 is the interface information of RFC 5837. */
  class: number;
  type: number;
  /** The payload, hexadecimal. */
  data: string;
}

/** What an ICMP error's extensions hold besides label stacks. */
export function otherObjects(extensions: IcmpExtensions | null): IcmpObject[] {
  const others = extensions?.objects.filter((object) => !isLabelStack(object)) ?? [];
  return others.map(({ classNumber, classType, payload }) => ({
    class: classNumber,
    type: classType,
    data: Buffer.from(payload).toString('hex'),
  }));
}
