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
import type { SubscriptionId } from '../domain/ids.ts';
import { clockOf } from './clock.ts';
import { goesOnAsNew, refreshSignal } from './contract/longLived.ts';
import {
  cancelUpdate,
  changeUpdate,
  pauseSubscriptionUpdate,
  resumeSubscriptionUpdate,
  signUpUpdate,
  type Cancellation,
  type ChangeRequest,
  type Pause,
  type Resumption,
  type SubscriptionInput,
} from './contract/subscription.ts';
import { showDetails, showSearchable } from './operatorView.ts';

const {
  signUp,
  changeSubscription,
  cancelSubscription,
  pauseSubscription,
  resumeSubscription,
  bringUpToDate,
} = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function subscription(input: SubscriptionInput): Promise<void> {
  const clock = clockOf(input.testClockId);
  let signedUp: boolean | undefined = input.signedUp;
  let checkup: Checkup | undefined;
  let lookAgain = false;
  /** Goes on as new when what it has accepted is done: what else it is asked for meanwhile would put that off for ever. */
  let leaving = false;
  let busy = Promise.resolve();

  /** Changes of one subscription are made one after the other, in the order they were accepted. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    await turn;
  }

  async function check(): Promise<void> {
    lookAgain = false;
    const before = checkup;
    checkup = await bringUpToDate(input.subscriptionId);
    if (before?.status !== checkup.status || before.planCode !== checkup.planCode) showSearchable(checkup);
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

  /** What is asked of it is noted, and done where it is due by now. */
  const carryingOut =
    <Request>(carryOut: (id: SubscriptionId, request: Request) => Promise<void>) =>
    (request: Request): Promise<void> =>
      inTurn(async () => {
        await carryOut(input.subscriptionId, request);
        await check();
      });
  /**
   * What cannot be is refused before it leaves a trace, as far as that is for ever: how it stands otherwise may have
   * changed since this workflow looked.
   */
  const refusing = <Request>() => ({
    validator(_request: Request): void {
      if (leaving) throw ApplicationFailure.retryable(goingOn, goesOnAsNew);
      if (checkup?.status === 'canceled') throw hasEnded();
    },
  });
  setHandler(changeUpdate, carryingOut(changeSubscription), refusing<ChangeRequest>());
  setHandler(cancelUpdate, carryingOut(cancelSubscription), refusing<Cancellation>());
  setHandler(pauseSubscriptionUpdate, carryingOut(pauseSubscription), refusing<Pause>());
  setHandler(resumeSubscriptionUpdate, carryingOut(resumeSubscription), refusing<Resumption>());
  setHandler(refreshSignal, () => {
    lookAgain = true;
  });

  /** Looks whenever something is due, until it has ended. */
  async function live(): Promise<void> {
    if (!checkup) await inTurn(check);
    for (;;) {
      const seen = checkup;
      if (seen?.over !== false) return;
      if (workflowInfo().continueAsNewSuggested) {
        leaving = true;
        await clock.finish();
        await continueAsNew<typeof subscription>({ ...input, signedUp: true });
      }
      await clock.waitUntil(
        seen.checkAt,
        () => lookAgain || checkup !== seen || workflowInfo().continueAsNewSuggested,
      );
      // Who has carried something out has looked already; what goes on as new looks first of all.
      if (!workflowInfo().continueAsNewSuggested && (lookAgain || checkup === seen)) await inTurn(check);
    }
  }

  await condition(() => signedUp !== undefined);
  if (signedUp === true) await live();
  await clock.finish();
}

const goingOn = 'The workflow is about to go on as a new one. Ask again in a moment.';

function hasEnded(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'subscription_canceled',
    message: 'The subscription has ended. Create a new one to go on.',
    nonRetryable: true,
    details: [{ status: 409 }],
  });
}
