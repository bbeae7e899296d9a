/** Documents to be rendered, each of its own kind of difficulty. */
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type {
  CreditNoteDocument,
  DocumentLine,
  DocumentUsage,
  InvoiceDocument,
} from '../../src/pages/billingDocument.ts';

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

const march = { start: at('2026-03-01T00:00:00Z'), end: at('2026-04-01T00:00:00Z') };
export const marchInBerlin = { start: at('2026-02-28T23:00:00Z'), end: at('2026-03-31T22:00:00Z') };

export function aLine(changes: Partial<DocumentLine> = {}): DocumentLine {
  return {
    description: 'Team plan',
    period: march,
    quantity: '5',
    unitAmount: '4900',
    amount: 24_500n,
    taxPercentages: [],
    ...changes,
  };
}

export function dailyUsage(name: string, days = 31): DocumentUsage {
  const quantities = Array.from({ length: days }, (_, index) => ({
    day: new Date(Date.UTC(2026, 2, 1 + index)).toISOString().slice(0, 10),
    quantity: String(40_000 + ((index * 7_919) % 23_000) - (index % 7 > 4 ? 30_000 : 0)),
  }));
  const total = quantities.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
  return { name, total: String(total), days: quantities };
}

/** A short invoice of one page, in English, on Letter. */
export function anInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return {
    kind: 'invoice',
    number: 'ACME-000042',
    status: 'open',
    test: false,
    locale: 'en-US',
    timezone: 'UTC',
    currency: 'USD',
    seller: {
      name: 'Dunlin Cloud, Inc.',
      addressLines: ['548 Market Street', 'San Francisco, CA 94104', 'United States'],
      taxId: 'US 12-3456789',
      email: 'billing@dunlin.example',
    },
    customer: {
      name: 'Northwind Traders',
      addressLines: ['1 Harbor Way, Floor 7', 'Seattle, WA 98101', 'United States'],
      taxId: null,
      email: 'ap@northwind.example',
    },
    issuedAt: at('2026-04-01T00:05:00Z'),
    dueAt: at('2026-04-30T23:59:59Z'),
    paidAt: null,
    period: march,
    poNumber: 'PO-7781',
    memo: 'Thank you for your business.',
    footer: null,
    customFields: [{ name: 'Cost center', value: 'R&D 4410' }],
    lines: [
      aLine(),
      aLine({
        description: 'API requests',
        quantity: '1432098',
        unitAmount: '0.0025',
        amount: 3_580n,
        details: ['First 100,000 requests included'],
      }),
      aLine({ description: 'Storage (GB-months)', quantity: '812.5', unitAmount: '2.3', amount: 1_869n }),
    ],
    subtotal: 29_949n,
    discounts: [],
    taxes: [],
    taxTreatment: 'standard',
    total: 29_949n,
    credits: [{ kind: 'prepaid', name: null, amount: 5_000n }],
    amountDue: 24_949n,
    amountPaid: 0n,
    amountCredited: 0n,
    amountRemaining: 24_949n,
    notes: [],
    usage: [dailyUsage('API requests')],
    ...changes,
  };
}

const germanParties = {
  seller: {
    name: 'Dunlin GmbH',
    addressLines: ['Schönhauser Allee 36', '10435 Berlin', 'Deutschland'],
    taxId: 'DE123456789',
    email: 'rechnung@dunlin.example',
  },
  customer: {
    name: 'Müller & Söhne Großhandels-GmbH & Co. KG',
    addressLines: ['Königsstraße 12', '70173 Stuttgart', 'Deutschland'],
    taxId: 'DE987654321',
    email: 'buchhaltung@mueller.example',
  },
  footer:
    'Dunlin GmbH · Sitz Berlin · Amtsgericht Charlottenburg HRB 123456 B · Geschäftsführung: Ada Lind\nIBAN DE02 1203 0000 0000 2020 51 · BIC BYLADEM1001',
};

/** German, two taxes, a discount, a note of reverse charge, paid in part. */
export function aGermanInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return anInvoice({
    ...germanParties,
    number: 'RE-2026-00117',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    currency: 'EUR',
    period: marchInBerlin,
    memo: 'Vielen Dank für Ihr Vertrauen. Bitte überweisen Sie den offenen Betrag unter Angabe der Rechnungsnummer.',
    customFields: [{ name: 'Kostenstelle', value: '4711' }],
    lines: [
      aLine({
        description: 'Tarif „Mannschaft“, monatlich',
        period: marchInBerlin,
        amount: 24_500n,
        taxPercentages: ['19'],
      }),
      aLine({
        description: 'Ereignisse über dem Freikontingent',
        period: marchInBerlin,
        quantity: '12345678.25',
        unitAmount: '0.0025',
        amount: 30_864n,
        taxPercentages: ['19'],
        details: ['Stufe 1: 0 bis 10.000.000', 'Stufe 2: über 10.000.000'],
      }),
      aLine({
        description: 'Handbuch, gedruckt',
        period: null,
        quantity: '3',
        unitAmount: '1500',
        amount: 4_500n,
        taxPercentages: ['7'],
      }),
    ],
    subtotal: 59_864n,
    discounts: [{ name: 'Frühjahrsaktion 10 %', amount: 5_986n }],
    taxes: [
      { name: 'USt.', percentage: '19', inclusive: false, taxable: 49_828n, amount: 9_467n },
      { name: 'USt.', percentage: '7', inclusive: false, taxable: 4_050n, amount: 284n },
    ],
    taxTreatment: 'reverse_charge',
    total: 63_629n,
    credits: [],
    amountDue: 63_629n,
    amountPaid: 20_000n,
    amountCredited: 1_000n,
    amountRemaining: 42_629n,
    notes: ['Lieferungen und Leistungen erfolgen zu unseren Geschäftsbedingungen vom 1. Januar 2026.'],
    usage: [dailyUsage('Ereignisse'), dailyUsage('Speicher (GB)', 31)],
    ...changes,
  });
}

export function aCreditNote(changes: Partial<CreditNoteDocument> = {}): CreditNoteDocument {
  const { status: _status, ...invoice } = aGermanInvoice();
  return {
    ...invoice,
    kind: 'credit_note',
    status: 'issued',
    number: 'KO-2026-00009',
    corrects: { number: 'RE-2026-00117', issuedAt: at('2026-04-01T00:05:00Z') },
    reason: 'product_unsatisfactory',
    dueAt: null,
    memo: null,
    lines: [
      aLine({
        description: 'Tarif „Mannschaft“, monatlich',
        period: marchInBerlin,
        quantity: '1',
        unitAmount: null,
        amount: 4_900n,
        taxPercentages: ['19'],
      }),
    ],
    subtotal: 4_900n,
    discounts: [],
    taxes: [{ name: 'USt.', percentage: '19', inclusive: false, taxable: 4_900n, amount: 931n }],
    taxTreatment: 'standard',
    total: 5_831n,
    credits: [
      { kind: 'refund', name: null, amount: 5_000n },
      { kind: 'balance', name: null, amount: 831n },
    ],
    notes: [],
    usage: [],
    ...changes,
  };
}

/** Some hundred lines, over many pages. */
export function aLongInvoice(count: number, changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  const lines = Array.from({ length: count }, (_, index) =>
    aLine({
      description:
        index % 9 === 4
          ? `Compute in region eu-central-${String(index)}, machine type c7.2xlarge, reserved for a year with prepaid capacity and priority support`
          : `Compute ${String(index + 1)}`,
      quantity: `${String(index * 13 + 1)}.5`,
      unitAmount: '12.25',
      amount: BigInt(index * 159 + 18),
      period: index % 3 === 0 ? march : null,
    }),
  );
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const sums = { subtotal: total, total, amountDue: total, amountRemaining: total };
  return anInvoice({ lines, credits: [], ...sums, ...changes });
}

export function aJapaneseInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  const period = { start: at('2026-02-28T15:00:00Z'), end: at('2026-03-31T15:00:00Z') };
  return anInvoice({
    number: 'JP-000007',
    locale: 'ja-JP',
    timezone: 'Asia/Tokyo',
    currency: 'JPY',
    seller: {
      name: 'ダンリン株式会社',
      addressLines: ['〒100-0005', '東京都千代田区丸の内1-9-2'],
      taxId: 'T1234567890123',
      email: 'seikyu@dunlin.example',
    },
    customer: {
      name: '鷗外書房株式会社 御中',
      addressLines: ['〒604-8152', '京都府京都市中京区烏丸通三条下ル'],
      taxId: null,
      email: null,
    },
    period,
    memo: '毎度ありがとうございます。お振込手数料は貴社にてご負担ください。',
    customFields: [{ name: '部署', value: '経理部' }],
    lines: [
      aLine({
        description: 'チームプラン（月額）',
        period,
        unitAmount: '6000',
        amount: 30_000n,
        taxPercentages: ['10'],
      }),
      aLine({
        description: 'APIリクエスト。無料枠を超えた分についての従量課金、リージョンは東京および大阪',
        period,
        quantity: '1432098',
        unitAmount: '0.05',
        amount: 71_605n,
        taxPercentages: ['10'],
      }),
    ],
    subtotal: 101_605n,
    taxes: [{ name: '消費税', percentage: '10', inclusive: true, taxable: 92_368n, amount: 9_237n }],
    total: 101_605n,
    credits: [],
    amountDue: 101_605n,
    amountRemaining: 101_605n,
    usage: [dailyUsage('APIリクエスト')],
    ...changes,
  });
}

/** Arabic in the text, dinars of three digits, void. */
export function aKuwaitiInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return anInvoice({
    status: 'void',
    locale: 'ar-KW',
    timezone: 'Asia/Kuwait',
    currency: 'KWD',
    customer: {
      name: 'شركة الخليج (المحدودة) 2026',
      addressLines: ['شارع فهد السالم', 'مدينة الكويت'],
      taxId: null,
      email: null,
    },
    lines: [aLine({ description: 'خطة الفريق', unitAmount: '1500.125', amount: 7_501n })],
    subtotal: 7_501n,
    total: 7_501n,
    credits: [],
    amountDue: 7_501n,
    amountRemaining: 0n,
    ...changes,
  });
}
