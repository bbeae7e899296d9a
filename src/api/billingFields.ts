/** What of a customer decides on its invoices: where it is, how it is taxed, how it pays, what stands on them. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import { collectionMethods } from '../domain/dueDate.ts';
import { taxExemptions } from '../domain/tax.ts';
import type { BillingFields } from '../store/customers.ts';
import type { Queryable } from '../store/database.ts';
import { findMissingInvoiceSeries } from '../store/invoiceSeries.ts';
import { findMissingTaxRates } from '../store/taxRates.ts';
import { idOf, text } from './fields.ts';

export const address = z.strictObject({
  line1: text(200).optional(),
  line2: text(200).optional(),
  postal_code: text(30).optional(),
  city: text(100).optional(),
  state: text(100).optional(),
});

/** A few lines of the reader's own, such as a cost centre. */
export const customFields = z.array(z.strictObject({ name: text(40), value: text(140) })).max(4);

export const paymentTerms = {
  /** Whether what is due is charged, or asked for with a date. */
  collection_method: z.enum(collectionMethods).optional(),
  /** Of an invoice that is sent: after so many days. */
  days_until_due: z.int().min(0).max(365).optional(),
};

const locale = z.string().max(35).refine(isLocale, { error: 'give a BCP 47 language tag, such as de-DE' });

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export const billingFields = {
  address: address.nullable().optional(),
  locale: locale.optional(),
  tax_id: text(40).nullable().optional(),
  tax_exempt: z.enum(taxExemptions).optional(),
  /** In place of its country's. */
  tax_rates: z.array(idOf('tax_rate')).max(10).optional(),
  ...paymentTerms,
  /** The code of the series that its invoices are numbered by. */
  invoice_series: text(40).optional(),
  invoice_footer: text(2000).nullable().optional(),
  po_number: text(100).nullable().optional(),
  custom_fields: customFields.optional(),
};

export const addressAnswer = z
  .object({
    line1: z.string().optional(),
    line2: z.string().optional(),
    postal_code: z.string().optional(),
    city: z.string().optional(),
    state: z.string().optional(),
  })
  .nullable();

export const billingAnswer = {
  address: addressAnswer,
  locale: z.string(),
  tax_id: z.string().nullable(),
  tax_exempt: z.enum(taxExemptions),
  tax_rates: z.array(z.string()),
  collection_method: z.enum(collectionMethods),
  days_until_due: z.number(),
  invoice_series: z.string(),
  invoice_footer: z.string().nullable(),
  po_number: z.string().nullable(),
  custom_fields: z.array(z.object({ name: z.string(), value: z.string() })),
};

const names = Object.keys(billingFields) as (keyof typeof billingFields)[];

/** The billing fields of a body; throws a `BillingError` 400 for a tax rate or a series that is not there. */
export async function checkBillingFields(db: Queryable, body: BillingFields): Promise<BillingFields> {
  await refuseMissingTaxRates(db, body.tax_rates);
  if (body.invoice_series !== undefined && (await findMissingInvoiceSeries(db, body.invoice_series))) {
    throw new BillingError(
      400,
      'invoice_series_missing',
      `There is no series of invoice numbers ${body.invoice_series}. Create it by POST /v1/invoice_series.`,
      'invoice_series',
    );
  }
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

/** Throws a `BillingError` 400 for an id that names no tax rate. */
export async function refuseMissingTaxRates(
  db: Queryable,
  ids: BillingFields['tax_rates'],
  param = 'tax_rates',
): Promise<void> {
  if (!ids || ids.length === 0) return;
  const [missing] = await findMissingTaxRates(db, ids);
  if (missing === undefined) return;
  throw new BillingError(
    400,
    'tax_rate_missing',
    `There is no tax rate ${missing}. Check the id, or create it first.`,
    param,
  );
}
