/** The pay page: what is due, for what, and a form that works without a script. */
import { html, when, type Html } from '../html/escape.ts';
import { fill } from '../labels.ts';
import { pageLocale, type PageLocale } from '../locale.ts';
import { plainLine } from '../plainText.ts';
import { sheetOf, type Sheet } from '../sheet.ts';
import { payLabelsOf, type Message, type PayLabels } from './labels.ts';
import { payForm } from './payForm.ts';
import type { ClosedPayPage, InvoicePayPage, PayAction, PayPage, PayState } from './payPage.ts';
import { stripeError, stripeLocale } from './stripe.ts';

/** Lines at most: the invoice itself has them all. */
const shownLines = 8;

export function renderPayPage(page: PayPage): string {
  return page.kind === 'invoice' ? invoicePage(page) : closedPage(page);
}

function invoicePage(page: InvoicePayPage): string {
  const sheet = sheetOf(page.document);
  const words = payLabelsOf(sheet.locale.language);
  const { state } = page;
  const number = plainLine(page.document.number ?? '');
  const isPayable = state.kind === 'open' || state.kind === 'action';
  const title = isPayable ? fill(words.title, { number }) : `${sheet.heading} ${number}`;
  const message = messageOf(state, words, sheet);
  const failed = state.kind === 'open' && state.failure !== null;
  const said = failed ? words.failed : message?.heading;
  return layout(
    sheet.locale,
    [...(said === undefined ? [] : [said]), title, sheet.seller.name].join(' · '),
    html`<header class="head">
        <p class="brand"><bdi>${sheet.seller.name}</bdi></p>
        <div class="title">
          <h1>${title}</h1>
          ${when(sheet.mark.test !== null, () => html`<span class="badge test">${sheet.mark.test?.text ?? ''}</span>`)}
        </div>
      </header>
      ${when(failed, () => failureNote(state, words))} ${message === null ? [] : messageBox(message, state)}
      ${when(state.kind !== 'void', () => headline(sheet))}
      ${when(page.showsInvoice, () => summary(page, sheet, words))} ${actions(page, words, sheet)}`,
    scriptOf(state),
  );
}

function messageOf(
  state: PayState,
  words: PayLabels,
  { headline: { amount }, seller }: Sheet,
): Message | null {
  switch (state.kind) {
    case 'open':
      return null;
    case 'action':
      return { ...words.action, text: fill(words.action.text, { amount }) };
    case 'closed':
      return { ...words.closed, text: fill(words.closed.text, { seller: seller.name }) };
    case 'paid':
    case 'void':
    case 'processing':
      return words[state.kind];
  }
}

/** It takes the focus, so that it is read out first. */
function failureNote(state: PayState, words: PayLabels): Html {
  const reason = state.kind === 'open' ? state.failure : null;
  return when(
    reason !== null,
    () =>
      html`<div class="note bad" role="alert" tabindex="-1" autofocus id="failure">
        <h2>${words.failed}</h2>
        <p>${words.reasons[reason ?? 'declined']}</p>
      </div>`,
  );
}

function messageBox({ heading, text }: Message, { kind }: PayState): Html {
  const tone = kind === 'paid' ? 'good' : kind === 'void' || kind === 'closed' ? 'plain' : 'busy';
  return html`<div class="note ${tone}" role="status">
    <h2>${heading}</h2>
    <p>${text}</p>
  </div>`;
}

function headline({ headline: { amount, caption } }: Sheet): Html {
  return html`<p class="amount"><span>${amount}</span> <span class="caption">${caption}</span></p>`;
}

function summary({ path, document }: InvoicePayPage, { table, totals }: Sheet, words: PayLabels): Html {
  const rows = table.rows.slice(0, shownLines).map(
    ({ description, details, figures }) =>
      html`<tr>
        <th scope="row">
          <bdi>${description}</bdi>${details.map((detail) => html`<bdi class="detail">${detail}</bdi>`)}
        </th>
        <td>${figures.at(-1) ?? ''}</td>
      </tr>`,
  );
  const more = document.lines.length - rows.length;
  const sums = totals.map(
    ({ label, amount, weight }) =>
      html`<tr class="${weight}">
        <th scope="row"><bdi>${label}</bdi></th>
        <td>${amount}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="summary">
    <h2 id="summary">${words.summary}</h2>
    <table>
      <caption class="hidden">
        ${words.summary}
      </caption>
      <tbody>
        ${rows}
        ${when(
          more > 0,
          () =>
            html`<tr>
              <td colspan="2" class="more">${fill(words.moreLines, { count: String(more) })}</td>
            </tr>`,
        )}
      </tbody>
      <tbody class="sums">
        ${sums}
      </tbody>
    </table>
    <p class="links">
      <a href="${path}/invoice.html" target="_blank" rel="noopener">${words.viewInvoice}</a>
      <a href="${path}/invoice.pdf">${words.downloadPdf}</a>
    </p>
  </section>`;
}

function actions({ path, state }: InvoicePayPage, words: PayLabels, sheet: Sheet): Html {
  switch (state.kind) {
    case 'open':
      return payForm(path, state.form, words, sheet.locale, sheet.headline.amount, state.failure !== null);
    case 'processing':
      return html`<p class="actions"><a class="button" href="${state.checkUrl}">${words.checkAgain}</a></p>`;
    case 'action':
      return html`<p class="actions">
          ${actionButton(state.action, words, sheet.locale)}
          <a class="button quiet" href="${state.otherUrl}">${words.otherWay}</a>
        </p>
        ${when(state.action.kind === 'stripe', () => stripeError(words))}`;
    case 'paid':
    case 'void':
    case 'closed':
      return { markup: '' };
  }
}

function actionButton(action: PayAction, words: PayLabels, locale: PageLocale): Html {
  if (action.kind === 'link') return html`<a class="button" href="${action.url}">${words.continueToBank}</a>`;
  return html`<button
    type="button"
    class="button"
    id="stripe-action"
    data-key="${action.publishableKey}"
    data-secret="${action.clientSecret}"
    data-return="${action.returnUrl}"
    data-locale="${stripeLocale(locale)}"
  >
    ${words.continueToBank}
  </button>`;
}

function scriptOf(state: PayState): Html {
  const needed =
    (state.kind === 'action' && state.action.kind === 'stripe') ||
    (state.kind === 'open' && state.form.newMethod.kind === 'stripe');
  return when(
    needed,
    () =>
      html`<script src="https://js.stripe.com/v3/"></script>
        <script src="/pay/assets/stripe.js" defer></script>`,
  );
}

function closedPage({ kind, locale: tag, seller }: ClosedPayPage): string {
  const locale = pageLocale(tag);
  const words = payLabelsOf(locale.language);
  const { heading, text } = words[kind];
  const name = seller === null ? '' : plainLine(seller);
  return layout(
    locale,
    heading,
    html`<header class="head">
        ${when(name !== '', () => html`<p class="brand"><bdi>${name}</bdi></p>`)}
        <div class="title"><h1>${heading}</h1></div>
      </header>
      <p>${kind === 'expired' ? fill(text, { seller: name }) : text}</p>`,
    { markup: '' },
  );
}

function layout(locale: PageLocale, title: string, content: Html, scripts: Html): string {
  return html`<!doctype html>
    <html lang="${locale.tag}" dir="${locale.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/pay/assets/pay.css" />
        ${scripts}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.markup;
}
