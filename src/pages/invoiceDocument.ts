/** An invoice as a document: the stored facts, and nothing of today. */
import { parseInstant, type Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import { discountName } from '../domain/coupon.ts';
import type { Parties, SellerProfile } from '../store/billingCustomers.ts';
import type { InvoiceLineRow, InvoiceRow } from '../store/reads/invoices.ts';
import type { MeterChart } from '../store/reads/usageChart.ts';
import type { DocumentCredit, DocumentLine, DocumentTax, InvoiceDocument, Party } from './billingDocument.ts';

export interface InvoiceFacts {
  readonly invoice: InvoiceRow;
  readonly parties: Parties;
  readonly planNames: ReadonlyMap<string, string>;
  readonly usage: readonly MeterChart[];
}

export function invoiceDocument({ invoice, parties, planNames, usage }: InvoiceFacts): InvoiceDocument {
  const { status } = invoice;
  return {
    kind: 'invoice',
    status,
    number: invoice.number,
    ...commonParts(parties, invoice),
    issuedAt: invoice.finalized_at,
    dueAt: invoice.due_at,
    paidAt: invoice.paid_at,
    period: spanOf(invoice),
    poNumber: invoice.po_number,
    memo: invoice.memo,
    footer: invoice.footer,
    customFields: invoice.custom_fields ?? [],
    lines: invoice.lines.map((line) => documentLine(line, planNames.get(line.id))),
    subtotal: invoice.subtotal,
    discounts: invoice.discounts.map((taken) => ({
      name: discountName(taken),
      amount: BigInt(taken.amount),
    })),
    taxes: invoice.taxes.map(documentTax),
    total: invoice.total,
    credits: creditsOf(invoice),
    amountDue: invoice.amount_due,
    amountPaid: invoice.amount_paid,
    amountCredited: invoice.amount_credited,
    amountRemaining:
      status === 'void' ? 0n : invoice.amount_due - invoice.amount_paid - invoice.amount_credited,
    notes: [],
    usage,
  };
}

/** All the time that its lines are for: what is charged in advance comes after the period that it closes. */
function spanOf(invoice: InvoiceRow): Period {
  const periods = invoice.lines.flatMap((line) => documentText(line).period ?? []);
  if (periods.length === 0) return { start: invoice.period_start, end: invoice.period_end };
  return {
    start: Math.min(...periods.map(({ start }) => start)) as Instant,
    end: Math.max(...periods.map(({ end }) => end)) as Instant,
  };
}

/** What an invoice and a credit note have in common: who, where, in which language and money. */
export function commonParts(
  { seller, customer }: Parties,
  of: { readonly test_clock_id: string | null; readonly currency: string },
) {
  const { locale } = customer;
  return {
    test: of.test_clock_id !== null,
    locale,
    timezone: customer.timezone,
    currency: of.currency,
    seller: sellerOf(seller, locale),
    customer: partyOf(customer, locale),
    taxTreatment: ({ none: 'standard', exempt: 'exempt', reverse: 'reverse_charge' } as const)[
      customer.tax_exempt
    ],
  };
}

/** Nobody can be asked to pay a nameless seller: what is missing is said where it is missed. */
function sellerOf(seller: SellerProfile | null, locale: string): Party {
  const profile = seller ?? { name: '', address: null, country: null, tax_id: null, email: null };
  return partyOf({ ...profile, name: profile.name || '(PATCH /v1/business_profile)' }, locale);
}

function partyOf(party: SellerProfile, locale: string): Party {
  const { line1, line2, postal_code: postalCode, city, state } = party.address ?? {};
  const town = [postalCode, city].filter((part) => part !== undefined).join(' ');
  const lines = [
    line1,
    line2,
    town,
    state,
    party.country === null ? undefined : countryName(party.country, locale),
  ];
  return {
    name: party.name,
    addressLines: lines.filter((line): line is string => line !== undefined && line !== ''),
    taxId: party.tax_id,
    email: party.email,
  };
}

function countryName(country: string, locale: string): string {
  return new Intl.DisplayNames([locale, 'en'], { type: 'region' }).of(country) ?? country;
}

/** The days that it is for stand beside it, in the reader's own way to write them. */
const writtenPeriod = /, \d{4}-\d{2}-\d{2} to \d{4}-\d{2}-\d{2}/;

export function documentText(line: Pick<InvoiceLineRow, 'description' | 'period_start' | 'period_end'>) {
  const [start, end] = [parseInstant(line.period_start), parseInstant(line.period_end)];
  // What is for a moment, as a single item, has no days to show.
  const isForTime = start !== undefined && end !== undefined && end - start > 1;
  return {
    description: line.description.replace(writtenPeriod, ''),
    period: isForTime ? { start, end } : null,
  };
}

function documentLine(line: InvoiceLineRow, planName: string | undefined): DocumentLine {
  return {
    ...documentText(line),
    quantity: line.quantity,
    unitAmount: line.unit_amount,
    amount: BigInt(line.amount),
    taxPercentages: line.taxes.map(({ percentage }) => percentage),
    ...(planName !== undefined && { details: [planName] }),
  };
}

export function documentTax(tax: InvoiceRow['taxes'][number]): DocumentTax {
  return {
    name: tax.name ?? tax.code,
    percentage: tax.percentage,
    inclusive: tax.inclusive,
    taxable: BigInt(tax.taxable),
    amount: BigInt(tax.amount),
  };
}

function creditsOf({ credits }: InvoiceRow): DocumentCredit[] {
  return credits.map(({ grant, name, amount }) => ({
    kind: grant === null ? ('balance' as const) : ('prepaid' as const),
    name,
    amount: BigInt(amount),
  }));
}
