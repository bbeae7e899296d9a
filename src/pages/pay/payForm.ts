/** The form of the pay page: a saved method or a new one. */
import { cardExpiry, cardName } from '../cardName.ts';
import { html, when, type Html } from '../html/escape.ts';
import { fill } from '../labels.ts';
import type { PageLocale } from '../locale.ts';
import { plainLine } from '../plainText.ts';
import type { PayLabels } from './labels.ts';
import type { NewMethodForm, PayForm, PayMethod } from './payPage.ts';
import { stripeError, stripeLocale } from './stripe.ts';

export function payForm(
  path: string,
  { formId, methods, newMethod }: PayForm,
  words: PayLabels,
  locale: PageLocale,
  amount: string,
  failed: boolean,
): Html {
  const chosen = methods.find(({ isDefault }) => isDefault) ?? methods[0];
  const saved = methods.map((method) => methodChoice(method, method === chosen, words));
  return html`<form
    method="post"
    action="${path}"
    id="pay"
    ${failed ? html` aria-describedby="failure"` : []}
  >
    <input type="hidden" name="form" value="${formId}" />
    <fieldset>
      <legend>${words.payWith}</legend>
      ${saved}
      ${
        chosen === undefined
          ? html`<input type="hidden" name="method" value="new" />`
          : html`<label class="choice">
              <input type="radio" name="method" value="new" id="method-new" />
              <span>${words.anotherCard}</span>
            </label>`
      }
      <div class="new">
        ${newMethodFields(newMethod, words, locale)}
        <label class="choice plain">
          <input type="checkbox" name="default" value="yes" />
          <span>${words.makeDefault}</span>
        </label>
      </div>
    </fieldset>
    <p class="actions"><button class="button" id="pay-button">${fill(words.pay, { amount })}</button></p>
  </form>`;
}

function methodChoice({ id, type, card, isDefault }: PayMethod, checked: boolean, words: PayLabels): Html {
  const expiry =
    card?.expMonth == null || card.expYear === null
      ? ''
      : fill(words.expires, { expiry: cardExpiry(card.expMonth, card.expYear) });
  return html`<label class="choice">
    <input type="radio" name="method" value="${id}" ${checked ? html` checked` : []} />
    <span
      ><bdi>${card === null ? plainLine(type) : cardName(card)}</bdi>
      <span class="detail">${expiry}</span></span
    >
    ${when(isDefault, () => html`<span class="badge">${words.defaultMethod}</span>`)}
  </label>`;
}

function newMethodFields(form: NewMethodForm, words: PayLabels, locale: PageLocale): Html {
  if (form.kind === 'sandbox') {
    const options = form.tokens.map(
      ({ token, ...card }) => html`<option value="${token}">${token} · ${cardName(card)}</option>`,
    );
    return html`<label class="field" for="token">${words.testCard}</label>
      <select id="token" name="token" aria-describedby="token-hint">
        ${options}
      </select>
      <p class="hint" id="token-hint">${words.testCardHint}</p>`;
  }
  return html`<p class="field" id="card-label">${words.card}</p>
    <div
      id="card"
      role="group"
      aria-labelledby="card-label"
      data-key="${form.publishableKey}"
      data-currency="${form.currency.toLowerCase()}"
      data-locale="${stripeLocale(locale)}"
    ></div>
    ${stripeError(words)}
    <input type="hidden" name="token" id="token" />`;
}
