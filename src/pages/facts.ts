/** Who bills whom, and the facts at the head of the page. */
import type { Party } from './billingDocument.ts';
import { fill, type Labels } from './labels.ts';
import { plainLine } from './plainText.ts';
import type { Wording } from './sheet.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface PartyBlock {
  readonly label: string;
  readonly name: string;
  readonly lines: readonly string[];
}

export function partyBlock(label: string, party: Party, labels: Labels): PartyBlock {
  const taxId = party.taxId === null ? [] : [`${labels.taxId} ${plainLine(party.taxId)}`];
  const email = party.email === null ? [] : [plainLine(party.email)];
  const lines = [...party.addressLines.map(plainLine), ...email, ...taxId];
  return { label, name: plainLine(party.name), lines: lines.filter((line) => line !== '') };
}

export function factsOf(wording: Wording): Fact[] {
  const { document, labels, formats } = wording;
  const numberLabel = document.kind === 'invoice' ? labels.invoiceNumber : labels.creditNoteNumber;
  const facts: (readonly [string, string | null])[] = [
    [numberLabel, document.number === null ? null : plainLine(document.number)],
    ...correctionFacts(wording),
    [labels.issuedAt, document.issuedAt === null ? null : formats.date(document.issuedAt)],
    [labels.dueAt, document.dueAt === null ? null : formats.date(document.dueAt)],
    [labels.paidAt, document.paidAt === null ? null : formats.date(document.paidAt)],
    [labels.servicePeriod, formats.period(document.period)],
    [labels.poNumber, document.poNumber === null ? null : plainLine(document.poNumber)],
    ...document.customFields.map(({ name, value }) => [plainLine(name), plainLine(value)] as const),
  ];
  return facts.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

function correctionFacts({ document, labels, formats }: Wording): (readonly [string, string | null])[] {
  if (document.kind === 'invoice') return [];
  const { number, issuedAt } = document.corrects;
  const values = { number: plainLine(number), date: formats.date(issuedAt) };
  return [
    [labels.corrects, fill(labels.correctsValue, values)],
    [labels.reason, document.reason === 'other' ? null : labels.reasons[document.reason]],
  ];
}
