/** Finds Stripe's records by their names, or by the ids of ours that they carry. */
import type Stripe from 'stripe';
import type { PaymentId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { AttemptName } from '../provider.ts';
import { readIntent, type Intent } from './intents.ts';

/** How many of a customer's newest payments an attempt is looked for in. */
const searchedPages = 10;
const pageSize = 100;
/** By how much our clock and Stripe's may differ at the very most. */
const clocksDifferSeconds = 3600;
/** What is read of a PaymentIntent beyond itself. */
export const expand = ['latest_charge'];

export async function retrieveIntent(stripe: Stripe, reference: string): Promise<Intent> {
  return readIntent(await stripe.paymentIntents.retrieve(reference, { expand }));
}

interface Sought extends Pick<AttemptName, 'paymentId' | 'customerReference'> {
  /** When we committed it, where that is known: at Stripe it is no older. */
  readonly createdAt?: Instant;
}

/**
 * An attempt by our id alone, among its customer's newest payments: that list is up to date, unlike Stripe's search, which
 * lags a minute behind and so can only say that there is one.
 */
export async function findIntent(
  stripe: Stripe,
  { paymentId, customerReference, createdAt }: Sought,
): Promise<Intent | null | 'not sure'> {
  const isIt = (intent: { metadata: Record<string, string> | null }) =>
    intent.metadata?.['payment'] === paymentId;
  if (customerReference === null) return searchIntent(stripe, paymentId);
  let after: string | undefined;
  for (let page = 0; page < searchedPages; page += 1) {
    const { data, has_more } = await stripe.paymentIntents.list({
      customer: customerReference,
      ...(createdAt !== undefined && {
        created: { gte: Math.floor(createdAt / 1000) - clocksDifferSeconds },
      }),
      limit: pageSize,
      ...(after !== undefined && { starting_after: after }),
    });
    const found = data.find(isIt);
    if (found) return retrieveIntent(stripe, found.id);
    after = data.at(-1)?.id;
    if (!has_more || after === undefined) return null;
  }
  return 'not sure';
}

async function searchIntent(stripe: Stripe, paymentId: PaymentId): Promise<Intent | 'not sure'> {
  const { data } = await stripe.paymentIntents.search({
    query: metadataQuery('payment', paymentId),
    limit: 1,
  });
  const [found] = data;
  return found ? retrieveIntent(stripe, found.id) : 'not sure';
}

/** Our ids have letters, digits and one underscore: nothing to escape. */
export function metadataQuery(key: 'payment' | 'customer', id: string): string {
  return `metadata['${key}']:'${id}'`;
}
