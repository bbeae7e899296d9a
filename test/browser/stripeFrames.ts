/** What Stripe shows in frames of its own: the card's details, and the bank's question. They answer the page by messages. */

const frame = (title: string, body: string, script: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><main>${body}</main><script>'use strict';
const answer = (event, answered) => event.source.postMessage({ id: event.data.id, answer: answered }, event.origin);
${script}</script></body></html>`;

export const cardFrame = frame(
  'Secure payment input frame',
  `<label>Card number <input id="number" autocomplete="cc-number"></label>
   <label>Expiration date <input id="expiry" autocomplete="cc-exp"></label>
   <label>Security code <input id="cvc" autocomplete="cc-csc"></label>`,
  `const value = (id) => document.getElementById(id).value.replace(/\\s/g, '');
addEventListener('message', async (event) => {
  if (event.data.ask === 'check') {
    const missing = [['number', /^\\d{16}$/], ['expiry', /^\\d\\d\\/\\d\\d$/], ['cvc', /^\\d{3}$/]].find(([id, form]) => !form.test(value(id)));
    if (!missing) return answer(event, { selectedPaymentMethod: 'card' });
    return answer(event, { error: { type: 'validation_error', code: 'incomplete_' + missing[0], message: 'Your card’s ' + missing[0] + ' is incomplete.' } });
  }
  const body = new URLSearchParams({ type: 'card', 'card[number]': value('number'), key: event.data.key });
  const made = await (await fetch('https://api.stripe.com/v1/payment_methods', { method: 'POST', body })).json();
  answer(event, made.error ? { error: made.error } : { paymentMethod: made });
});`,
);

export const challengeFrame = frame(
  '3D Secure',
  `<p>3D Secure test page</p><button id="true">Complete</button> <button id="false">Fail</button>`,
  `addEventListener('message', (event) => {
  for (const button of document.querySelectorAll('button')) button.onclick = async () => {
    const intent = new URLSearchParams(location.search).get('intent');
    await fetch('/3d_secure_2/answer?' + new URLSearchParams({ intent, approved: button.id }));
    answer(event, { approved: button.id === 'true' });
  };
});`,
);
