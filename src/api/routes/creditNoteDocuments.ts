/** /v1/credit_notes/{id}.html and .pdf: a credit note as people send it. The same note gives the same bytes. */
import type { CustomerId } from '../../domain/ids.ts';
import { creditNoteDocument } from '../../pages/creditNoteDocument.ts';
import { selectCreditNotes, type CreditNoteRow } from '../../store/reads/creditNotes.ts';
import { readParties } from '../../store/reads/documentFacts.ts';
import { addDocuments } from '../documents.ts';
import { findOne } from '../find.ts';
import type { Registrar } from '../route.ts';

export function addCreditNoteDocumentRoutes(to: Registrar): void {
  async function read(id: string) {
    const note = await findOne<CreditNoteRow>(to.pool, selectCreditNotes, 'credit note', id);
    const customerId = note.customer_id as CustomerId;
    const parties = await readParties(to.pool, { customer_id: customerId, parties: note.parties });
    return { document: creditNoteDocument(note, parties), name: note.number };
  }
  addDocuments(to, { path: '/v1/credit_notes/{id}', what: 'A credit note', read });
}
