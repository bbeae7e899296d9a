/** The files of the pay page: its style, and the script that joins Stripe's form to ours. Neither holds anything of an invoice. */

export const payStyle = `
:root { --ink: #1a2233; --muted: #5d687b; --line: #dfe4ec; --soft: #f5f7fa; --accent: #35506b; --good: #067647; --bad: #b42318; --warn: #93370d; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink); font: 15px/1.5 Inter, "Helvetica Neue", "Segoe UI", Roboto, "Noto Sans", "Hiragino Sans", "Noto Sans CJK JP", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 600px; margin: 40px auto; padding: 40px; background: #fff; border-top: 6px solid var(--accent); border-radius: 6px; box-shadow: 0 8px 30px rgb(26 34 51 / 10%); overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; }
h2 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
p { margin: 0; }
.head { margin-bottom: 24px; }
.brand { margin-bottom: 6px; color: var(--muted); font-weight: 600; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; }
.badge { padding: 1px 9px; border: 1px solid currentcolor; border-radius: 99px; color: var(--muted); font-size: 12px; font-weight: 600; white-space: nowrap; }
.badge.test { background: #fef0c7; color: var(--warn); }
.amount { margin-bottom: 24px; font-size: 32px; font-weight: 600; line-height: 1.2; letter-spacing: -0.01em; }
.amount .caption { display: inline-block; color: var(--muted); font-size: 16px; font-weight: 400; letter-spacing: 0; }
.note { margin-bottom: 24px; padding: 14px 18px; border: 1px solid var(--line); border-inline-start: 4px solid var(--accent); border-radius: 6px; background: var(--soft); }
.note h2 { margin: 0 0 2px; font-size: 16px; }
.note.good { border-color: #abefc6; border-inline-start-color: var(--good); background: #ecfdf3; } .note.good h2 { color: var(--good); }
.note.bad { border-color: #fecdca; border-inline-start-color: var(--bad); background: #fef3f2; } .note.bad h2 { color: var(--bad); }
.note.busy { border-color: #f0c36d; border-inline-start-color: var(--warn); background: #fef6e0; } .note.busy h2 { color: var(--warn); }
section { margin-bottom: 32px; } section:last-child { margin-bottom: 0; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 8px 0; font-weight: 400; vertical-align: top; text-align: start; }
th { padding-inline-end: 24px; }
td:last-child:not(.more) { text-align: end; white-space: nowrap; }
tbody tr > * { border-top: 1px solid var(--line); }
.more { color: var(--muted); }
.sums th, .sums td { padding-block: 5px; border-top: 0; }
.sums .part > *, .sums .note > * { color: var(--muted); }
.sums tr:first-child > * { padding-top: 12px; border-top: 1px solid var(--ink); }
.sums .sum > *, .sums .result > * { color: var(--ink); font-weight: 600; }
.sums .note { margin: 0; padding: 0; border: 0; background: none; }
.detail { color: var(--muted); font-size: 13px; }
th .detail { display: block; }
.links { display: flex; flex-wrap: wrap; gap: 8px 24px; margin-top: 12px; }
a { color: var(--accent); text-underline-offset: 2px; }
fieldset { min-width: 0; margin: 0 0 20px; padding: 0; border: 0; }
legend { margin-bottom: 8px; padding: 0; font-size: 15px; font-weight: 600; }
.choice { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-height: 52px; margin-bottom: 8px; padding: 10px 16px; border: 1px solid #8792a5; border-radius: 6px; cursor: pointer; }
.choice:has(:checked) { border-color: var(--accent); background: var(--soft); box-shadow: inset 0 0 0 1px var(--accent); }
.choice > span:first-of-type { flex: 1; }
.choice.plain { min-height: 0; margin: 12px 0 0; padding: 4px 0; border: 0; background: none; box-shadow: none; }
input[type="radio"], input[type="checkbox"] { width: 18px; height: 18px; margin: 0; accent-color: var(--accent); }
.new { margin-top: 12px; }
fieldset:has(#method-new:not(:checked)) .new { display: none; }
.field { display: block; margin-bottom: 6px; font-weight: 600; }
select, input.text { width: 100%; min-height: 48px; padding: 0 12px; border: 1px solid #8792a5; border-radius: 6px; background: #fff; color: inherit; font: inherit; }
.hint { margin-top: 6px; color: var(--muted); font-size: 13px; }
.hint.error { color: var(--bad); }
.actions { display: flex; flex-direction: column; gap: 12px; }
.button { display: block; width: 100%; min-height: 52px; padding: 13px 24px; border: 1px solid var(--accent); border-radius: 6px; background: var(--accent); color: #fff; font: inherit; font-size: 16px; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover { background: #263b50; }
.button.quiet { background: #fff; color: var(--accent); }
.button.quiet:hover { background: var(--soft); }
.button[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
.note:focus-visible { outline-offset: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 640px) { main { margin: 0; padding: 24px 16px; border-radius: 0; box-shadow: none; } body { background: #fff; } }
`;

/**
 * The card is given to Stripe, in Stripe's own frame: we see its name (`pm_…`) alone. Where the bank asks, Stripe's script
 * shows it; what came of it the server asks Stripe, whatever this script says. Where Stripe's script is not there or fails,
 * that is said, and the customer can try again (docs.stripe.com/payments/finalize-payments-on-the-server).
 */
export const stripeScript = `
'use strict';
{
  const form = document.getElementById('pay');
  const card = document.getElementById('card');
  const action = document.getElementById('stripe-action');
  const error = document.getElementById('stripe-error');
  const start = (place) => Stripe(place.dataset.key, { locale: place.dataset.locale });
  const tell = (message) => { error.textContent = message || error.dataset.unavailable; };
  const offer = (button, work) => {
    let busy = false;
    return async () => {
      if (busy) return;
      busy = true;
      button.setAttribute('aria-disabled', 'true');
      error.textContent = '';
      let done = false;
      try {
        done = await work();
      } catch {
        tell();
      }
      if (done) return;
      busy = false;
      button.removeAttribute('aria-disabled');
    };
  };
  if (form && card) {
    let stripe, elements;
    try {
      stripe = start(card);
      elements = stripe.elements({ mode: 'setup', currency: card.dataset.currency, paymentMethodCreation: 'manual', paymentMethodTypes: ['card'] });
      const payment = elements.create('payment');
      payment.on('loaderror', () => tell());
      payment.mount(card);
    } catch {
      tell();
    }
    const send = offer(document.getElementById('pay-button'), async () => {
      const checked = await elements.submit();
      const made = checked.error ? checked : await stripe.createPaymentMethod({ elements });
      if (made.error) {
        tell(made.error.message);
        return false;
      }
      document.getElementById('token').value = made.paymentMethod.id;
      form.submit();
      return true;
    });
    form.addEventListener('submit', (event) => {
      if (new FormData(form).get('method') !== 'new') return;
      event.preventDefault();
      void send();
    });
  }
  if (action) {
    action.addEventListener('click', offer(action, async () => {
      const stripe = start(action);
      try {
        await stripe.handleNextAction({ clientSecret: action.dataset.secret });
      } finally {
        // Whatever it was: the server asks Stripe, and the next page says it.
        location.assign(action.dataset.return);
      }
      return true;
    }));
  }
}
`;
