/** `dunning` of a customer and of a plan: which campaign is followed where an invoice is not paid. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { DunningCampaignId } from '../domain/ids.ts';
import type { Queryable } from '../store/database.ts';
import { findCampaignId } from '../store/dunningCampaigns.ts';
import { code } from './fields.ts';

/** Null: none of its own. Of invoices whose dunning has begun it changes nothing. */
export const dunningChoice = z.strictObject({ campaign: code }).nullable();
export const dunningChoiceAnswer = z.object({ campaign: z.string() }).nullable();

/** The campaign's id; undefined stays. Throws a `BillingError` 400 for a code that names none. */
export async function findChosenCampaign(
  db: Queryable,
  chosen: z.output<typeof dunningChoice> | undefined,
): Promise<DunningCampaignId | null | undefined> {
  if (chosen === undefined || chosen === null) return chosen;
  const id = await findCampaignId(db, chosen.campaign);
  if (id !== undefined) return id;
  throw new BillingError(
    400,
    'dunning_campaign_missing',
    `There is no dunning campaign ${chosen.campaign}. Check its code, or create it by POST /v1/dunning_campaigns.`,
    'dunning.campaign',
  );
}

export function toDunningChoice(campaign: string | null) {
  return campaign === null ? null : { campaign };
}
