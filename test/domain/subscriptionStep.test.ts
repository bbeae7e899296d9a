/** One step of a life: what each turn bills, opens and makes due next (semantics.md, sections 2, 3 and 6). */
import { describe, expect, test } from '@jest/globals';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import type { Step } from '../../src/domain/subscriptionStep.ts';
import {
  accept,
  advance,
  aLife,
  aPlanVersion,
  fee,
  seats,
  takeOne,
  type Life,
  type LifeFields,
} from './aLife.ts';
import { aFixedPrice, dec } from './pricing/builders.ts';
import { at } from './cycles.ts';
import { ask, type Request } from './lifeRequests.ts';

const day = (text: string): Instant => at(text.includes('T') ? text : `${text}T00:00:00Z`);
const shown = (instant: Instant | null | undefined) =>
  instant === null || instant === undefined ? null : formatInstant(instant).replace('T00:00:00Z', '');

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

const daily = aPlanVersion('plan_daily', { prices: [fee(3100)] });
const other = aPlanVersion('plan_other', { prices: [fee(6200)] });
const yearly = aPlanVersion('plan_yearly', { interval: 'year', prices: [fee(36_500)] });
const arrears = aPlanVersion('plan_arrears', {
  prices: [aFixedPrice({ code: 'later', model: { model: 'flat', amount: dec(500) }, quantityFrom: 'fixed' })],
});

/** From the first of January, at 100 a day in it; lived up to an instant. */
function living(to: string | null, fields: LifeFields = {}): Life {
  const life = aLife(day('2026-01-01'), { plans: [daily, other, yearly, arrears], ...fields });
  if (to !== null) advance(life, day(to));
  return life;
}

const change = (fields: object): Request => ({ ask: 'change', behavior: 'create_prorations', ...fields });

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

const amounts = (life: Life, from: string) =>
  life.lines.filter((line) => line.at >= day(from)).map(({ line }) => Number(line.amount));

describe('a credit', () => {
  test('is of the period that is changed: what a pause before it kept stays kept', () => {
    const life = living('2026-01-11');
    ask(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: 4 * 86_400_000 }, day('2026-01-11'));
    advance(life, day('2026-01-20'));
    ask(life, change({ plan: 1 }), day('2026-01-20'));
    advance(life, day('2026-01-20'));
    // Of [Jan 15, Feb 15) 26 of 31 days are left; [Jan 20, Feb 1) of the first charge is nobody's business any more.
    expect(amounts(life, '2026-01-20')).toEqual([-2600, 5200]);
  });

  test('is of the period that is changed: what another interval without proration kept stays kept', () => {
    const life = living('2026-01-11');
    ask(life, change({ plan: 2, behavior: 'none' }), day('2026-01-11'));
    advance(life, day('2026-01-11'));
    ask(life, { ask: 'pause', at: 'now', credit: true, resumesAfter: null }, day('2026-01-21'));
    advance(life, day('2026-01-21'));
    expect(amounts(life, '2026-01-21')).toEqual([-35_500]);
  });

  test('at an end for good is of all that was charged beyond it', () => {
    const life = living('2026-01-11');
    ask(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: null }, day('2026-01-11'));
    advance(life, day('2026-01-21'));
    ask(life, { ask: 'cancel', at: 'now', credit: true }, day('2026-01-21'));
    advance(life, day('2026-01-21'));
    expect(amounts(life, '2026-01-21')).toEqual([-1100]);
  });
});

describe('a trial', () => {
  test.each([
    ['asked for at the signup', { cancelAt: day('2026-01-05') }, []],
    ['asked for in it', {}, [{ ask: 'cancel', at: 4 * 86_400_000, credit: false }]],
    [
      'before it is extended',
      {},
      [
        { ask: 'cancel', at: 4 * 86_400_000, credit: false },
        { ask: 'trial', end: 14 * 86_400_000 },
      ],
    ],
  ] satisfies [string, LifeFields, Request[]][])(
    'goes on to its own end when an end %s is undone',
    (_when, fields, requests) => {
      const life = living('2026-01-01', { trialEnd: day('2026-01-15'), ...fields });
      for (const request of requests) ask(life, request, day('2026-01-01'));
      advance(life, day('2026-01-03'));
      ask(life, { ask: 'undoCancellation' }, day('2026-01-03'));
      advance(life, day('2026-01-16'));
      expect(life.periods.map(({ kind, start }) => [kind, shown(start)])).toEqual([
        ['trial', '2026-01-01'],
        ['billed', '2026-01-15'],
      ]);
    },
  );

  test('that is paused and goes on takes no phase away from what comes after it', () => {
    const life = aLife(day('2026-01-01'), { plans: [daily, other], trialEnd: day('2026-01-15') });
    accept(life, { planId: other.planId, planVersion: 1 }, { atPeriod: 2 }); // after one period that is billed
    advance(life, day('2026-01-05'));
    ask(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: 86_400_000 }, day('2026-01-05'));
    advance(life, day('2026-02-20'));
    expect(life.lines.map(({ line }) => [Number(line.amount), shown(line.period.start)])).toEqual([
      [3100, '2026-01-15'],
      [6200, '2026-02-15'],
    ]);
  });
});

describe('changes', () => {
  test('of one instant are applied in the order in which they were accepted, whatever they are for', () => {
    const life = living('2026-01-11', { plans: [aPlanVersion('plan_seats', { prices: [seats(3100)] })] });
    ask(life, change({ quantity: 4, effective: 21 * 86_400_000 }), day('2026-01-11'));
    ask(life, change({ quantity: 2, effective: 'period_end' }), day('2026-01-11'));
    advance(life, day('2026-02-01'));
    expect(life.content.quantity).toBe(2);
    const reverse = living('2026-01-11', { plans: [aPlanVersion('plan_seats', { prices: [seats(3100)] })] });
    ask(reverse, change({ quantity: 2, effective: 'period_end' }), day('2026-01-11'));
    ask(reverse, change({ quantity: 4, effective: 21 * 86_400_000 }), day('2026-01-11'));
    advance(reverse, day('2026-02-01'));
    expect(reverse.content.quantity).toBe(4);
  });

  test('before the start wait for the instant that was given, where it is later', () => {
    const life = aLife(day('2026-02-01'), { plans: [aPlanVersion('plan_seats', { prices: [seats(2800)] })] });
    ask(life, change({ quantity: 2, effective: 45 * 86_400_000 }), day('2026-01-01')); // 15 February
    advance(life, day('2026-02-20'));
    expect(life.lines.map(({ line }) => Number(line.amount))).toEqual([2800, -1400, 2800]);
  });

  const support = aPlanVersion('plan_support', { prices: [fee(50, 'support')] });
  const withSupport = aPlanVersion('plan_with_support', { prices: [fee(6200), fee(80, 'support')] });
  const addOns = [{ planId: support.planId, planVersion: 1, quantity: 1 }];
  const weekly = aPlanVersion('plan_weekly', { interval: 'week', prices: [fee(700)] });

  test('lesson 25: one that would be impossible when it takes effect is refused, though a later one would make it possible', () => {
    const life = living('2026-01-11', { plans: [daily, withSupport, support] });
    accept(life, { addOns }, { effectiveAt: day('2026-01-11') });
    advance(life, day('2026-01-12'));
    accept(life, { addOns: [] }, { effectiveAt: day('2026-03-01') });
    const refused = ask(life, change({ plan: 1, effective: 20 * 86_400_000 }), day('2026-01-12'));
    expect(refused).toBe('price_code_taken');
    expect(ask(life, change({ plan: 1, effective: 60 * 86_400_000 }), day('2026-01-12'))).toBeNull();
    advance(life, day('2026-04-01'));
    expect(life.content).toMatchObject({ planId: withSupport.planId, addOns: [] });
  });

  test('lesson 25: one that makes the anchor of a later one impossible is refused', () => {
    const life = living('2026-01-11', { plans: [daily, weekly] });
    ask(life, change({ anchor: { day_of_month: 5 }, effective: 20 * 86_400_000 }), day('2026-01-11'));
    expect(ask(life, change({ plan: 1 }), day('2026-01-11'))).toBe('pending_change_conflicts');
  });

  test('lesson 25: one that is no longer possible when it is due is given up, is told of, and billing goes on', () => {
    const life = living('2026-01-11', { plans: [daily, weekly] });
    // A pause after they were accepted puts the first after the second.
    ask(life, change({ anchor: { day_of_month: 5 }, effective: 25 * 86_400_000 }), day('2026-01-11'));
    accept(life, { planId: weekly.planId, planVersion: 1 }, { effectiveAt: day('2026-01-20') });
    advance(life, day('2026-03-01'));
    const failed = life.steps.filter(({ step }) => step.events.includes('subscription.change_failed'));
    expect(failed.map(({ at: instant }) => shown(instant))).toEqual(['2026-02-05']);
    expect(life.state.anchor).toBe('anniversary');
    expect(life.pending).toEqual([]);
    expect(shown(life.nextDueAt)).toBe('2026-03-03');
  });
});

describe('the usage of a backdated start', () => {
  test('is billed once, whatever else happens at the instant of the signup', () => {
    const life = living(null, { createdAt: day('2026-03-10') });
    advance(life, day('2026-03-10'));
    ask(life, { ask: 'cancel', at: 'now', credit: false }, day('2026-03-10'));
    advance(life, day('2026-03-10'));
    const invoices = life.steps.flatMap(({ step }) => (step.invoice ? [step.invoice.usageOf] : []));
    expect(invoices).toEqual([[0, 1]]);
    const changed = living(null, { createdAt: day('2026-03-10') });
    advance(changed, day('2026-03-10'));
    ask(changed, change({ plan: 2 }), day('2026-03-10'));
    advance(changed, day('2026-03-10'));
    expect(changed.steps.at(-1)?.step.invoice).toMatchObject({
      usageOf: [2, 2],
      period: { start: day('2026-03-01'), end: day('2026-03-10') },
    });
  });
});
