/** What a subscription is to be billed by, as it is written in a request, with everything that it names found. */
import { z } from 'zod';
import { overrideSchema } from '../catalog/override.ts';
import { maximumPrices } from '../catalog/planVersion.ts';
import { BillingError } from '../domain/errors.ts';
import type { PlanId } from '../domain/ids.ts';
import type { AddOn, TermsChangeContent, TermsContent } from '../domain/terms.ts';
import type { Queryable } from '../store/database.ts';
import { overridesFor, writtenOverrides } from '../store/overrides.ts';
import { selectPlans, type PlanVersionRow } from '../store/planWrites.ts';
import { code, idOf } from './fields.ts';
import { findNamed } from './find.ts';

const quantity = z.int().min(1).max(1_000_000_000);
const maximumAddOns = 20;

export const termsFields = {
  plan: idOf('plan').optional(),
  plan_version: z.int().min(1).optional(),
  quantity: quantity.optional(),
  /** Of single prices, by their code. */
  quantities: z.record(code, quantity).optional(),
  /** Plans whose prices are billed with the subscription's. */
  add_ons: z
    .array(
      z.strictObject({
        plan: idOf('plan'),
        plan_version: z.int().min(1).optional(),
        quantity: quantity.default(1),
      }),
    )
    .max(maximumAddOns)
    .optional(),
  /** Negotiated prices: the code of a price of the plan, and what is different. */
  price_overrides: z.array(overrideSchema).max(maximumPrices).optional(),
};

export type WrittenTerms = z.output<z.ZodObject<typeof termsFields>>;

/**
 * What of the terms is to change. Throws a `BillingError` that names a plan or a version that there is not, and what of
 * negotiated prices the version has no place for: also of those that are carried over to it.
 */
export async function readTermsChange(
  db: Queryable,
  body: WrittenTerms,
  current: TermsContent,
): Promise<TermsChangeContent> {
  const moves = body.plan !== undefined || body.plan_version !== undefined;
  const planId = body.plan ?? current.planId;
  const planVersion = moves ? await findVersion(db, planId, body.plan_version) : current.planVersion;
  const negotiated = body.price_overrides ?? (moves ? writtenOverrides(current.priceOverrides) : []);
  const changed = body.price_overrides !== undefined || negotiated.length > 0;
  return {
    ...(moves && { planId, planVersion }),
    ...(body.quantity !== undefined && { quantity: body.quantity }),
    ...(body.quantities !== undefined && { quantities: body.quantities }),
    ...(body.add_ons !== undefined && { addOns: await findAddOns(db, body.add_ons) }),
    ...(changed && { priceOverrides: await overridesFor(db, planId, planVersion, negotiated) }),
  };
}

async function findAddOns(db: Queryable, addOns: NonNullable<WrittenTerms['add_ons']>): Promise<AddOn[]> {
  const found: AddOn[] = [];
  for (const [index, { plan: planId, plan_version, quantity: count }] of addOns.entries()) {
    const planVersion = await findVersion(db, planId, plan_version, `add_ons[${String(index)}].`);
    found.push({ planId, planVersion, quantity: count });
  }
  return found;
}

/** The version that is named, or the latest. */
async function findVersion(
  db: Queryable,
  planId: PlanId,
  version: number | undefined,
  prefix = '',
): Promise<number> {
  const plan = await findNamed<PlanVersionRow>(db, selectPlans, 'plan', planId, `${prefix}plan`);
  if (version === undefined || version <= plan.version) return version ?? plan.version;
  throw new BillingError(
    400,
    'plan_version_missing',
    `The plan has no version ${String(version)}: its latest is ${String(plan.version)}. Leave plan_version out for that one.`,
    `${prefix}plan_version`,
  );
}
