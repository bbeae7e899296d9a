/** /v1/invoices/{id}/explain: for each line all that its amount was computed from, so that anybody can compute it again. */
import { z } from 'zod';
import { fromFilter } from '../../catalog/property.ts';
import type { Computation } from '../../domain/computation.ts';
import { readExplanation, type ExplainedLine } from '../../store/reads/explanations.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { integer, time, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { credit, discount, taxAmount, toCredit, toDiscount, toTaxAmount } from '../invoiceResource.ts';
import { addRoute, type Registrar } from '../route.ts';

const numbers = z.record(z.string(), z.string());
const difference = z.object({ quantity: z.string(), amount: z.string() }).nullable();
const bound = z.object({ amount: z.string(), total: z.string() }).nullable();
const events = z.object({ count: z.string(), amount: z.string() });
const explainedLine = z.object({
  id: z.string(),
  object: z.literal('line_explanation'),
  type: z.string(),
  description: z.string(),
  price: z.object({
    id: z.string().nullable(),
    code: z.string(),
    plan: z.string().nullable(),
    plan_version: z.number(),
    model: z.string(),
  }),
  /** What counted the quantity: the events of `customer` in the window, of this type, that pass all filters. */
  meter: z
    .object({
      id: z.string(),
      code: z.string(),
      event_type: z.string(),
      aggregation: z.string(),
      property: z.string().nullable(),
      expression: z.string().nullable(),
      filters: z.array(z.unknown()),
    })
    .nullable(),
  customer: z.string(),
  window: z.object({ start: time, end: time }),
  group: z.record(z.string(), z.string().nullable()).nullable(),
  quantity: z.object({ measured: z.string(), included: z.string(), billed: z.string() }),
  /** Where what was counted is the members of the customer's organization that took a seat. */
  quantity_from: z.literal('seats').optional(),
  parameters: numbers,
  tiers: z.array(numbers).nullable(),
  events: z
    .object({ free: events, at_rate: events, at_minimum: z.string(), at_maximum: z.string() })
    .nullable(),
  price_unit: z.object({ code: z.string(), rate: z.string() }).nullable(),
  fraction: z.string(),
  exact_amount: z.string(),
  rounding: z.literal('half away from zero, to the minor unit'),
  minimum: bound,
  maximum: bound,
  before: difference,
  after: difference,
  /**
   * Of a `waived` line: what its usage had been billed, what of that voids and credit notes had left charged, and the
   * difference of the line that it belongs to (`gives_back`), which would have given back more than that.
   */
  waived: z.object({ billed: z.string(), still_charged: z.string(), difference: z.string() }).nullable(),
  amount: integer,
  /** The line that it gives back, whose discounts and taxes it has by its share. */
  gives_back: z.string().nullable(),
  /** What each coupon took of the amount, one after the other. */
  discounts: z.array(discount),
  /** What each tax rate comes to, of what is left: its part of the rate's sum over the invoice, which is rounded once. */
  taxes: z.array(taxAmount),
});
const explanation = z.object({
  object: z.literal('invoice_explanation'),
  invoice: z.string(),
  number: z.string().nullable(),
  status: z.string(),
  currency: z.string(),
  lines: z.array(explainedLine),
  subtotal: integer,
  discount: integer,
  tax: integer,
  tax_included: integer,
  total: integer,
  /** In this order: credit grants by priority and expiry, then the customer's balance. */
  credits: z.array(credit),
  credits_applied: integer,
  amount_due: integer,
});

export function addExplainRoutes(to: Registrar): void {
  addRoute(to, {
    method: 'get',
    path: '/v1/invoices/{id}/explain',
    summary:
      'How each amount of an invoice came to be: meter, window, quantity, tiers, fraction, price version, rounding.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: explanation,
    async handle({ params: { id } }) {
      const invoice = await findOne<InvoiceRow>(to.pool, selectInvoices, 'invoice', id);
      const lines = await readExplanation(to.pool, invoice.id);
      const { subtotal, discount: taken, tax, tax_included, total, credits_applied, amount_due } = invoice;
      return {
        object: 'invoice_explanation' as const,
        invoice: invoice.id,
        number: invoice.number,
        status: invoice.status,
        currency: invoice.currency,
        lines: lines.map((line) => toResource(line, invoice.customer_id)),
        ...{ subtotal, discount: taken, tax, tax_included, total, credits_applied, amount_due },
        credits: invoice.credits.map(toCredit),
      };
    },
  });
}

function toResource(line: ExplainedLine, customer: string) {
  const { computation, meter } = line;
  return {
    id: line.id,
    object: 'line_explanation' as const,
    type: line.type,
    description: line.description,
    price: {
      id: line.price_id,
      code: line.price_code,
      plan: line.plan_id,
      plan_version: computation.planVersion,
      model: computation.model,
    },
    meter: meter && {
      id: meter.id,
      code: meter.code,
      event_type: meter.eventType,
      aggregation: meter.aggregation,
      property: meter.property,
      expression: meter.expression,
      filters: [...meter.filters, ...(computation.filters ?? [])].map(fromFilter),
    },
    customer,
    window: { start: toTime(line.period_start), end: toTime(line.period_end) },
    group: line.group_values,
    ...explainComputation(computation),
    amount: line.amount,
    gives_back: line.credits_line_id,
    discounts: line.discounts.map(toDiscount),
    taxes: line.taxes.map(toTaxAmount),
  };
}

function explainComputation(computation: Computation) {
  const { events: rated, tiers } = computation;
  return {
    quantity: computation.quantity,
    ...(computation.quantityFrom && { quantity_from: computation.quantityFrom }),
    parameters: inSnakeCase(computation.parameters),
    tiers: tiers ? tiers.map(inSnakeCase) : null,
    events: rated
      ? { free: rated.free, at_rate: rated.atRate, at_minimum: rated.atMinimum, at_maximum: rated.atMaximum }
      : null,
    price_unit: computation.priceUnit ?? null,
    fraction: computation.fraction,
    exact_amount: computation.exactAmount,
    rounding: 'half away from zero, to the minor unit' as const,
    minimum: computation.minimum ?? null,
    maximum: computation.maximum ?? null,
    before: computation.before ?? null,
    after: computation.after ?? null,
    waived: computation.waived
      ? {
          billed: computation.waived.billed,
          still_charged: computation.waived.charged,
          difference: computation.waived.difference,
        }
      : null,
  };
}

function inSnakeCase(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
