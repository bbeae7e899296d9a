/** /v1/credit_notes/{id}.html and .pdf: a credit note as people send it. The same note gives the same bytes. */
import type { CustomerId } from '../../domain/ids.ts';
import { creditNoteDocument } from '../../pages/creditNoteDocument.ts';
import { renderHtml } from '../../pages/html/renderHtml.ts';
import { renderPdf } from '../../pages/pdf/renderPdf.ts';
import { selectCreditNotes, type CreditNoteRow } from '../../store/reads/creditNotes.ts';
import { readParties } from '../../store/reads/documentFacts.ts';
import { findOne } from '../find.ts';
import { inTurn } from '../renderTurns.ts';
import { addDocumentRoute, type Registrar } from '../route.ts';

/** Before the credit note itself: its path would take the ending for a part of the id. */
export function addCreditNoteDocumentRoutes(to: Registrar): void {
  async function read(id: string) {
    const note = await findOne<CreditNoteRow>(to.pool, selectCreditNotes, 'credit note', id);
    const customerId = note.customer_id as CustomerId;
    const parties = await readParties(to.pool, { customer_id: customerId, parties: note.parties });
    return { document: creditNoteDocument(note, parties), name: note.number.replace(/[^\w.-]/g, '-') };
  }
  addDocumentRoute(to, {
    path: '/v1/credit_notes/{id}.html',
    summary: 'A credit note as a page, in the language and timezone of its customer.',
    type: 'text/html',
    async render(id) {
      const { document, name } = await read(id);
      return { name, content: renderHtml(document) };
    },
  });
  addDocumentRoute(to, {
    path: '/v1/credit_notes/{id}.pdf',
    summary:
      'A credit note as a PDF, in the language and timezone of its customer; drawn again it has the same bytes.',
    type: 'application/pdf',
    async render(id) {
      const { document, name } = await read(id);
      return { name, content: await inTurn(() => renderPdf(document)) };
    },
  });
}
