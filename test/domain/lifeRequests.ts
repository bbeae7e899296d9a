/** What is asked of a life in memory, by the rules that decide on it; and random lives of such requests. */
import fc from 'fast-check';
import type { BillingCycleAnchor } from '../../src/domain/calendar.ts';
import { BillingError } from '../../src/domain/errors.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { instantOfMoment, trialReminderAt } from '../../src/domain/subscription.ts';
import { dueOf, type ProrationBehavior } from '../../src/domain/pendingChange.ts';
import { decideChange, refuseEnded } from '../../src/domain/subscriptionChange.ts';
import type { TermsChangeContent } from '../../src/domain/terms.ts';
import { decideTrialEnd } from '../../src/domain/trial.ts';
import { accept, advance, build, type Life } from './aLife.ts';
import { dayMs } from './cycles.ts';

/** Now, the end of the period, or so many milliseconds from now. */
export type When = 'now' | 'period_end' | number;

export type Request =
  | {
      readonly ask: 'change';
      readonly plan?: number | undefined;
      readonly quantity?: number | undefined;
      readonly anchor?: BillingCycleAnchor | undefined;
      readonly effective?: When | undefined;
      readonly behavior: ProrationBehavior;
    }
  | {
      readonly ask: 'pause';
      readonly at: When;
      readonly credit: boolean;
      readonly resumesAfter: number | null;
    }
  | { readonly ask: 'resume'; readonly at: 'now' | number }
  | { readonly ask: 'cancel'; readonly at: When; readonly credit: boolean }
  | { readonly ask: 'trial'; readonly end: 'now' | number }
  | { readonly ask: 'withdraw' | 'undoCancellation' | 'undoPause' };

/** Carries out what is asked for at an instant; returns the code of the refusal, where it is refused. */
export function ask(life: Life, request: Request, clock: Instant): string | null {
  const start = life.state.current?.start ?? clock;
  const now = start > clock ? start : clock;
  try {
    refuseEnded(life.state.status);
    carryOut(life, request, now);
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    return error.code;
  }
  life.nextDueAt = dueOf(life.state, life.pending);
  return null;
}

function carryOut(life: Life, request: Request, now: Instant): void {
  const { state } = life;
  const moment = (when: When) => (typeof when === 'number' ? ((now + when) as Instant) : when);
  const instant = (when: When) => instantOfMoment(moment(when), state.current?.end ?? null, now, 'at');
  switch (request.ask) {
    case 'change': {
      const { plan, quantity, anchor, effective, behavior } = request;
      const named = plan === undefined ? undefined : life.plans[plan % life.plans.length];
      const change: TermsChangeContent = {
        ...(named && { planId: named.planId, planVersion: 1 }),
        ...(quantity !== undefined && { quantity }),
        ...(anchor !== undefined && { billingCycleAnchor: anchor }),
      };
      const since = life.history.at(-1)?.effectiveAt ?? state.startedAt;
      const asked = { change, ...(effective !== undefined && { effective: moment(effective) }) };
      const candidate = { ...state, content: life.content, contentSince: since, pending: life.pending };
      const effect = decideChange(candidate, asked, build(life.plans), now);
      accept(life, change, { ...effect, prorationBehavior: behavior });
      return;
    }
    case 'pause': {
      const at = instant(request.at);
      const resumeAt = request.resumesAfter === null ? null : ((at + request.resumesAfter) as Instant);
      if (state.status === 'paused' || state.status === 'incomplete') return;
      Object.assign(state, { pauseAt: at, pauseCreditUnused: request.credit, resumeAt });
      return;
    }
    case 'resume':
      if (state.status === 'paused') state.resumeAt = instant(request.at);
      return;
    case 'cancel':
      state.cancelAt = instant(request.at);
      state.cancelCreditUnused = request.credit;
      return;
    case 'trial': {
      const end = decideTrialEnd(
        state,
        request.end === 'now' ? 'now' : ((now + request.end) as Instant),
        now,
      );
      state.trialEnd = end;
      state.reminderAt = state.status === 'trialing' && end > now ? trialReminderAt(end, now) : null;
      const { current } = state;
      if (current?.kind !== 'trial') return;
      state.current = { ...current, end };
      life.periods[life.periods.length - 1] = { ...state.current };
      return;
    }
    case 'withdraw':
      life.pending = [];
      return;
    case 'undoCancellation':
      Object.assign(state, { cancelAt: null, cancelCreditUnused: false });
      return;
    case 'undoPause':
      if (state.status !== 'paused')
        Object.assign(state, { pauseAt: null, pauseCreditUnused: false, resumeAt: null });
  }
}

/** What happens after so many milliseconds. */
export interface Happening {
  readonly after: number;
  readonly request: Request;
}

/** Lives through what happens, each after all that was due before it, and on until some time after the last. */
export function live(life: Life, happenings: readonly Happening[], onFor = 40 * dayMs): Instant {
  let now = life.state.createdAt > life.state.startedAt ? life.state.createdAt : life.state.startedAt;
  advance(life, now);
  for (const { after, request } of happenings) {
    now = (now + after) as Instant;
    advance(life, now);
    ask(life, request, now);
    advance(life, now);
  }
  now = (now + onFor) as Instant;
  advance(life, now);
  return now;
}

const minuteMs = 60_000;
/** A span up to so many days; often none, and often whole days, so that instants fall together. */
export const span = (days: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: days }).map((whole) => whole * dayMs) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: days * 1440 }).map((minutes) => minutes * minuteMs) },
  );

const when = fc.oneof(fc.constantFrom<When[]>('now', 'now', 'period_end'), span(60));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const aChange = (
  fields: {
    readonly behaviors?: readonly ProrationBehavior[];
    readonly anchors?: readonly BillingCycleAnchor[];
    readonly effective?: fc.Arbitrary<When | undefined>;
  } = {},
): fc.Arbitrary<Request> =>
  fc
    .record({
      ask: fc.constant('change' as const),
      plan: maybe(fc.nat(9)),
      quantity: maybe(fc.integer({ min: 1, max: 9 })),
      anchor: fields.anchors?.length
        ? fc.option(fc.constantFrom(...fields.anchors), { nil: undefined, freq: 8 })
        : fc.constant(undefined),
      effective:
        fields.effective ??
        maybe(
          fc.oneof(
            when,
            span(10).map((ms) => -ms),
          ),
        ),
      behavior: fc.constantFrom(
        ...(fields.behaviors ?? (['create_prorations', 'always_invoice', 'none'] as const)),
      ),
    })
    .filter(({ plan, quantity, anchor }) => [plan, quantity, anchor].some((each) => each !== undefined));

const credit = fc.boolean();
export const aPause: fc.Arbitrary<Request> = fc.record({
  ask: fc.constant('pause' as const),
  at: when,
  credit,
  resumesAfter: fc.option<number>(span(30).map((ms) => ms + minuteMs)),
});
export const aResumption: fc.Arbitrary<Request> = fc.record({
  ask: fc.constant('resume' as const),
  at: fc.oneof(fc.constant('now' as const), span(20)),
});
export const aCancellation: fc.Arbitrary<Request> = fc.record({
  ask: fc.constant('cancel' as const),
  at: when,
  credit,
});
export const aTrialMove: fc.Arbitrary<Request> = fc.record({
  ask: fc.constant('trial' as const),
  end: fc.oneof(fc.constant('now' as const), span(40)),
});
export const aTakingBack: fc.Arbitrary<Request> = fc.record({
  ask: fc.constantFrom('withdraw' as const, 'undoCancellation' as const, 'undoPause' as const),
});

/** Any request, ends seldom. */
export const anyRequest = fc.oneof(
  { weight: 8, arbitrary: aChange({ anchors: ['anniversary', 'calendar', { day_of_month: 31 }] }) },
  { weight: 3, arbitrary: aPause },
  { weight: 3, arbitrary: aResumption },
  { weight: 2, arbitrary: aTrialMove },
  { weight: 1, arbitrary: aCancellation },
  { weight: 2, arbitrary: aTakingBack },
);

export const happenings = (request: fc.Arbitrary<Request>, maxLength = 8): fc.Arbitrary<Happening[]> =>
  fc.array(fc.record({ after: span(25), request }), { maxLength });
