/** The page on which a customer answers its bank's questions: it approves or declines, and goes back where it came from. */
import type { Pool } from 'pg';
import { formatAmount, type Amount } from '../domain/money.ts';
import { answerAction } from './chargeEnds.ts';
import { findCharge, type Charge } from './charges.ts';
import { checked, type SandboxAnswer } from './exchange.ts';
import { z } from 'zod';

const answers = z.object({ answer: z.enum(['approve', 'decline']) });
/** Nothing but pages: no script may stand where the customer is sent. */
const returnUrl = z.url({ protocol: /^https?$/ });

export async function showAction(pool: Pool, id: string, query: URLSearchParams): Promise<SandboxAnswer> {
  const charge = await findCharge(pool, id);
  return charge ? page(200, pageOf(charge, backTo(query))) : missing();
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
  if (back === null) return page(200, pageOf(charge, null));
  return { status: 303, headers: { location: back, 'cache-control': 'no-store' }, body: '' };
}

function backTo(query: URLSearchParams): string | null {
  const given = query.get('return_url');
  return given === null ? null : checked(returnUrl, given);
}

const missing = () =>
  page(404, layout('No such payment', '<p>There is no such payment: check the address.</p>'));

function page(status: number, body: string): SandboxAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

function pageOf({ id, status, amount, currency }: Charge, back: string | null): string {
  const money = escape(formatAmount(BigInt(amount) as Amount, currency));
  if (status === 'requires_action') {
    return layout(
      'Approve a payment',
      `<p>Your bank asks whether you approve this payment of <strong>${money}</strong>.</p>
    <p class="reference">${escape(id)}</p>
    <form method="post">
      <button name="answer" value="approve">Approve</button>
      <button name="answer" value="decline" class="other">Decline</button>
    </form>`,
    );
  }
  const link = back === null ? '' : `\n    <p><a href="${escape(back)}">Go back</a></p>`;
  return layout(endings[status], `<p role="status">${money}: ${escape(endings[status])}.</p>${link}`);
}

const endings = {
  processing: 'Your bank works on it',
  succeeded: 'Paid',
  failed: 'Not paid',
  canceled: 'Not asked for any more',
} as const;

function layout(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escape(title)}: sandbox bank</title>
    <style>
      body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 10vh auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
      button { font: inherit; min-height: 2.75rem; padding: 0 1.5rem; border: 2px solid #1d4ed8; border-radius: 0.375rem; background: #1d4ed8; color: #fff; cursor: pointer }
      button.other { background: #fff; color: #1d4ed8 }
      button:focus-visible, a:focus-visible { outline: 3px solid #b45309; outline-offset: 2px }
      .reference { color: #595959; overflow-wrap: anywhere }
    </style>
  </head>
  <body>
  <main>
    <h1>${escape(title)}</h1>
    ${content}
  </main>
  </body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
