import fc from 'fast-check';

/** Text of any code points, lone surrogates included, with those that matter to terminals and parsers often among them. */
export function anyText(maxLength = 40): fc.Arbitrary<string> {
  const codePoint = fc.oneof(
    fc.nat(0xff),
    fc.nat(0xff),
    fc.integer({ min: 0x2000, max: 0x206f }),
    fc.nat(0x10ffff),
  );
  return fc.array(codePoint, { maxLength }).map((points) => String.fromCodePoint(...points));
}
