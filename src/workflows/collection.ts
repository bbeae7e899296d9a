/**
 * Collects one invoice that was not paid when it was due: it waits for the next attempt and the next step of dunning, and
 * for what makes an attempt worth while. When each is due is a fact in Postgres; whoever comes first sees to it, this or
 * the billing cycle. Operators ask by Updates, as the API does.
 */
import {
  ApplicationFailure,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { parseInstant, type Instant } from '../domain/instant.ts';
import { clockOf } from './clock.ts';
import {
  pauseDunningUpdate,
  payNowUpdate,
  promiseToPayUpdate,
  resumeDunningUpdate,
  writeOffUpdate,
  type CollectionInput,
} from './contract/collection.ts';
import { goesOnAsNew, refreshSignal } from './contract/longLived.ts';
import { subscriptionWorkflowId } from './contract/subscription.ts';
import { showDetails } from './operatorView.ts';

const { collect, operateInvoice, pauseDunning, resumeDunning, promiseToPay, markUncollectible } =
  proxyActivities<Activities>({
    startToCloseTimeout: '20 seconds',
    retry: { maximumInterval: '1 minute' },
  });

export async function collection(input: CollectionInput): Promise<void> {
  const { invoiceId } = input;
  const clock = clockOf(input.testClockId);
  let lookAgain = false;
  /** Goes on as new, or ends, when what it has accepted is done. */
  let leaving = false;
  let busy = Promise.resolve();

  /** One after the other, in the order they were accepted; then it looks how things stand. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      lookAgain = true;
    }
  }
  const refuseLeaving = () => {
    if (leaving) throw ApplicationFailure.retryable(goingOn, goesOnAsNew);
  };
  const withoutArguments = { validator: refuseLeaving };

  setHandler(refreshSignal, () => {
    lookAgain = true;
  });
  setHandler(
    payNowUpdate,
    () => inTurn(() => operateInvoice({ invoiceId, operation: 'pay' })),
    withoutArguments,
  );
  setHandler(pauseDunningUpdate, () => inTurn(() => pauseDunning({ invoiceId })), withoutArguments);
  setHandler(resumeDunningUpdate, () => inTurn(() => resumeDunning({ invoiceId })), withoutArguments);
  setHandler(
    promiseToPayUpdate,
    ({ until }) => inTurn(() => promiseToPay({ invoiceId, until: instantOfText(until) })),
    {
      validator: (promise) => {
        refuseLeaving();
        instantOfText((promise as { until?: unknown } | undefined)?.until);
      },
    },
  );
  setHandler(
    writeOffUpdate,
    () => {
      const operationId = uuid4();
      return inTurn(() => markUncollectible({ operationId, invoiceId }));
    },
    withoutArguments,
  );

  for (;;) {
    lookAgain = false;
    const state = await collect(invoiceId, input.testClockId);
    showDetails(state);
    await tellSubscription(input);
    if (!state.open) break;
    if (workflowInfo().continueAsNewSuggested) {
      leaving = true;
      await clock.finish();
      await continueAsNew<typeof collection>(input);
    }
    await clock.waitUntil(state.checkAt, () => lookAgain);
  }
  leaving = true;
  await clock.finish();
}

/** The subscription's workflow shows the new status; one that has ended needs no telling. */
async function tellSubscription({ subscriptionId }: CollectionInput): Promise<void> {
  if (subscriptionId === null) return;
  await getExternalWorkflowHandle(subscriptionWorkflowId(subscriptionId))
    .signal(refreshSignal)
    .catch(() => undefined);
}

const goingOn = 'The workflow is about to end or to go on as a new one. Ask again in a moment.';

/** Whether that has passed is decided by the customer's clock. */
function instantOfText(until: unknown): Instant {
  const at = typeof until === 'string' ? parseInstant(until) : undefined;
  if (at !== undefined) return at;
  throw ApplicationFailure.create({
    type: 'field_invalid',
    message: 'Give {"until": an RFC 3339 time}, such as {"until": "2026-01-31T00:00:00Z"}.',
    nonRetryable: true,
    details: [{ status: 400, param: 'until' }],
  });
}
