/** A version of a dunning campaign as it is written: in a request, and stored (api.md, dunning campaigns). */
import { z } from 'zod';
import { finalActions, noticeChannels, type DunningPolicy } from '../domain/dunning.ts';
import { noticeOfStepKinds } from '../domain/notification.ts';

/** Two years; who is dunned for longer has forgotten it. */
const longestDays = 730;
/** Card networks count tries, and people notices. */
const maximumRetries = 15;
const maximumSteps = 30;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'give a local time of day, such as 22:00');
const days = z.int().min(0).max(longestDays);

const retry = z.strictObject({
  /** Days after the first failure; empty: nothing is tried again by itself. */
  days: z
    .array(z.int().min(1).max(longestDays))
    .max(maximumRetries)
    .refine((given) => given.every((day, nth) => nth === 0 || day > (given[nth - 1] ?? 0)), {
      error: 'give days that ascend',
    }),
  /** Of the customer's day: nothing is tried in them. */
  quiet_hours: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
  insufficient_funds: z.enum(['as_scheduled', 'payday']).optional(),
});

const step = z
  .strictObject({
    /** After the due date. */
    after_days: days,
    action: z.enum(['notice', 'retry']),
    kind: z.enum(noticeOfStepKinds).optional(),
    channels: z.array(z.enum(noticeChannels)).min(1).max(noticeChannels.length).optional(),
  })
  .refine(
    ({ action, kind, channels }) => action === 'notice' || (kind === undefined && channels === undefined),
    {
      error: 'only a notice has a kind and channels',
      path: ['action'],
    },
  );

export const dunningPolicyFields = {
  retry: retry.default({ days: [1, 3, 5, 7] }),
  steps: z
    .array(step)
    .max(maximumSteps)
    .refine((given) => given.every((each, nth) => each.after_days >= (given[nth - 1]?.after_days ?? 0)), {
      error: 'give steps in the order of their after_days',
    }),
  final_action: z.enum(finalActions),
  /** After the due date. */
  final_after_days: days,
};

type WrittenPolicy = z.output<z.ZodObject<typeof dunningPolicyFields>>;

/** Where the final action would come before something that is planned; undefined where it does not. */
export function finalTooEarly({
  retry: { days: retries },
  steps,
  final_after_days: end,
}: WrittenPolicy): boolean {
  return end < Math.max(0, retries.at(-1) ?? 0, steps.at(-1)?.after_days ?? 0);
}

/** The policy alone, without what else a request has. */
export function toPolicy(written: WrittenPolicy): DunningPolicy {
  return {
    retry: written.retry,
    steps: written.steps,
    final_action: written.final_action,
    final_after_days: written.final_after_days,
  };
}
