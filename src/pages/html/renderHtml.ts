/** A document as one self-contained page: no script, no request, the same text for the same document. */
import type { BillingDocument } from '../billingDocument.ts';
import type { PartyBlock } from '../facts.ts';
import { sheetOf, type Sheet } from '../sheet.ts';
import { html, when, type Html } from './escape.ts';
import { lineTable, totalsTable } from './lineTable.ts';
import { styleSheet } from './style.ts';
import { usageChart } from './usageChart.ts';

/** Throws a `BillingError` 400 for a currency that there is not. */
export function renderHtml(document: BillingDocument): string {
  const sheet = sheetOf(document);
  const { locale } = sheet;
  return html`<!doctype html>
    <html lang="${locale.tag}" dir="${locale.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${sheet.title}</title>
        <style>
          ${{ markup: styleSheet(locale) }}
        </style>
      </head>
      <body>
        <main>
          ${head(sheet)} ${facts(sheet)}
          <div class="parties">${party(sheet.seller, 'seller')} ${party(sheet.customer, 'customer')}</div>
          <p class="headline">
            <span>${sheet.headline.amount}</span> <span class="caption">${sheet.headline.caption}</span>
          </p>
          ${when(sheet.memo.length > 0, () => html`<p class="memo"><bdi>${sheet.memo.join('\n')}</bdi></p>`)}
          ${lineTable(sheet.table, sheet.title)} ${totalsTable(sheet.totals, sheet.totalsCaption)}
          ${notes(sheet)} ${usage(sheet)}
          ${when(
            sheet.footer.length > 0,
            () => html`<footer>${sheet.footer.map((line) => html`<p><bdi>${line}</bdi></p>`)}</footer>`,
          )}
        </main>
      </body>
    </html> `.markup;
}

function head({ heading, mark, seller }: Sheet): Html {
  const { status, across, test } = mark;
  return html`${when(across !== '', () => html`<div class="across" aria-hidden="true">${across}</div>`)}
    <header class="head">
      <div class="title">
        <h1>${heading}</h1>
        <span class="badge ${status.tone}">${status.text}</span>${
          test === null ? [] : html`<span class="badge test">${test.text}</span>`
        }
      </div>
      <p class="brand"><bdi>${seller.name}</bdi></p>
    </header>
    ${test === null ? [] : html`<p class="notice" role="note">${test.notice}</p>`}`;
}

function facts(sheet: Sheet): Html {
  const rows = sheet.facts.map(
    ({ label, value }) =>
      html`<dt><bdi>${label}</bdi></dt>
        <dd><bdi>${value}</bdi></dd>`,
  );
  return html`<dl class="facts">${rows}</dl>`;
}

function party({ label, name, lines }: PartyBlock, id: string): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${label}</h2>
    <p class="name"><bdi>${name}</bdi></p>
    ${lines.map((line) => html`<p><bdi>${line}</bdi></p>`)}
  </section>`;
}

function notes({ notes: { heading, lines } }: Sheet): Html {
  return when(
    lines.length > 0,
    () =>
      html`<section class="notes" aria-labelledby="notes">
        <h2 id="notes">${heading}</h2>
        ${lines.map((line) => html`<p><bdi>${line}</bdi></p>`)}
      </section>`,
  );
}

function usage({ usage: { heading, blocks } }: Sheet): Html {
  const meters = blocks.map(
    (block, index) =>
      html`<div class="meter">
        <div class="line">
          <h3><bdi>${block.name}</bdi></h3>
          <span>${block.total}</span>
        </div>
        ${usageChart(block, `usage-${String(index)}`)}
      </div>`,
  );
  return when(
    blocks.length > 0,
    () =>
      html`<section aria-labelledby="usage">
        <h2 id="usage">${heading}</h2>
        <div class="meters">${meters}</div>
      </section>`,
  );
}
