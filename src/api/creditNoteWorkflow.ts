/** Credit notes are issued by a short workflow, so that a refund that follows is never lost. */
import type { CreditNoteRequest } from '../domain/creditNoteRequest.ts';
import type { Amount } from '../domain/money.ts';
import {
  creditNoteWorkflowId,
  type AskedCreditNote,
  type IssueCreditNote,
} from '../workflows/contract/creditNote.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { ApiDependencies } from './route.ts';
import { runWorkflow } from './shortWorkflow.ts';

/** Returns when the note is issued and, where the provider tells soon, its refunds are made. */
export async function issueCreditNote(
  deps: ApiDependencies,
  { request: asked, ...note }: Omit<IssueCreditNote, 'asked'> & { readonly request: CreditNoteRequest },
): Promise<void> {
  const request: IssueCreditNote = { ...note, asked: toText(asked) };
  const workflowId = creditNoteWorkflowId(request.creditNoteId);
  await runWorkflow(deps, workflowTypes.issueCreditNote, workflowId, request);
}

function toText(request: CreditNoteRequest): AskedCreditNote {
  const optional = (amount: Amount | null) => (amount === null ? null : String(amount));
  if (request.kind === 'payment') return { ...request, amount: optional(request.amount) };
  return {
    kind: 'lines',
    lines: request.lines && request.lines.map((line) => ({ ...line, amount: String(line.amount) })),
    refund: String(request.refund),
    credit: optional(request.credit),
  };
}
