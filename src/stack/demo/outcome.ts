/** What the demo prints: invoices by customer and month, and the ledger's trial balance. */
import { formatAmount, type Amount } from '../../domain/money.ts';
import type { Flight } from './flights.ts';
import type { HttpClient } from './httpClient.ts';
import type { Scenario } from './scenario.ts';
import { formatTable } from './table.ts';

interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly customer: string;
  readonly currency: string;
  readonly total: number;
  readonly period: { readonly start: string };
  readonly lines: {
    readonly data: readonly {
      readonly type: string;
      readonly description: string;
      readonly quantity: string;
    }[];
  };
}

interface Account {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly debits: number;
  readonly credits: number;
}

/** The table shows the busiest; everything is in the API. */
const airportsShown = 8;

/** Prints both tables; returns the id of an invoice to look at. */
export async function printOutcome(
  client: HttpClient,
  { clockId, airports }: Scenario,
  flights: readonly Flight[],
): Promise<string> {
  const all = await client.all<Invoice>('/v1/invoices');
  // An invoice at signup has the fee of January alone; each later one closes a month with its usage.
  const monthly = all.filter(hasUsage).sort((a, b) => a.period.start.localeCompare(b.period.start));
  const traffic = new Map<string, number>();
  for (const { origin } of flights) traffic.set(origin, (traffic.get(origin) ?? 0) + 1);
  const busiest = [...traffic]
    .sort(([, a], [, b]) => b - a)
    .slice(0, airportsShown)
    .map(([airport]) => airport);
  const shown = monthly
    .filter((invoice) => busiest.includes(airports.get(invoice.customer) ?? ''))
    .sort(
      (a, b) =>
        busiest.indexOf(airports.get(a.customer) ?? '') - busiest.indexOf(airports.get(b.customer) ?? ''),
    );
  console.log(`\nInvoices of the ${String(airportsShown)} busiest of ${String(airports.size)} airports\n`);
  console.log(
    formatTable(
      ['customer', 'month', '>flights', '>miles', 'invoice', '>total', 'status'],
      shown.map((invoice) => [
        airports.get(invoice.customer) ?? invoice.customer,
        invoice.period.start.slice(0, 7),
        quantityOf(invoice, 'flights'),
        quantityOf(invoice, 'miles'),
        invoice.number,
        formatAmount(BigInt(invoice.total) as Amount, invoice.currency),
        invoice.status,
      ]),
    ),
  );
  const total = all.reduce((sum, invoice) => sum + BigInt(invoice.total), 0n) as Amount;
  const paid = all.filter((invoice) => invoice.status === 'paid').length;
  console.log(
    `\n${String(all.length)} invoices, ${String(paid)} paid, ${String(all.length - paid)} in collection; ${formatAmount(total, 'USD')} in all.`,
  );

  const { data: accounts } = await client.get<{ data: Account[] }>(`/v1/ledger/accounts?book=${clockId}`);
  const money = (value: bigint) => formatAmount(value as Amount, 'USD');
  const sum = (side: 'debits' | 'credits') =>
    accounts.reduce((all, account) => all + BigInt(account[side]), 0n);
  console.log('\nTrial balance\n');
  console.log(
    formatTable(
      ['account', '>debits', '>credits', '>balance'],
      [
        ...accounts.map(({ name, debits, credits }) => {
          const balance = BigInt(debits) - BigInt(credits);
          const side = balance < 0n ? 'Cr' : 'Dr';
          return [
            name,
            money(BigInt(debits)),
            money(BigInt(credits)),
            `${money(balance < 0n ? -balance : balance)} ${side}`,
          ];
        }),
        [
          'all',
          money(sum('debits')),
          money(sum('credits')),
          sum('debits') === sum('credits') ? 'balanced' : 'NOT BALANCED',
        ],
      ],
    ),
  );
  return shown[0]?.id ?? '';
}

function hasUsage(invoice: Invoice): boolean {
  return invoice.lines.data.some((line) => line.type === 'usage');
}

function quantityOf(invoice: Invoice, code: string): string {
  return invoice.lines.data.find((line) => line.description.startsWith(`${code},`))?.quantity ?? '0';
}
