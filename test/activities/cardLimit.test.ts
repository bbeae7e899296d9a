/** The card networks let a card be tried 15 times in vain in 30 days: also where many invoices fall due at the same moment. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { triesAtMost } from '../../src/domain/networkLimit.ts';
import type { CustomerId } from '../../src/domain/ids.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { insufficientFunds, lostCard, PaymentLife } from './paymentLife.ts';

quietTemporal();

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(async () => {
  expect(await life.wrongs()).toEqual([]);
  await life.database.drop();
});

const invoicesOf = (customer: CustomerId, count: number) =>
  life.invoices(...Array.from({ length: count }, () => customer));
const triesByCustomer = () =>
  life.select<{ tries: number }>(
    `SELECT count(*)::int AS tries FROM payments GROUP BY customer_id ORDER BY count(*)`,
  );

test('of 18 invoices of one batch 15 are tried with a card, and the others of its batch are not held up', async () => {
  const [many, other] = [await life.customer(insufficientFunds), await life.customer(insufficientFunds)];
  await invoicesOf(many, triesAtMost + 3);
  await invoicesOf(other, 2);
  await life.bill();
  expect(await triesByCustomer()).toEqual([{ tries: 2 }, { tries: triesAtMost }]);
  expect(
    await life.select(
      `SELECT count(*)::int AS count FROM invoices WHERE last_failure_code = 'card_tried_too_often'`,
    ),
  ).toEqual([{ count: 3 }]);
});

test('a card that is attached twice is one card, and those that the default leaves go to a backup that is another', async () => {
  const customer = await life.customer(null);
  const first = await life.method(customer, insufficientFunds, null, 'same');
  await life.select(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [customer, first]);
  const same = await life.method(customer, insufficientFunds, 1, 'same');
  const another = await life.method(customer, 'succeeds', 2, 'another');
  await invoicesOf(customer, triesAtMost + 3);
  await life.bill();
  const tries = await life.select<{ method: string; tries: number }>(
    `SELECT payment_method_id AS method, count(*)::int AS tries FROM payments GROUP BY 1`,
  );
  const of = (method: string) => tries.find((each) => each.method === method)?.tries ?? 0;
  expect(of(first) + of(same)).toBe(triesAtMost);
  expect(of(another)).toBe(triesAtMost + 3);
});

test('backups of many rounds that fail at the same moment are counted too', async () => {
  const customer = await life.customer(lostCard, [insufficientFunds]);
  // The default has been tried for some before, so that its own limit is not what holds the backup.
  await invoicesOf(customer, 9);
  await life.bill();
  const fresh = await life.method(customer, lostCard);
  await life.select(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [customer, fresh]);
  await invoicesOf(customer, 9);
  await life.bill();
  expect(
    await life.select(
      `SELECT count(*)::int AS tries FROM payments p JOIN payment_methods m ON m.id = p.payment_method_id
        WHERE m.backup_priority IS NOT NULL`,
    ),
  ).toEqual([{ tries: triesAtMost }]);
});
