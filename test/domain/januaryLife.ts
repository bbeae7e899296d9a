/** A life that began on the first of January, at 100 a day in it, said in dates. */
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { advance, aLife, aPlanVersion, fee, type Life, type LifeFields } from './aLife.ts';
import { at } from './cycles.ts';
import type { Request } from './lifeRequests.ts';
import { aFixedPrice, dec } from './pricing/builders.ts';

export const day = (text: string): Instant => at(text.includes('T') ? text : `${text}T00:00:00Z`);
export const shown = (instant: Instant | null | undefined) =>
  instant === null || instant === undefined ? null : formatInstant(instant).replace('T00:00:00Z', '');

export const daily = aPlanVersion('plan_daily', { prices: [fee(3100)] });
export const other = aPlanVersion('plan_other', { prices: [fee(6200)] });
export const yearly = aPlanVersion('plan_yearly', { interval: 'year', prices: [fee(36_500)] });
export const arrears = aPlanVersion('plan_arrears', {
  prices: [aFixedPrice({ code: 'later', model: { model: 'flat', amount: dec(500) }, quantityFrom: 'fixed' })],
});

/** Lived up to an instant; null: not begun. */
export function living(to: string | null, fields: LifeFields = {}): Life {
  const life = aLife(day('2026-01-01'), { plans: [daily, other, yearly, arrears], ...fields });
  if (to !== null) advance(life, day(to));
  return life;
}

export const change = (fields: object): Request => ({
  ask: 'change',
  behavior: 'create_prorations',
  ...fields,
});
