/** /v1/plans/{id}/simulate: what a plan, saved or not, would have cost a customer, beside what was billed. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { checkMeters } from '../../catalog/checkMeters.ts';
import {
  definePlanVersion,
  maximumPrices,
  planVersionFields,
  type WrittenPlanVersion,
} from '../../catalog/planVersion.ts';
import { priceSchema } from '../../catalog/price.ts';
import { priceUnitsSchema } from '../../catalog/priceUnits.ts';
import { BillingError } from '../../domain/errors.ts';
import type { PlanId, PriceId } from '../../domain/ids.ts';
import { subtotal, type InvoiceLine } from '../../domain/invoice.ts';
import type { BillingPeriod } from '../../domain/period.ts';
import { billingCycleOf, type PlanVersion } from '../../domain/plan.ts';
import { formatDecimal } from '../../domain/quantity.ts';
import { simulatedLines, simulatedPeriods } from '../../domain/simulation.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { readPriceUsage } from '../../store/groupUsage.ts';
import { loadMeters } from '../../store/meters.ts';
import { loadPlanVersion } from '../../store/plans.ts';
import { selectPlans, type PlanVersionRow } from '../../store/planWrites.ts';
import { readBilledLines, type BilledLine } from '../../store/reads/billedLines.ts';
import { idOf, instant, integer, time, toTime } from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

/** Ten years by the month. */
const maximumPeriods = 120;

/** What an unsaved plan has beside its prices; the saved version's where it is left out. */
const unsavedFields = {
  interval: planVersionFields.interval.optional(),
  interval_count: z.int().min(1).max(1000).optional(),
  proration_unit: z.enum(['second', 'day']).optional(),
  price_units: priceUnitsSchema.optional(),
};
const request = z.strictObject({
  customer: idOf('customer'),
  from: instant,
  to: instant,
  quantity: z.int().min(0).max(1_000_000_000).default(1),
  /** A saved version; the latest where it is left out. */
  version: z.int().min(1).optional(),
  /** Prices that are not saved, in place of a version. */
  prices: z.array(priceSchema).min(1).max(maximumPrices).optional(),
  ...unsavedFields,
});
type Simulation = z.output<typeof request>;

const simulatedPeriod = z.object({
  start: time,
  end: time,
  lines: z.array(
    z.object({
      type: z.string(),
      price_code: z.string(),
      description: z.string(),
      group: z.record(z.string(), z.string().nullable()).nullable(),
      quantity: z.string(),
      amount: integer,
    }),
  ),
  total: integer,
  billed: z.array(z.object({ price_code: z.string(), amount: integer })),
  billed_total: integer,
});
const simulation = z.object({
  object: z.literal('simulation'),
  plan: z.string(),
  /** Null where the prices are not saved. */
  plan_version: z.number().nullable(),
  customer: z.string(),
  currency: z.string(),
  from: time,
  to: time,
  periods: z.array(simulatedPeriod),
  total: integer,
  billed_total: integer,
  difference: integer,
});

export function addSimulateRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/plans/{id}/simulate',
    summary:
      'Rate a plan over the stored usage of a customer, beside what was billed for its prices: a saved version, or one with prices that are not saved. Commitments are left out of both: they are what a subscription agreed to, and no part of a plan. Nothing is changed.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    body: request,
    answer: simulation,
    async handle({ params: { id }, body }) {
      const row = await findOne<PlanVersionRow & { readonly id: PlanId }>(pool, selectPlans, 'plan', id);
      const customer = await findNamed<CustomerRow>(
        pool,
        selectCustomers,
        'customer',
        body.customer,
        'customer',
      );
      if (body.to <= body.from) {
        throw new BillingError(400, 'span_empty', '"to" must be later than "from".', 'to');
      }
      checkSavedOrUnsaved(body);
      const plan = await planOf(pool, row, body);
      const periods = await simulate(pool, plan, customer, body);
      const billed = await readBilledLines(pool, customer.id, { start: body.from, end: body.to });
      return toResource(
        plan,
        body,
        periods,
        billed.filter(({ currency }) => currency === plan.currency),
      );
    },
  });
}

/** Nothing that is given is ignored. Throws a `BillingError` 400 that names the field which does not go with the others. */
function checkSavedOrUnsaved(body: Simulation): void {
  if (body.prices !== undefined) {
    if (body.version === undefined) return;
    throw new BillingError(
      400,
      'version_not_applicable',
      'A version has its own prices. Give "version", or "prices" that are not saved.',
      'version',
    );
  }
  const misplaced = Object.keys(unsavedFields).find((field) => field in body);
  if (misplaced === undefined) return;
  throw new BillingError(
    400,
    'prices_missing',
    `"${misplaced}" goes with "prices" that are not saved: a saved version has its own. Give "prices" too, or leave it out.`,
    misplaced,
  );
}

async function planOf(
  pool: Pool,
  row: PlanVersionRow & { readonly id: PlanId },
  body: Simulation,
): Promise<PlanVersion> {
  const saved = await loadPlanVersion(pool, row.id, body.version ?? row.version);
  if (body.prices === undefined) return saved;
  const unsaved: WrittenPlanVersion = {
    interval: body.interval ?? saved.interval,
    interval_count: body.interval_count ?? saved.intervalCount,
    proration_unit: body.proration_unit ?? saved.prorationUnit,
    grace_period: saved.gracePeriodSeconds,
    trial_days: 0,
    trial_usage: 'free',
    trial_end_behavior: 'invoice',
    seats_down: 'now',
    past_due_grace_days: 0,
    features: [],
    price_units:
      body.price_units ?? saved.priceUnits.map(({ code, rate }) => ({ code, rate: formatDecimal(rate) })),
    prices: body.prices,
  };
  const defined = definePlanVersion(unsaved, new Map());
  const meterIds = defined.prices.flatMap(({ meterId }) => (meterId === null ? [] : [meterId]));
  checkMeters(defined.prices, await loadMeters(pool, meterIds));
  return {
    ...saved,
    version: 0,
    interval: defined.interval,
    intervalCount: defined.intervalCount,
    prorationUnit: defined.prorationUnit,
    priceUnits: defined.units,
    prices: defined.prices.map(({ code, terms }) => ({ ...terms, code, id: `unsaved ${code}` as PriceId })),
  };
}

interface Simulated {
  readonly period: BillingPeriod;
  readonly lines: readonly InvoiceLine[];
}

async function simulate(
  pool: Pool,
  plan: PlanVersion,
  { id: customerId, timezone }: CustomerRow,
  { from, to: until, quantity }: Simulation,
): Promise<Simulated[]> {
  const cycle = billingCycleOf(plan, { startedAt: from, anchor: 'anniversary', timezone });
  const periods = simulatedPeriods(cycle, until, maximumPeriods);
  if (!periods) {
    throw new BillingError(
      400,
      'span_too_long',
      `That is more than ${String(maximumPeriods)} periods of the plan. Give a shorter span.`,
      'to',
    );
  }
  const metered = plan.prices.filter((price) => price.type === 'usage');
  const { usage } = await readPriceUsage(
    pool,
    periods.flatMap((period) => metered.map((price) => ({ customerId, price, period }))),
  );
  return periods.map((period, index) => ({
    period,
    lines: simulatedLines(
      plan,
      quantity,
      period,
      timezone,
      usage.slice(index * metered.length, (index + 1) * metered.length),
    ),
  }));
}

function toResource(
  plan: PlanVersion,
  { customer, from, to: until }: Simulation,
  simulated: readonly Simulated[],
  billed: readonly BilledLine[],
) {
  const periods = simulated.map(({ period, lines }) => {
    const beside = billed.filter(({ period_start: at }) => at >= period.start && at < period.end);
    return {
      start: toTime(period.start),
      end: toTime(period.end),
      lines: lines.map(({ type, priceCode, description, group, quantity, amount }) => ({
        type,
        price_code: priceCode,
        description,
        group,
        quantity: formatDecimal(quantity),
        amount,
      })),
      total: subtotal(lines),
      billed: beside.map(({ price_code, amount }) => ({ price_code, amount })),
      billed_total: subtotal(beside),
    };
  });
  const total = periods.reduce((sum, period) => sum + period.total, 0n);
  const billedTotal = subtotal(billed);
  return {
    object: 'simulation' as const,
    plan: plan.planId,
    plan_version: plan.version === 0 ? null : plan.version,
    customer,
    currency: plan.currency,
    from: toTime(from),
    to: toTime(until),
    periods,
    total,
    billed_total: billedTotal,
    difference: total - billedTotal,
  };
}
