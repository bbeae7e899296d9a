/** The page on which a customer answers its bank's questions: it approves or declines, and goes back where it came from. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { formatAmount, type Amount } from '../domain/money.ts';
import { answerAction } from './chargeEnds.ts';
import { findCharge, type Charge } from './charges.ts';
import { checked, type SandboxAnswer } from './exchange.ts';
import { escapeHtml, htmlPage } from './html.ts';

const answers = z.object({ answer: z.enum(['approve', 'decline']) });
/** Nothing but pages: no script may stand where the customer is sent. */
const returnUrl = z.url({ protocol: /^https?$/ });

export async function showAction(pool: Pool, id: string, query: URLSearchParams): Promise<SandboxAnswer> {
  const charge = await findCharge(pool, id);
  return charge ? pageOf(charge, backTo(query)) : missing();
}

/** An answer that comes twice, or too late, changes nothing: the customer sees how the payment stands. */
export async function takeAnswer(
  pool: Pool,
  id: string,
  query: URLSearchParams,
  body: string,
  tells: boolean,
): Promise<SandboxAnswer> {
  const { answer } = checked(answers, Object.fromEntries(new URLSearchParams(body)));
  const back = backTo(query);
  const charge = await answerAction(pool, id, answer === 'approve', tells);
  if (!charge) return missing();
  if (back === null) return pageOf(charge, null);
  return { status: 303, headers: { location: back, 'cache-control': 'no-store' }, body: '' };
}

function backTo(query: URLSearchParams): string | null {
  const given = query.get('return_url');
  return given === null ? null : checked(returnUrl, given);
}

const missing = () => htmlPage(404, 'No such payment', '<p>There is no such payment: check the address.</p>');

const endings = {
  processing: 'Your bank works on it',
  succeeded: 'Paid',
  failed: 'Not paid',
  canceled: 'Not asked for any more',
} as const;

function pageOf({ id, status, amount, currency }: Charge, back: string | null): SandboxAnswer {
  const money = escapeHtml(formatAmount(BigInt(amount) as Amount, currency));
  if (status !== 'requires_action') {
    const link = back === null ? '' : `\n    <p><a href="${escapeHtml(back)}">Go back</a></p>`;
    return htmlPage(200, endings[status], `<p role="status">${money}: ${endings[status]}.</p>${link}`);
  }
  return htmlPage(
    200,
    'Approve a payment',
    `<p>Your bank asks whether you approve this payment of <strong>${money}</strong>.</p>
    <p class="reference">${escapeHtml(id)}</p>
    <form method="post">
      <button name="answer" value="approve">Approve</button>
      <button name="answer" value="decline" class="other">Decline</button>
    </form>`,
  );
}
