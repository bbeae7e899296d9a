/** What people send: a page and a file of one document, which say the same. */
import type { BillingDocument } from '../pages/billingDocument.ts';
import { renderHtml } from '../pages/html/renderHtml.ts';
import { drawPdf } from './drawPdf.ts';
import { addDocumentRoute, type Registrar } from './route.ts';

export interface Documents {
  /** Of the resource, such as `/v1/invoices/{id}`. */
  readonly path: string;
  /** As a sentence begins with it. */
  readonly what: string;
  /** The document, and what its file is called. */
  readonly read: (id: string) => Promise<{ readonly document: BillingDocument; readonly name: string }>;
}

/** To be added before the resource itself, whose path would take the ending for a part of the id. */
export function addDocuments(to: Registrar, { path, what, read }: Documents): void {
  async function readNamed(id: string) {
    const { document, name } = await read(id);
    return { document, name: name.replace(/[^\w.-]/g, '-') };
  }
  addDocumentRoute(to, {
    path: `${path}.html`,
    summary: `${what} as a page, in the language and timezone of its customer.`,
    type: 'text/html',
    async render(id) {
      const { document, name } = await readNamed(id);
      return { name, content: renderHtml(document) };
    },
  });
  addDocumentRoute(to, {
    path: `${path}.pdf`,
    summary: `${what} as a PDF, in the language and timezone of its customer; drawn again it has the same bytes.`,
    type: 'application/pdf',
    async render(id) {
      const { document, name } = await readNamed(id);
      return { name, content: await drawPdf(document) };
    },
  });
}
