/** What stands on invoices as the seller. A change is a new version: what was sent stays what it was. */
import type { SellerProfile } from './billingCustomers.ts';
import type { Queryable } from './database.ts';

const emptyProfile: SellerProfile = {
  name: '',
  address: null,
  country: null,
  tax_id: null,
  email: null,
};

export async function readBusinessProfile(db: Queryable): Promise<SellerProfile> {
  const { rows } = await db.query<{ profile: SellerProfile }>(
    `SELECT profile FROM business_profiles ORDER BY version DESC LIMIT 1`,
  );
  return rows[0]?.profile ?? emptyProfile;
}

/** Of two that change it at once, neither loses what the other has changed. */
export async function changeBusinessProfile(
  db: Queryable,
  change: { readonly [Field in keyof SellerProfile]?: SellerProfile[Field] | undefined },
): Promise<void> {
  await db.query(`LOCK TABLE business_profiles IN SHARE ROW EXCLUSIVE MODE`);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  await db.query(`INSERT INTO business_profiles (profile) VALUES ($1)`, [
    JSON.stringify({ ...(await readBusinessProfile(db)), ...given }),
  ]);
}
