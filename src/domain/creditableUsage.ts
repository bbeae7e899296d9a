/** What is left to credit of lines for usage: what later invoices have given back of it is not there to be credited (semantics.md, section 7). */
import { creditPart, creditRest, leftOf, type CreditableLine } from './creditNote.ts';
import type { InvoiceLineId } from './ids.ts';
import { netOf, plus, type SummedLine } from './invoiceTotals.ts';
import type { Amount } from './money.ts';
import { mergeTaxes } from './givenBack.ts';
import type { LineTax } from './tax.ts';

/** The lines of one invoice that are for the same: a group of a usage price in a period, or its minimum. */
export interface UsageToCredit {
  readonly lineIds: readonly InvoiceLineId[];
  /** All that is still charged for it, on whichever invoices. */
  readonly charged: readonly SummedLine[];
}

/** A line that waives what another one of its invoice would give back. */
export interface WaivingLine {
  readonly id: InvoiceLineId;
  readonly waives: InvoiceLineId;
}

/** Nothing of what is waived can be credited, nor of what waives it: together they come to nothing. */
export function withoutWaived<Line extends CreditableLine>(
  lines: readonly Line[],
  waiving: readonly WaivingLine[],
): Line[] {
  return lines.map((line) => {
    if (waiving.some(({ id }) => id === line.id)) return credited(line, leftOf(line), taxesOf(line));
    const by = waiving.find(({ waives }) => waives === line.id);
    const waives = by && lines.find(({ id }) => id === by.id);
    if (!waives) return line;
    return credited(line, negative(waives.net), waives.taxes.map(negated));
  });
}

/** No more is left of the lines for the same usage together than is still charged for it. */
export function withinCharged<Line extends CreditableLine>(
  lines: readonly Line[],
  usage: readonly UsageToCredit[],
): Line[] {
  const limited = new Map(lines.map((line) => [line.id, line]));
  for (const { lineIds, charged } of usage) {
    const own = lineIds.flatMap((id) => limited.get(id) ?? []);
    const left = charged.reduce((sum, line) => sum + netOf(line), 0n);
    const rest = own.reduce((sum, line) => sum + leftOf(line), 0n);
    let beyond = rest - (left > 0n ? left : 0n);
    const taxes = beyondTaxes(own, charged);
    for (const line of own) {
      const there = leftOf(line);
      const amount = (there < beyond ? there : beyond) as Amount;
      if (amount <= 0n) continue;
      beyond -= amount;
      const back = amount === there ? creditRest(line) : creditPart(line, amount);
      // Its tax is what there is too much of; where several lines share that, each has its part of it.
      const ofLine = own.length === 1 ? taxes : (back?.taxes ?? []);
      limited.set(line.id, credited(line, amount, ofLine));
    }
  }
  return lines.map((line) => limited.get(line.id) ?? line);
}

/** By rate, what is left of the taxes of lines beyond what is still charged. */
function beyondTaxes(own: readonly CreditableLine[], charged: readonly SummedLine[]): LineTax[] {
  const rest = mergeTaxes(own.flatMap(taxesOf));
  const left = mergeTaxes(charged.flatMap((line) => line.taxes));
  return rest.map((tax) => {
    const there = left.find(({ rate }) => rate === tax.rate);
    const over = (of: 'taxable' | 'amount') => {
      const difference = tax[of] - (there?.[of] ?? 0n);
      return (difference > 0n ? difference : 0n) as Amount;
    };
    return { ...tax, taxable: over('taxable'), amount: over('amount') };
  });
}

function taxesOf(line: CreditableLine): readonly LineTax[] {
  return mergeTaxes([...line.taxes, ...line.credited.taxes.map(negated)]);
}

function credited<Line extends CreditableLine>(line: Line, amount: Amount, taxes: readonly LineTax[]): Line {
  const before = line.credited;
  return {
    ...line,
    credited: { amount: plus(before.amount, amount), taxes: [...before.taxes, ...taxes] },
  };
}

function negated(tax: LineTax): LineTax {
  return { ...tax, taxable: negative(tax.taxable), amount: negative(tax.amount) };
}

function negative(amount: Amount): Amount {
  return (0n - amount) as Amount;
}
