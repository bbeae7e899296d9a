/** What a change, a pause, a trial and an end mean for each other in one life (semantics.md, sections 3 and 6). */
import { describe, expect, test } from '@jest/globals';
import { accept, advance, aLife, aPlanVersion, fee, seats, type Life, type LifeFields } from './aLife.ts';
import { change, daily, day, living, other, shown } from './januaryLife.ts';
import { ask, type Request } from './lifeRequests.ts';

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

  test('that is paused and goes on has the end that a change was asked for', () => {
    const life = living('2026-01-05', { trialEnd: day('2026-01-15') });
    ask(life, change({ plan: 1, effective: 'period_end' }), day('2026-01-05'));
    ask(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: 86_400_000 }, day('2026-01-05'));
    advance(life, day('2026-01-14'));
    expect(life.content.planId).toBe(daily.planId);
    advance(life, day('2026-01-15'));
    expect(life.content.planId).toBe(other.planId);
  });

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
