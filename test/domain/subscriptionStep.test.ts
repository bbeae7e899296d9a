/** One step of a life: what each turn bills, opens and makes due next (semantics.md, sections 2, 3 and 6). */
import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../src/domain/subscriptionStep.ts';
import { advance, aPlanVersion, fee, takeOne } from './aLife.ts';
import { arrears, change, day, living, shown } from './januaryLife.ts';
import { ask } from './lifeRequests.ts';

/** What of a step its turn is told by. */
function told({ status, closes, opens, nextDueAt, lines, invoice, events }: Step) {
  return {
    status,
    closes: closes && [shown(closes.start), shown(closes.end)],
    opens: opens && [opens.kind, shown(opens.start), shown(opens.end)],
    next: shown(nextDueAt),
    lines: lines.map(({ line: { priceCode, amount, period } }) => [
      priceCode,
      Number(amount),
      shown(period.start),
      shown(period.end),
    ]),
    invoiced: invoice !== null,
    events: events.map((event) => event.replace('subscription.', '')),
  };
}

describe('a turn', () => {
  test.each<[string, () => Step, ReturnType<typeof told>]>([
    [
      'starts: the first period is charged',
      () => takeOne(living(null)),
      {
        status: 'active',
        closes: null,
        opens: ['billed', '2026-01-01', '2026-02-01'],
        next: '2026-02-01',
        lines: [['fee', 3100, '2026-01-01', '2026-02-01']],
        invoiced: true,
        events: ['started'],
      },
    ],
    [
      'starts a trial: nothing is charged, and its end is announced three days before',
      () => takeOne(living(null, { trialEnd: day('2026-01-15') })),
      {
        status: 'trialing',
        closes: null,
        opens: ['trial', '2026-01-01', '2026-01-15'],
        next: '2026-01-12',
        lines: [],
        invoiced: false,
        events: ['trial.started'],
      },
    ],
    [
      'starts with an end that is known: what is charged is for the time until then',
      () => takeOne(living(null, { cancelAt: day('2026-01-11') })),
      {
        status: 'active',
        closes: null,
        opens: ['billed', '2026-01-01', '2026-01-11'],
        next: '2026-01-11',
        lines: [['fee', 1000, '2026-01-01', '2026-01-11']],
        invoiced: true,
        events: ['started'],
      },
    ],
    [
      'renews: the next period is charged, and the one before in arrears',
      () =>
        takeOne(
          living('2026-01-31', {
            plans: [aPlanVersion('plan_both', { prices: [...arrears.prices, fee(3100)] })],
          }),
        ),
      {
        status: 'active',
        closes: ['2026-01-01', '2026-02-01'],
        opens: ['billed', '2026-02-01', '2026-03-01'],
        next: '2026-03-01',
        lines: [
          ['later', 500, '2026-01-01', '2026-02-01'],
          ['fee', 3100, '2026-02-01', '2026-03-01'],
        ],
        invoiced: true,
        events: ['renewed'],
      },
    ],
    [
      'renews after a trial: its end is the anchor',
      () => takeOne(living('2026-01-14', { trialEnd: day('2026-01-15') })),
      {
        status: 'active',
        closes: ['2026-01-01', '2026-01-15'],
        opens: ['billed', '2026-01-15', '2026-02-15'],
        next: '2026-02-15',
        lines: [['fee', 3100, '2026-01-15', '2026-02-15']],
        invoiced: true,
        events: ['trial.ended', 'started'],
      },
    ],
    [
      'restarts with another interval: a new period is anchored there and charged whole',
      () => {
        const life = living('2026-01-11');
        ask(life, change({ plan: 2 }), day('2026-01-11'));
        return takeOne(life);
      },
      {
        status: 'active',
        closes: ['2026-01-01', '2026-01-11'],
        opens: ['billed', '2026-01-11', '2027-01-11'],
        next: '2027-01-11',
        lines: [
          ['fee', -2100, '2026-01-11', '2026-02-01'],
          ['fee', 36_500, '2026-01-11', '2027-01-11'],
        ],
        invoiced: true,
        events: ['changed', 'renewed'],
      },
    ],
    [
      'goes on with a change: the old price is given back and the new one charged for the rest, on the next invoice',
      () => {
        const life = living('2026-01-11');
        ask(life, change({ plan: 1 }), day('2026-01-11'));
        return takeOne(life);
      },
      {
        status: 'active',
        closes: null,
        opens: null,
        next: '2026-02-01',
        lines: [
          ['fee', -2100, '2026-01-11', '2026-02-01'],
          ['fee', 4200, '2026-01-11', '2026-02-01'],
        ],
        invoiced: false,
        events: ['changed'],
      },
    ],
    [
      'pauses: what was charged is kept unless a credit is asked for, and nothing is due',
      () => {
        const life = living('2026-01-11');
        ask(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: null }, day('2026-01-11'));
        return takeOne(life);
      },
      {
        status: 'paused',
        closes: ['2026-01-01', '2026-01-11'],
        opens: ['paused', '2026-01-11', null],
        next: null,
        lines: [],
        invoiced: false,
        events: ['paused'],
      },
    ],
    [
      'pauses with a credit: what is unused is given back',
      () => {
        const life = living('2026-01-11');
        ask(
          life,
          { ask: 'pause', at: 'now', credit: true, resumesAfter: 10 * 86_400_000 },
          day('2026-01-11'),
        );
        return takeOne(life);
      },
      {
        status: 'paused',
        closes: ['2026-01-01', '2026-01-11'],
        opens: ['paused', '2026-01-11', null],
        next: '2026-01-21',
        lines: [['fee', -2100, '2026-01-11', '2026-02-01']],
        invoiced: true,
        events: ['paused'],
      },
    ],
    [
      'resumes: a new period is anchored there',
      () => {
        const life = living('2026-01-11');
        ask(
          life,
          { ask: 'pause', at: 'now', credit: false, resumesAfter: 10 * 86_400_000 },
          day('2026-01-11'),
        );
        advance(life, day('2026-01-20'));
        return takeOne(life);
      },
      {
        status: 'active',
        closes: ['2026-01-11', '2026-01-21'],
        opens: ['billed', '2026-01-21', '2026-02-21'],
        next: '2026-02-21',
        lines: [['fee', 3100, '2026-01-21', '2026-02-21']],
        invoiced: true,
        events: ['resumed'],
      },
    ],
    [
      'ends with a credit: nothing is due any more',
      () => {
        const life = living('2026-01-11');
        ask(life, { ask: 'cancel', at: 'now', credit: true }, day('2026-01-11'));
        return takeOne(life);
      },
      {
        status: 'canceled',
        closes: ['2026-01-01', '2026-01-11'],
        opens: null,
        next: null,
        lines: [['fee', -2100, '2026-01-11', '2026-02-01']],
        invoiced: true,
        events: ['ended'],
      },
    ],
  ])('%s', (_says, step, expected) => {
    expect(told(step())).toEqual(expected);
  });
});
