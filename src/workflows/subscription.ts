/** One subscription from signup to end. It owns its renewals: whatever becomes of the billing cycle, it is not forgotten. */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { Checkup } from '../activities/subscription.ts';
import { clockOf } from './clock.ts';
import { cancelUpdate, refreshSignal, signUpUpdate, type SubscriptionInput } from './contract.ts';
import { showDetails, showSearchable } from './operatorView.ts';

const { signUp, scheduleCancellation, bringUpToDate } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function subscription(input: SubscriptionInput): Promise<void> {
  const clock = clockOf(input.testClockId);
  let signedUp: boolean | undefined = input.signedUp;
  let checkup: Checkup | undefined;
  let lookAgain = false;
  let busy = Promise.resolve();

  /** Changes of one subscription are made one after the other, in the order they were accepted. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    await turn;
  }

  async function check(): Promise<void> {
    lookAgain = false;
    checkup = await bringUpToDate(input.subscriptionId);
    showSearchable(checkup);
    showDetails(checkup);
  }

  setHandler(signUpUpdate, (request) =>
    inTurn(async () => {
      try {
        await signUp(request);
        await check();
        signedUp = true;
      } catch (error) {
        signedUp ??= false;
        throw error;
      }
    }),
  );
  setHandler(
    cancelUpdate,
    (cancellation) =>
      inTurn(async () => {
        await scheduleCancellation(input.subscriptionId, cancellation);
        await check();
        lookAgain = true; // the main loop waits for another instant now
      }),
    {
      validator(_cancellation) {
        if (checkup?.status === 'canceled') throw alreadyCanceled();
      },
    },
  );
  setHandler(refreshSignal, () => {
    lookAgain = true;
  });

  await condition(() => signedUp !== undefined);
  if (signedUp === true) {
    for (;;) {
      await inTurn(check);
      const checkAt = checkup?.checkAt ?? null;
      if (checkAt === null) break;
      if (workflowInfo().continueAsNewSuggested) {
        await clock.finish();
        await continueAsNew<typeof subscription>({ ...input, signedUp: true });
      }
      await clock.waitUntil(checkAt, () => lookAgain);
    }
  }
  await clock.finish();
}

function alreadyCanceled(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'subscription_canceled',
    message: 'The subscription has ended. Create a new one to go on.',
    nonRetryable: true,
    details: [{ status: 409 }],
  });
}
