/** Meters' expressions against two oracles: CEL's own evaluation for integers, exact fractions for decimals. */
import { evaluate } from '@marcbachmann/cel-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { valueOf } from './expressionValue.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('numbers', () => {
  test('integer expressions have the value that CEL gives them', async () => {
    const { integer } = fc.letrec<{ integer: string; truth: string }>((tie) => ({
      integer: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'integers', withCrossShrink: true },
        fc.nat(40).map(String),
        fc.constantFrom('data.a', 'data.b', 'data.c', 'data.d.e', 'data["a"]', 'data.missing'),
        fc
          .tuple(tie('integer'), fc.constantFrom('+', '-', '*', '%'), tie('integer'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc.tuple(tie('integer'), tie('integer')).map(([left, right]) => `int(${left} / ${right})`),
        tie('integer').map((value) => `(-${value})`),
        fc
          .tuple(tie('truth'), tie('integer'), tie('integer'))
          .map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
      ),
      truth: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'integers', withCrossShrink: true },
        fc.constantFrom('true', 'false', 'has(data.a)', 'has(data.missing)', 'has(data.d.e)', 'data.t'),
        fc
          .tuple(tie('integer'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('integer'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc
          .tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        tie('truth').map((value) => `!${value}`),
        tie('integer').map((value) => `(${value} in [0, 1, -2, 3])`),
      ),
    }));
    const small = fc.integer({ min: -40, max: 40 });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(integer, small, small, small, small, fc.boolean(), async (source, a, b, c, e, t) => {
        fc.pre(source.length < 400);
        const big = { a: BigInt(a), b: BigInt(b), c: BigInt(c), d: { e: BigInt(e) }, t };
        let expected: string | null;
        try {
          expected = String(evaluate(source, { data: big }));
        } catch (error) {
          const { code } = error as { code: string };
          fc.pre(code !== 'numeric_overflow');
          expect(['division_by_zero', 'modulo_by_zero', 'no_such_key']).toContain(code);
          expected = null;
        }
        compared += 1;
        expect(await valueOf(database, source, JSON.stringify({ a, b, c, d: { e }, t }))).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  interface Exact {
    readonly source: string;
    /** Undefined where there is a division by zero. */
    readonly value: Fraction | undefined;
  }
  const decimal = fc
    .tuple(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 0, max: 12 }))
    .map(([units, places]) => ({ units, places, value: new Fraction(units, 10n ** BigInt(places)) }));
  const written = (units: bigint, places: number) => {
    const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
    const whole = digits.slice(0, digits.length - places);
    return `${units < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
  };
  const units = (value: Fraction) => {
    const scaled = value.n * 10n ** 12n;
    return value.s * ((2n * scaled + value.d) / (2n * value.d));
  };

  test('decimal expressions are exact, and rounded once', async () => {
    const { term } = fc.letrec<{ term: Exact }>((tie) => ({
      term: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        decimal.map((leaf) => ({ source: `(${written(leaf.units, leaf.places)})`, value: leaf.value })),
        fc
          .constantFrom(1n, 2n, 3n, 7n)
          .map((leaf) => ({ source: String(leaf), value: new Fraction(leaf, 10n ** 0n) })),
        fc.constant({ source: 'data.half', value: new Fraction(5n, 10n ** 13n) }),
        fc
          .tuple(tie('term'), fc.constantFrom('+', '-', '*', '/', '/'), tie('term'))
          .map(([left, operator, right]) => ({
            source: `(${left.source} ${operator} ${right.source})`,
            value: left.value && right.value && operate(left.value, operator, right.value),
          })),
      ),
    }));
    const operate = (left: Fraction, operator: string, right: Fraction) => {
      if (operator === '+') return left.add(right);
      if (operator === '-') return left.sub(right);
      if (operator === '*') return left.mul(right);
      return right.n === 0n ? undefined : left.div(right);
    };
    await fc.assert(
      fc.asyncProperty(term, async ({ source, value }) => {
        fc.pre(source.length < 900);
        const rounded = value && units(value);
        const inside = rounded !== undefined && rounded > -(10n ** 30n) && rounded < 10n ** 30n;
        const actual = await valueOf(
          database,
          source.replaceAll('data.half', '(0.001 * data.nano / 2)'),
          '{"nano": 0.000000001}',
        );
        if (!inside) {
          expect(actual).toBeNull();
          return;
        }
        expect(actual).not.toBeNull();
        expect(units(new Fraction(String(actual)))).toBe(rounded);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a quotient of any two properties is rounded once', async () => {
    const wide = fc
      .tuple(fc.bigInt(1n, 10n ** 30n - 1n), fc.integer({ min: 12, max: 12 }))
      .map(([digits, places]) => written(digits, places));
    await fc.assert(
      fc.asyncProperty(wide, wide, async (a, b) => {
        const expected = units(new Fraction(a).div(new Fraction(b)));
        const actual = await valueOf(database, 'data.a / data.b', JSON.stringify({ a, b }));
        if (expected >= 10n ** 30n) {
          expect(actual).toBeNull();
          return;
        }
        expect(units(new Fraction(String(actual)))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('a quotient that is nearest to a half, and none, is rounded to its side', async () => {
    const units = 4n * 10n ** 17n;
    const quotient = (divisor: bigint) =>
      valueOf(
        database,
        'data.a / data.b',
        JSON.stringify({ a: written(units, 12), b: written(divisor, 12) }),
      );
    expect(await quotient(units * 2n * 10n ** 12n + 1n)).toBe('0');
    expect(await quotient(units * 2n * 10n ** 12n)).toBe('0.000000000001');
    expect(await quotient(units * 2n * 10n ** 12n - 1n)).toBe('0.000000000001');
  });
});
