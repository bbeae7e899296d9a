/** Numbers by patterns: no two documents of any series can have the same (semantics.md, section 7). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkPattern, formatNumber, spanOf } from '../../src/domain/invoiceNumber.ts';

test.each([
  ['INV', '{prefix}-{seq:6}', '2026-03-09', 7n, 'INV-000007'],
  ['EU', '{prefix}/{yyyy}/{mm}/{seq}', '2026-03-09', 12n, 'EU/2026/03/12'],
  ['A1', '{prefix}.{yy}{seq:4}', '2026-12-31', 12345n, 'A1.2612345'],
])('%s %s gives %s its number', (prefix, pattern, day, sequence, number) => {
  expect(formatNumber({ prefix, pattern }, day, sequence)).toBe(number);
});

test.each([
  ['never', ''],
  ['yearly', '2026'],
  ['monthly', '2026-03'],
] as const)('a series that restarts %s is numbered by that span', (restarts, span) => {
  expect(spanOf({ restarts }, '2026-03-09')).toBe(span);
});

describe('a pattern is refused', () => {
  test.each([
    ['without a sequence', 'INV', '{prefix}-{yyyy}', 'never'],
    ['with two sequences', 'INV', '{prefix}-{seq}{seq}', 'never'],
    ['that does not begin with its prefix', 'INV', '{seq}-{prefix}', 'never'],
    ['whose prefix runs into what follows', 'INV', '{prefix}{seq}', 'never'],
    ['that restarts each year without saying which', 'INV', '{prefix}-{seq}', 'yearly'],
    ['that restarts each month and names the year alone', 'INV', '{prefix}-{yyyy}-{seq}', 'monthly'],
    ['with something else in braces', 'INV', '{prefix}-{seq}{day}', 'never'],
    ['with characters that files and banks do not take', 'INV', '{prefix}-{seq} ü', 'never'],
    ['with a prefix that could be part of another', 'IN-V', '{prefix}-{seq}', 'never'],
    ['with the prefix of what is only a test', 'TEST', '{prefix}-2DFCT0FD-INV-{seq:6}', 'never'],
  ] as const)('%s', (_name, prefix, pattern, restarts) => {
    expect(() => {
      checkPattern({ prefix, pattern, restarts });
    }).toThrow(expect.objectContaining({ status: 400, code: 'pattern_invalid' }));
  });
});

test('two documents of series that are allowed never have one number', () => {
  const part = fc.constantFrom('{yyyy}', '{yy}', '{mm}', '-', '/', '7');
  const series = fc
    .record({
      prefix: fc.stringMatching(/^[A-Z0-9]{1,3}$/),
      before: fc.array(part, { maxLength: 4 }),
      sequence: fc.constantFrom('{seq}', '{seq:3}'),
      after: fc.array(part, { maxLength: 2 }),
      restarts: fc.constantFrom('never', 'yearly', 'monthly'),
    })
    .map(({ prefix, before, sequence, after, restarts }) => ({
      prefix,
      pattern: `{prefix}-${before.join('')}${sequence}${after.join('')}`,
      restarts: restarts as 'never',
    }))
    .filter((given) => {
      try {
        checkPattern(given);
        return true;
      } catch {
        return false;
      }
    });
  const document = fc.record({
    day: fc
      .tuple(fc.integer({ min: 2020, max: 2029 }), fc.integer({ min: 1, max: 12 }))
      .map(([y, m]) => `${String(y)}-${String(m).padStart(2, '0')}-05`),
    sequence: fc.bigInt(1n, 2000n),
  });
  fc.assert(
    fc.property(series, series, document, document, (one, other, first, second) => {
      // No two series have one prefix: it is unique in the database.
      const [a, b] = [one, one.prefix === other.prefix ? one : other];
      const same =
        a === b && spanOf(a, first.day) === spanOf(b, second.day) && first.sequence === second.sequence;
      const numbers = [
        formatNumber(a, first.day, first.sequence),
        formatNumber(b, second.day, second.sequence),
      ];
      if (!same) expect(numbers[0]).not.toBe(numbers[1]);
    }),
    { numRuns: 2000 },
  );
});
