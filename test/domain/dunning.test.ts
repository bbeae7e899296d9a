/** Which steps of a campaign are taken: each once, in order, none after the end, and no flood after a pause or an outage. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  dunningCountedFrom,
  nextStepAt,
  planDunning,
  takeSteps,
  type DunningPolicy,
  type DunningProgress,
} from '../../src/domain/dunning.ts';
import type { Instant } from '../../src/domain/instant.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1) as Instant;
const day = (days: number) => (start + days * dayMs) as Instant;
const policy: DunningPolicy = {
  retry: { days: [1, 3, 5, 7] },
  steps: [
    { after_days: 0, action: 'notice' },
    { after_days: 3, action: 'notice' },
    { after_days: 5, action: 'retry' },
    { after_days: 7, action: 'notice' },
  ],
  final_action: 'cancel',
  final_after_days: 14,
};
const plan = planDunning(policy, start, 'UTC');
const fresh: DunningProgress = { position: 0, pausedAt: null, promisedUntil: null };
const taken = (progress: Partial<DunningProgress>, now: Instant) =>
  takeSteps(plan, { ...fresh, ...progress }, now).map(({ step, done }) => [step.position, done]);

describe('steps', () => {
  test('are taken when their time has come', () => {
    expect(taken({}, start)).toEqual([[0, true]]);
    expect(taken({ position: 1 }, day(2))).toEqual([]);
    expect(nextStepAt(plan, { ...fresh, position: 1 })).toBe(day(3));
  });

  test('that were missed are not all taken at once: the latest notice and one retry', () => {
    expect(taken({}, day(8))).toEqual([
      [0, false],
      [1, false],
      [2, true],
      [3, true],
    ]);
  });

  test('leave the final action for when they are done', () => {
    expect(taken({}, day(20)).map(([position]) => position)).toEqual([0, 1, 2, 3]);
    expect(taken({ position: 4 }, day(20))).toEqual([[4, true]]);
    expect(taken({ position: 5 }, day(20))).toEqual([]);
    expect(nextStepAt(plan, { ...fresh, position: 5 })).toBeNull();
  });

  test('wait while dunning is paused or a promise runs, and keep their times', () => {
    expect(taken({ position: 1, pausedAt: day(1) }, day(30))).toEqual([]);
    expect(nextStepAt(plan, { ...fresh, position: 1, pausedAt: day(1) })).toBeNull();
    expect(taken({ position: 1, promisedUntil: day(6) }, day(5))).toEqual([]);
    expect(nextStepAt(plan, { ...fresh, position: 1, promisedUntil: day(6) })).toBe(day(6));
    expect(taken({ position: 1, promisedUntil: day(6) }, day(6))).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(nextStepAt(plan, { ...fresh, position: 3, promisedUntil: day(6) })).toBe(day(7));
  });

  test('count from the due date, or from when dunning began where that is later by more than a day', () => {
    expect(dunningCountedFrom(start, (start + 60_000) as Instant)).toBe(start);
    expect(dunningCountedFrom(start, day(20))).toBe(day(20));
  });
});

const aPolicy: fc.Arbitrary<DunningPolicy> = fc
  .record({
    steps: fc.array(
      fc.record({
        after_days: fc.integer({ min: 0, max: 30 }),
        action: fc.constantFrom('notice' as const, 'retry' as const),
      }),
      { maxLength: 8 },
    ),
    beyond: fc.nat(10),
  })
  .map(({ steps, beyond }) => {
    const sorted = steps.toSorted((a, b) => a.after_days - b.after_days);
    return {
      ...policy,
      steps: sorted,
      final_after_days: (sorted.at(-1)?.after_days ?? 0) + beyond,
    };
  });

test('whatever happens meanwhile, each step is taken once, in order, none early, none while it is held, none after the end', () => {
  const event = fc.record({
    hours: fc.integer({ min: 0, max: 200 }),
    what: fc.constantFrom('look', 'look', 'look', 'pause', 'resume', 'promise'),
    promiseHours: fc.nat(200),
  });
  const zone = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(aPolicy, zone, fc.array(event, { maxLength: 40 }), (of, timezone, events) => {
      const steps = planDunning(of, start, timezone);
      let progress = fresh;
      let now = start;
      const done: number[] = [];
      for (const { hours, what, promiseHours } of events) {
        now = (now + hours * 3_600_000) as Instant;
        if (what === 'pause') progress = { ...progress, pausedAt: now };
        if (what === 'resume') progress = { ...progress, pausedAt: null, promisedUntil: null };
        if (what === 'promise') {
          progress = { ...progress, promisedUntil: (now + promiseHours * 3_600_000) as Instant };
        }
        const round = takeSteps(steps, progress, now);
        const held =
          progress.pausedAt !== null || (progress.promisedUntil !== null && progress.promisedUntil > now);
        if (held) expect(round).toEqual([]);
        expect(round.filter((each) => each.done && each.step.action === 'notice').length).toBeLessThanOrEqual(
          1,
        );
        const due = nextStepAt(steps, progress);
        expect(round.length > 0).toBe(due !== null && due <= now);
        for (const { step } of round) {
          expect(step.at).toBeLessThanOrEqual(now);
          done.push(step.position);
        }
        progress = { ...progress, position: progress.position + round.length };
      }
      expect(done).toEqual(done.map((_position, index) => index));
      // Shifted by nothing: what is left keeps its times, and the end is reached.
      progress = { ...progress, pausedAt: null, promisedUntil: null };
      for (let round = 0; round < 3; round += 1) {
        const rest = takeSteps(steps, progress, day(400));
        progress = { ...progress, position: progress.position + rest.length };
      }
      expect(progress.position).toBe(of.steps.length + 1);
      expect(takeSteps(steps, progress, day(500))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
