/** What of customers decides on their invoices, read for many at once. */
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CustomerId, TaxRateId } from '../domain/ids.ts';
import type { InvoiceSeries } from '../domain/invoiceNumber.ts';
import type { TaxExemption } from '../domain/tax.ts';
import type { Queryable } from './database.ts';

export interface CustomField {
  readonly name: string;
  readonly value: string;
}

/** A place, as people write it. */
export interface Address {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly postal_code?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
}

/** Who stands on an invoice, as they were when it became final. */
export interface Parties {
  readonly seller: SellerProfile | null;
  readonly customer: {
    readonly name: string;
    readonly email: string | null;
    readonly address: Address | null;
    readonly country: string | null;
    readonly tax_id: string | null;
    readonly tax_exempt: TaxExemption;
    readonly locale: string;
    readonly timezone: string;
  };
}

export interface SellerProfile {
  readonly name: string;
  readonly address: Address | null;
  readonly country: string | null;
  readonly tax_id: string | null;
  readonly email: string | null;
}

export interface BillingCustomer {
  readonly id: CustomerId;
  readonly country: string | null;
  readonly timezone: string;
  readonly tax_exempt: TaxExemption;
  readonly tax_rates: readonly TaxRateId[];
  readonly collection_method: CollectionMethod;
  readonly days_until_due: number;
  readonly invoice_footer: string | null;
  readonly po_number: string | null;
  readonly custom_fields: readonly CustomField[];
  readonly series: InvoiceSeries;
  readonly parties: Parties;
  /** Whether a discount may run, and whether there may be credit left: most have neither, and nothing is asked. */
  readonly has_discounts: boolean;
  readonly has_credit: boolean;
  readonly has_top_up: boolean;
}

export async function readBillingCustomers(
  db: Queryable,
  ids: readonly CustomerId[],
): Promise<Map<CustomerId, BillingCustomer>> {
  const { rows } = await db.query<BillingCustomer>({
    name: 'readBillingCustomers',
    text: `SELECT c.id, c.country, c.timezone, c.tax_exempt, c.tax_rates, c.collection_method, c.days_until_due, c.invoice_footer,
                  c.po_number, c.custom_fields, c.auto_top_up IS NOT NULL AS has_top_up,
                  json_build_object('code', s.code, 'prefix', s.prefix, 'pattern', s.pattern, 'restarts', s.restarts) AS series,
                  json_build_object('seller', seller.profile, 'customer', json_build_object(
                    'name', c.name, 'email', c.email, 'address', c.address, 'country', c.country, 'tax_id', c.tax_id,
                    'tax_exempt', c.tax_exempt, 'locale', c.locale, 'timezone', c.timezone)) AS parties,
                  EXISTS (SELECT FROM discounts d WHERE d.customer_id = c.id AND NOT d.exhausted) AS has_discounts,
                  EXISTS (SELECT FROM credit_grants g WHERE g.customer_id = c.id AND g.remaining > 0) AS has_credit
             FROM customers c
             JOIN invoice_series s ON s.code = c.invoice_series
             LEFT JOIN (SELECT profile FROM business_profiles ORDER BY version DESC LIMIT 1) seller ON true
            WHERE c.id = ANY($1)`,
    values: [[...new Set(ids)]],
  });
  return new Map(rows.map((row) => [row.id, row]));
}
