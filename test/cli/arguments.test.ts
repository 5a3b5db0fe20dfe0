import fc from 'fast-check';
import { test } from 'tap';
import {
  choiceOption,
  durationText,
  familyOption,
  flag,
  listOption,
  numberOption,
  parseDuration,
  parseInteger,
  sourceOption,
  textOption,
} from '../../src/cli/options.js';
import { portBound, waitBound } from '../../src/core/check-options.js';
import { InvalidInputError } from '../../src/core/errors.js';

function given(options: Record<string, unknown>) {
  return { positionals: [], options };
}

const timeout = waitBound(null);
const port = portBound;

test('a duration is read in milliseconds; without the option it is undefined', async (t) => {
  const read = (text: string) => numberOption(given({ timeout: text }), 'timeout', timeout);
  for (const [text, ms] of [
    ['1500', 1500],
    ['20', 20],
    ['5s', 5000],
    ['500ms', 500],
    ['5ms', 5],
    ['2m', 120_000],
    ['1.5s', 1500],
    ['0.5s', 500],
    ['10m', 600_000],
  ] as const)
    t.equal(read(text), ms, text);
  t.equal(numberOption(given({}), 'timeout', timeout), undefined);
});

test('the error for an invalid duration names the option, the value given and the valid range', async (t) => {
  const right = 'give a duration from 1ms to 10m, like 5s or 500ms';
  for (const text of ['abc', '-5', '1e3', '0x10', ' 5', '5 ', '９', 'NaN', 'Infinity', '5h', '5 s', '5S']) {
    t.throws(() => numberOption(given({ timeout: text }), 'timeout', timeout), {
      name: 'InvalidInputError',
      argument: '--timeout',
      message: `--timeout: "${text}" is not a duration; ${right}`,
    });
  }
  for (const text of ['0ms', '0s', '600001', '11m', '601s', '999999999m']) {
    t.throws(() => numberOption(given({ timeout: text }), 'timeout', timeout), {
      argument: '--timeout',
      message: `--timeout: "${text}" is out of range; ${right}`,
    });
  }
});

test('the error for a number under 20 without a unit has both spellings', async (t) => {
  for (const text of ['0', '1', '1.5', '5', '19']) {
    t.throws(() => numberOption(given({ timeout: text }), 'timeout', timeout), {
      argument: '--timeout',
      message: `--timeout ${text}: is that ${text}s or ${text}ms? A number under 20 needs its unit`,
    });
  }
});

test('durationText writes what parseDuration reads', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600_000 }), (ms) => {
      return parseDuration('--timeout', durationText(ms), timeout) === ms;
    }),
  );
  t.same([1, 999, 1000, 2500, 60_000, 90_000].map(durationText), ['1ms', '999ms', '1s', '2.5s', '1m', '90s']);
});

test('a port is a number from 1 to 65535', async (t) => {
  t.equal(parseInteger('port', '65535', port), 65535);
  for (const text of ['0', '65536', '70000', 'https', '443/tcp', '', '1e3', '0x10', ' 5', '-5']) {
    t.throws(() => parseInteger('port', text, port), {
      argument: 'port',
      message: `port: "${text}" is not a port; give a whole number from 1 to 65535`,
    });
  }
});

test('any text gives a number within the bound, or an error that names the option', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), (text) => {
      try {
        const value = parseInteger('port', text, port);
        return Number.isInteger(value) && value >= 1 && value <= 65535 && Number(text) === value;
      } catch (error) {
        return error instanceof InvalidInputError && error.message.startsWith('port: ');
      }
    }),
  );
  t.pass();
});

test('an option that takes one value is refused when given twice', async (t) => {
  t.throws(() => textOption(given({ timeout: ['5', '6'] }), 'timeout'), {
    message: '--timeout: given twice; give it once',
  });
  t.throws(() => numberOption(given({ timeout: ['5', '6', '7'] }), 'timeout', timeout), {
    message: '--timeout: given 3 times; give it once',
  });
});

test('the error for an option without its value says what to give', async (t) => {
  t.throws(() => numberOption(given({ timeout: '' }), 'timeout', timeout), {
    message: '--timeout: needs a value; give a duration from 1ms to 10m, like 5s or 500ms',
  });
  t.throws(() => choiceOption(given({ method: '' }), 'method', 'a method', ['syn', 'connect']), {
    message: '--method: needs a value; give syn or connect',
  });
  const message = (name: string) => ({ message: `--${name}: needs a value; see --help` });
  t.throws(() => textOption(given({ save: '' }), 'save'), message('save'));
  t.throws(() => listOption(given({ type: 'A,,MX' }), 'type'), message('type'));
  t.throws(() => listOption(given({ type: ['A', ''] }), 'type'), message('type'));
});

test('a list takes commas and repetition', async (t) => {
  t.same(listOption(given({ type: ['A,AAAA', 'MX, TXT'] }), 'type'), ['A', 'AAAA', 'MX', 'TXT']);
  t.same(listOption(given({ type: 'A' }), 'type'), ['A']);
  t.equal(listOption(given({}), 'type'), undefined);
});

test('the error for a word outside the choices lists the choices', async (t) => {
  const methods = ['auto', 'syn', 'connect'] as const;
  t.equal(choiceOption(given({ method: 'syn' }), 'method', 'a method', methods), 'syn');
  t.throws(() => choiceOption(given({ method: 'udp' }), 'method', 'a method', methods), {
    message: '--method: "udp" is not a method; give auto, syn or connect',
  });
});

test('-4 and -6 exclude each other', async (t) => {
  t.equal(familyOption(given({ '4': true })), 4);
  t.equal(familyOption(given({ '6': true })), 6);
  t.equal(familyOption(given({})), undefined);
  t.throws(() => familyOption(given({ '4': true, '6': true })), { message: /^-4 and -6: give one of them/ });
});

test('--source is an address of the family of -4 or -6', async (t) => {
  t.equal(sourceOption(given({ source: 'fd00::1', '6': true })), 'fd00::1');
  t.throws(() => sourceOption(given({ source: 'eth0' })), {
    message: /^--source: "eth0" is not an IP address/,
  });
  t.throws(() => sourceOption(given({ source: 'fd00::1', '4': true })), {
    message: /is IPv6, and -4 excludes it$/,
  });
});

test('a switch is on if it was given, and off after --no-', async (t) => {
  t.equal(flag(given({ tcp: true }), 'tcp'), true);
  t.equal(flag(given({ tcp: false }), 'tcp'), false);
  t.equal(flag(given({}), 'tcp'), false);
});
