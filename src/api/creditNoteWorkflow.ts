/** Credit notes are issued by a short workflow, so that a refund that follows is never lost. */
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { CreditNoteRequest } from '../domain/creditNoteRequest.ts';
import type { CustomerId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import { selectCustomers, type CustomerRow } from '../store/customers.ts';
import { readOne } from '../store/reads/page.ts';
import {
  creditNoteWorkflowId,
  workflowTypes,
  type AskedCreditNote,
  type IssueCreditNote,
} from '../workflows/contract.ts';
import { withPatience } from './patience.ts';
import type { ApiDependencies } from './route.ts';
import { refuseWhileAdvancing } from './routes/subscriptions.ts';

/** Returns when the note is issued and, where the provider tells soon, its refunds are made. */
export async function issueCreditNote(
  { temporal, taskQueue }: ApiDependencies,
  { request: asked, ...note }: Omit<IssueCreditNote, 'asked'> & { readonly request: CreditNoteRequest },
): Promise<void> {
  const request: IssueCreditNote = { ...note, asked: toText(asked) };
  await withPatience(temporal, () =>
    temporal.workflow.execute(workflowTypes.issueCreditNote, {
      workflowId: creditNoteWorkflowId(request.creditNoteId),
      taskQueue,
      args: [request],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  );
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

/** While a customer's clock advances, nobody else writes in its time. One that is deleted has invoices all the same. */
export async function refuseWhileClockAdvances({ pool }: ApiDependencies, id: CustomerId): Promise<void> {
  const customer = await readOne<CustomerRow>(pool, selectCustomers, id);
  if (customer) refuseWhileAdvancing(customer);
}
