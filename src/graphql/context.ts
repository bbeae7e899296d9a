/** What every resolver is given: who asks, by what decisions on it are made, and what the request has read. */
import DataLoader from 'dataloader';
import { accessOf, type Found } from '../organizations/access.ts';
import type { OrganizationDependencies, Request } from '../organizations/request.ts';
import type { EntitlementSnapshot } from '../domain/entitlements/snapshot.ts';
import type { EntitlementReader } from '../entitlementCache/reader.ts';
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import { subscriptionsOfOrganization, type SubscriptionNode } from '../store/reads/billingOfOrganization.ts';
import type { MeterUsage } from './generated.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { readOpenUsage, type OpenPeriod } from './openUsage.ts';

export interface GraphqlContext {
  readonly deps: OrganizationDependencies;
  /** Whether anybody may ask for the schema. */
  readonly tellsSchema: boolean;
  /** One for each HTTP request: denied attempts are told once for it. */
  readonly call: Request;
  /** By the id of a resource, or of what belongs to one; null where there is no such thing. */
  readonly access: DataLoader<string, Found | null>;
  readonly loaders: Loaders;
  /** By the id of a customer; null of one that is deleted. */
  readonly entitlements: DataLoader<string, EntitlementSnapshot | null>;
  /** Forgets what was read, as before a change. */
  forget(): void;
  /** By the id of a subscription. */
  readonly openUsage: DataLoader<string, readonly MeterUsage[]>;
}

export function createContext(
  deps: OrganizationDependencies,
  entitlements: EntitlementReader,
  call: Request,
  tellsSchema: boolean,
): GraphqlContext {
  const loaders = createLoaders(deps.pool);
  const access = new DataLoader<string, Found | null>(async (ids) => {
    const found = await accessOf(deps, call.actor, ids, call.now);
    return ids.map((_id, index) => found[index] ?? null);
  });
  const snapshots = new DataLoader<string, EntitlementSnapshot | null>(async (ids) => {
    const read = await entitlements.of(ids as readonly CustomerId[]);
    return ids.map((id) => read.get(id as CustomerId) ?? null);
  });
  const openUsage = new DataLoader<string, readonly MeterUsage[]>(async (ids) => {
    const read = await Promise.all(ids.map((id) => loaders.byId(subscriptionsOfOrganization, id)));
    const usage = await readOpenUsage(deps.pool, read.flatMap(openPeriodOf));
    return ids.map((id) => usage.get(id as SubscriptionId) ?? []);
  });
  return {
    deps,
    tellsSchema,
    call,
    access,
    loaders,
    entitlements: snapshots,
    openUsage,
    forget() {
      access.clearAll();
      loaders.forget();
      snapshots.clearAll();
      openUsage.clearAll();
    },
  };
}

/** One that has ended, or has not begun, has none. */
function openPeriodOf(subscription: SubscriptionNode | null): OpenPeriod[] {
  if (!subscription) return [];
  const { id, customerId, periodStart: start, periodEnd: end } = subscription;
  return start === null || end === null ? [] : [{ id, customerId, period: { start, end } }];
}
