/** Notices sent: each once, again where a server did not take it, and never again to an address that was refused. */
import { nextMailTry } from '../domain/mailRetry.ts';
import type { MailOutcome } from '../ports/mail/mailer.ts';
import { inTransaction } from '../store/database.ts';
import {
  completeNotification,
  markUndeliverable,
  postponeNotification,
  takePendingNotification,
  type NotificationEnd,
  type PendingNotification,
} from '../store/notificationSending.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { mailOf } from './noticeMail.ts';

/** As many as a mail server has connections with us. */
const sendersAtOnce = 5;
/** Longer than it takes to send one, however slow the server is. */
const leaseSeconds = 180;
/** It reports back after so long. */
const sliceMs = 20_000;

export function notificationActivities(deps: Dependencies) {
  return {
    /**
     * Sends what is due until nothing is left or the slice is over: true where more may be. Killed between the server's answer and the commit, it
     * sends that mail again after the lease, with the same Message-ID: SMTP knows no way to ask whether it was taken.
     */
    async sendNotifications(): Promise<boolean> {
      const until = Date.now() + sliceMs;
      return withHeartbeat(async () => {
        const senders = Array.from({ length: sendersAtOnce }, () => sendUntil(deps, until));
        return (await Promise.all(senders)).includes(true);
      });
    },
  };
}

/** One after the other; true where the time is over before there is none left. */
async function sendUntil(deps: Dependencies, until: number): Promise<boolean> {
  while (Date.now() < until) {
    const pending = await takePendingNotification(deps.pool, leaseSeconds);
    if (!pending) return false;
    await send(deps, pending);
  }
  return true;
}

async function send(deps: Dependencies, pending: PendingNotification): Promise<void> {
  const composed = await compose(deps, pending);
  if (composed === undefined) return;
  if ('skip' in composed) {
    await end(deps, pending, { status: 'skipped', reason: composed.skip, recipient: null });
    return;
  }
  if ('wait' in composed) {
    await tryLater(deps, pending, null, composed.wait);
    return;
  }
  const { mail } = composed;
  const outcome = await deps.mail.mailers.of(pending.test_clock_id).send(mail);
  await record(deps, pending, mail.to.address, outcome);
}

/** One that cannot be worded must not keep the others from being sent: it is tried again, and shows why. */
async function compose(deps: Dependencies, pending: PendingNotification) {
  try {
    return await mailOf(deps, pending);
  } catch (error) {
    deps.logger.error({ notification: pending.id, error }, 'a notice could not be worded');
    await tryLater(deps, pending, null, 'not_worded');
    return undefined;
  }
}

async function record(
  deps: Dependencies,
  pending: PendingNotification,
  recipient: string,
  outcome: MailOutcome,
): Promise<void> {
  switch (outcome.status) {
    case 'sent':
      await end(deps, pending, { status: 'sent', reason: null, recipient });
      return;
    case 'undeliverable':
      await inTransaction(deps.pool, async (tx) => {
        await markUndeliverable(tx, pending.customer_id, recipient, outcome.reason);
        await completeNotification(tx, pending.id, { status: 'bounced', reason: outcome.reason, recipient });
      });
      return;
    case 'refused':
      await end(deps, pending, { status: 'bounced', reason: outcome.reason, recipient });
      return;
    case 'later':
      deps.logger.warn({ notification: pending.id, reason: outcome.reason }, 'a mail was not taken');
      await tryLater(deps, pending, recipient, outcome.reason);
      return;
  }
}

async function tryLater(
  deps: Dependencies,
  pending: PendingNotification,
  recipient: string | null,
  reason: string,
): Promise<void> {
  const waitMs = nextMailTry(pending.tries);
  if (waitMs === null) await end(deps, pending, { status: 'failed', reason, recipient });
  else await postponeNotification(deps.pool, pending.id, reason, waitMs);
}

async function end(deps: Dependencies, { id }: PendingNotification, how: NotificationEnd): Promise<void> {
  await inTransaction(deps.pool, (tx) => completeNotification(tx, id, how));
}
