/** The mailbox of development: a list of stored mails, and one of them in a frame in which nothing runs. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import { html, when, type Html } from './html/escape.ts';
import { styleSheet } from './html/style.ts';
import { pageLocale } from './locale.ts';

export interface ListedMail {
  readonly id: bigint;
  readonly livemode: boolean;
  readonly recipient: string;
  readonly subject: string;
  readonly created: Instant;
}

export interface ShownMail extends ListedMail {
  readonly sender: string;
  readonly text: string;
  readonly attachments: readonly { readonly name: string }[];
}

export function mailListPage(mails: readonly ListedMail[]): string {
  const rows = mails.map(
    ({ id, livemode, recipient, subject, created }) =>
      html`<tr>
        <th scope="row">
          <a href="/dev/mail/${String(id)}"><bdi>${subject}</bdi></a> ${testBadge(livemode)}
        </th>
        <td><bdi>${recipient}</bdi></td>
        <td class="figure">${formatInstant(created)}</td>
      </tr>`,
  );
  return page(
    'Mail',
    html`<p>No mail server is configured (<code>SMTP_URL</code>): nothing of this was sent.</p>
      ${when(
        mails.length === 0,
        () =>
          html`<p class="memo">
            There is no mail yet. Send an invoice: <code>POST /v1/invoices/{id}/send</code>.
          </p>`,
      )}
      ${when(
        mails.length > 0,
        () =>
          html`<table class="lines">
            <thead>
              <tr>
                <th scope="col">Subject</th>
                <th scope="col">To</th>
                <th scope="col">Stored</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`,
      )}`,
  );
}

export function mailPage({
  id,
  livemode,
  sender,
  recipient,
  subject,
  text,
  attachments,
  created,
}: ShownMail): string {
  const path = `/dev/mail/${String(id)}`;
  const files = attachments.map(
    ({ name }, index) => html`<a href="${path}/attachments/${String(index)}">${name}</a>`,
  );
  return page(
    subject,
    html`<p><a href="/dev/mail">All mail</a> ${testBadge(livemode)}</p>
      <dl class="facts">
        <dt>From</dt>
        <dd><bdi>${sender}</bdi></dd>
        <dt>To</dt>
        <dd><bdi>${recipient}</bdi></dd>
        <dt>Stored</dt>
        <dd>${formatInstant(created)}</dd>
        ${when(
          files.length > 0,
          () =>
            html`<dt>Attached</dt>
              <dd>${files}</dd>`,
        )}
      </dl>
      <iframe
        title="The mail as a page"
        src="${path}/html"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        style="width: 100%; height: 640px; border: 1px solid #dfe4ec; border-radius: 6px"
      ></iframe>
      <h2 style="margin-top: 24px">Text</h2>
      <pre style="white-space: pre-wrap; font: 13px/1.5 monospace">${text}</pre>`,
  );
}

function testBadge(livemode: boolean): Html {
  return when(!livemode, () => html`<span class="badge test">Test clock</span>`);
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ markup: styleSheet(pageLocale('en')) }}
        </style>
      </head>
      <body>
        <main>
          <header class="head">
            <h1><bdi>${title}</bdi></h1>
          </header>
          ${content}
        </main>
      </body>
    </html> `.markup;
}
