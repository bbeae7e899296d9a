/** What somebody sees who opens the sandbox's address: its test methods, and how to make it fail. */
import { testMethods, type Approved, type TestMethod } from './cards.ts';
import type { SandboxAnswer } from './exchange.ts';
import { escapeHtml, htmlPage } from './html.ts';

export function showIndex(): SandboxAnswer {
  const rows = [...testMethods, ...named].map(
    ([token, says]) =>
      `<tr><th scope="row"><code>${escapeHtml(token)}</code></th><td>${escapeHtml(typeof says === 'string' ? says : describe(says))}</td></tr>`,
  );
  const controls = requests.map(
    ([request, does]) =>
      `<tr><th scope="row"><code>${escapeHtml(request)}</code></th><td>${escapeHtml(does)}</td></tr>`,
  );
  return htmlPage(
    200,
    'Sandbox payments',
    `<p>A payment provider in miniature. No money moves.</p>
    <h2>Test methods</h2>
    <table><thead><tr><th scope="col">Token</th><th scope="col">A charge to it</th></tr></thead>
    <tbody>${rows.join('\n    ')}</tbody></table>
    <h2>Make it act, or fail</h2>
    <table><thead><tr><th scope="col">Request</th><th scope="col">What it does</th></tr></thead>
    <tbody>${controls.join('\n    ')}</tbody></table>`,
  );
}

const named: readonly (readonly [string, string])[] = [
  ['pm_sandbox_declined:do_not_honor', 'declines with the code that its name says'],
  ['pm_sandbox_declined:do_not_honor:do_not_try_again', 'the same, with what the bank advises'],
  ['pm_sandbox_expires:2026-03', 'succeeds; the card expires at the end of that month'],
];

const requests: readonly (readonly [string, string])[] = [
  ['POST /control/settle', 'every bank tells now how its debits and refunds went'],
  ['POST /control/charges/{id}/answer {"approved":true}', 'answers for the customer whom the bank asks'],
  ['POST /control/charges/{id}/dispute {"reason":"fraudulent"}', 'disputes a charge'],
  ['POST /control/disputes/{id}/close {"status":"won"}', 'decides a dispute'],
  ['POST /control/faults {"kind":"delay","delay_ms":3000}', 'is slow'],
  [
    'POST /control/faults {"kind":"status","status":429,"retry_after_seconds":30}',
    'answers so, and does nothing',
  ],
  [
    'POST /control/faults {"kind":"take_and_drop","match":"/charges","times":1}',
    'takes the money and drops the connection',
  ],
  [
    'POST /control/faults {"kind":"drop","fraction":0.3,"seed":"a"}',
    'drops three in ten, the same each time',
  ],
  ['POST /control/faults {"kind":"never","fraction":0.3}', 'loses webhooks; also twice, late and shuffled'],
  ['DELETE /control/faults', 'works again'],
  ['GET /control/events', 'what happened, and what became of its webhook'],
];

function describe({ outcome, refusal, refundFailure, slowRefund, disputes }: TestMethod): string {
  if (refusal !== undefined) return `none: it cannot be attached (${refusal})`;
  const charge =
    typeof outcome === 'object' && 'asks' in outcome
      ? `asks the customer, then ${ending(outcome.asks)}`
      : typeof outcome === 'object' && 'settles' in outcome
        ? `is under way, then ${ending(outcome.settles)}`
        : ending(outcome);
  if (refundFailure !== undefined) return `${charge}; a refund fails: ${refundFailure}`;
  if (slowRefund === true) return `${charge}; a refund takes its time`;
  return disputes === undefined ? charge : `${charge}, and is disputed: ${disputes}`;
}

function ending(outcome: Approved): string {
  return outcome === 'succeeded' ? 'succeeds' : `declines: ${outcome.decline}`;
}
