/** /v1/exports: whole tables as files of CSV, as long as they are. */
import { z } from 'zod';
import { exportOf, type Exported } from '../../store/exports.ts';
import { book } from '../book.ts';
import { instant } from '../fields.ts';
import { addCsvRoute, type Registrar } from '../route.ts';

const query = z.strictObject({ book, from: instant.optional(), to: instant.optional() });
const says: Record<Exported, string> = {
  invoices: 'Invoices that are final, by when they became so',
  invoice_lines: 'The lines of invoices that are final, by when those became so',
  credit_notes: 'Credit notes, by when they were issued',
  payments: 'Every attempt to collect, by when it was begun',
  ledger: 'Every posting, by when it took effect',
};

export function addExportRoutes(to: Registrar): void {
  for (const what of Object.keys(says) as Exported[]) {
    addCsvRoute(to, {
      path: `/v1/exports/${what}`,
      summary: `${says[what]}, from an instant on and up to another, which is left out. CSV (RFC 4180) of one moment, oldest first, with a header row; amounts in minor units beside their currency. Text that a spreadsheet would run as a formula begins with an apostrophe.`,
      query,
      csv: ({ book: of, from = null, to: until = null }) => ({
        name: what,
        query: exportOf(what, { book: of, from, to: until }),
      }),
    });
  }
}
