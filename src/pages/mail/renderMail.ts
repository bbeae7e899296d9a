/** A notice as a mail: a subject, a text, and a page in which mail readers find nothing to fetch or to run. */
import type { NotificationKind } from '../../domain/notification.ts';
import { cardExpiry, cardName } from '../cardName.ts';
import { formatsOf, type Formats } from '../formats.ts';
import { html, when, type Html } from '../html/escape.ts';
import { fill, labelsOf, type Labels } from '../labels.ts';
import { pageLocale, type PageLocale } from '../locale.ts';
import { plainLine } from '../plainText.ts';
import { mailLabelsOf, type MailLabels } from './labels.ts';
import type { Notice } from './notice.ts';

export interface RenderedMail {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Wording {
  readonly notice: Notice;
  readonly locale: PageLocale;
  readonly labels: Labels;
  readonly words: MailLabels;
  readonly formats: Formats;
  readonly values: Readonly<Record<string, string>>;
}

interface Letter {
  readonly subject: string;
  readonly greeting: string;
  readonly testNotice: string | null;
  readonly paragraphs: readonly string[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly button: { readonly label: string; readonly url: string } | null;
  readonly below: readonly string[];
  readonly regards: string;
  readonly seller: string;
}

/** Throws a `TypeError` where a notice lacks what its kind tells of: an invoice, a card, or an invitation. */
export function renderMail(notice: Notice): RenderedMail {
  const wording = wordingOf(notice);
  const letter = letterOf(wording);
  return { subject: letter.subject, text: textOf(letter), html: htmlOf(letter, wording.locale) };
}

function wordingOf(notice: Notice): Wording {
  const { invoice, card, invitation } = notice;
  const locale = pageLocale(notice.locale);
  const formats = formatsOf(locale.tag, notice.timezone, invoice?.currency ?? 'USD');
  return {
    notice,
    locale,
    formats,
    labels: labelsOf(locale.language),
    words: mailLabelsOf(locale.language),
    values: {
      name: plainLine(notice.customer),
      seller: plainLine(notice.seller),
      ...(invoice && {
        number: plainLine(invoice.number),
        amount: formats.amount(invoice.amountRemaining),
        ...(invoice.dueAt !== null && { date: formats.date(invoice.dueAt) }),
      }),
      ...(invitation && { organization: plainLine(invitation.organization) }),
      ...(card && { card: cardName(card), expiry: cardExpiry(card.expMonth, card.expYear) }),
    },
  };
}

function letterOf(wording: Wording): Letter {
  const { notice, words, labels, formats, values } = wording;
  const { invoice, payLink, invitation } = notice;
  const isSettled = notice.kind === 'invoice_sent' && invoice?.amountRemaining === 0n;
  const { subject, lead } = isSettled ? words.settled : words.kinds[notice.kind];
  const testMark = notice.test ? `[${labels.test}] ` : '';
  return {
    subject: plainLine(`${testMark}${fill(subject, values)}`),
    greeting: fill(words.greeting, values),
    testNotice: notice.test ? labels.testNotice : null,
    paragraphs: [fill(lead, values), ...retryOf(wording), ...(notice.hasAttachment ? [words.attached] : [])],
    facts: factsOf(wording),
    button: invitation
      ? { label: words.accept, url: invitation.url }
      : payLink && { label: buttonOf(notice, words), url: payLink.url },
    below: [
      ...(payLink ? [fill(words.validUntil, { date: formats.date(payLink.expiresAt) })] : []),
      ...(invitation ? [fill(words.acceptUntil, { date: formats.date(invitation.expiresAt) })] : []),
      ...(notice.answerable ? [words.questions] : []),
    ],
    regards: words.regards,
    seller: values['seller'] ?? '',
  };
}

function retryOf({ notice, words, formats }: Wording): string[] {
  if (notice.kind !== 'payment_failed') return [];
  const { retryAt } = notice;
  return [retryAt === null ? words.noRetry : fill(words.retry, { date: formats.date(retryAt) })];
}

function buttonOf({ kind, invoice }: Notice, words: MailLabels): string {
  if (invoice?.amountRemaining === 0n) return words.view;
  return kind === 'payment_action_required' ? words.confirm : words.pay;
}

const received: ReadonlySet<NotificationKind> = new Set(['payment_succeeded']);

function factsOf({ notice: { kind, invoice }, labels, formats }: Wording): Letter['facts'] {
  if (invoice === null) return [];
  const { number, amountPaid, amountRemaining, dueAt } = invoice;
  const paid = received.has(kind);
  return [
    [labels.invoiceNumber, plainLine(number)],
    ...(paid ? [[labels.amountPaid, formats.amount(amountPaid)] as const] : []),
    ...(paid && amountRemaining === 0n
      ? []
      : [[paid ? labels.amountRemaining : labels.amountDue, formats.amount(amountRemaining)] as const]),
    ...(dueAt === null || paid ? [] : [[labels.dueAt, formats.date(dueAt)] as const]),
  ];
}

function textOf(letter: Letter): string {
  const facts = letter.facts.map(([label, value]) => `${label}: ${value}`).join('\n');
  const button = letter.button === null ? '' : `${letter.button.label}:\n${letter.button.url}`;
  return [
    letter.testNotice ?? '',
    letter.greeting,
    ...letter.paragraphs,
    facts,
    button,
    ...letter.below,
    `${letter.regards}\n${letter.seller}`,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

const font =
  "font-family: Inter, 'Helvetica Neue', 'Segoe UI', Roboto, 'Noto Sans', 'Hiragino Sans', Arial, sans-serif";
const ink = 'color: #1a2233';
const muted = 'color: #5d687b';

/** Mail readers know tables and styles on elements, and little else. */
function htmlOf(letter: Letter, locale: PageLocale): string {
  const { button, testNotice } = letter;
  return html`<!doctype html>
    <html lang="${locale.tag}" dir="${locale.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light" />
        <title>${letter.subject}</title>
      </head>
      <body
        style="margin: 0; padding: 24px 12px; background: #eef1f5; ${font}; font-size: 15px; line-height: 1.5; ${ink}"
      >
        <table
          role="presentation"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          style="max-width: 560px; margin: 0 auto; border-collapse: separate; background: #ffffff; border-top: 6px solid #35506b; border-radius: 6px"
        >
          <tr>
            <td style="padding: 32px">
              <p style="margin: 0 0 24px; font-size: 16px; font-weight: 600"><bdi>${letter.seller}</bdi></p>
              ${when(
                testNotice !== null,
                () =>
                  html`<p
                    style="margin: 0 0 24px; padding: 10px 14px; border: 1px solid #f0c36d; border-radius: 6px; background: #fef6e0; color: #93370d; font-weight: 600"
                  >
                    ${testNotice ?? ''}
                  </p>`,
              )}
              ${[letter.greeting, ...letter.paragraphs].map(
                (paragraph) => html`<p style="margin: 0 0 16px"><bdi>${paragraph}</bdi></p>`,
              )}
              ${factTable(letter.facts)} ${button === null ? [] : buttonTable(button)}
              ${letter.below.map(
                (note) => html`<p style="margin: 0 0 8px; font-size: 13px; ${muted}"><bdi>${note}</bdi></p>`,
              )}
              <p style="margin: 24px 0 0">${letter.regards}<br /><bdi>${letter.seller}</bdi></p>
            </td>
          </tr>
        </table>
      </body>
    </html> `.markup;
}

function factTable(facts: Letter['facts']): Html {
  const rows = facts.map(
    ([label, value]) =>
      html`<tr>
        <th
          scope="row"
          align="start"
          style="padding: 6px 16px 6px 0; font-weight: 400; text-align: start; ${muted}"
        >
          ${label}
        </th>
        <td align="end" style="padding: 6px 0; font-weight: 600; text-align: end"><bdi>${value}</bdi></td>
      </tr>`,
  );
  return when(
    facts.length > 0,
    () =>
      html`<table
        width="100%"
        cellpadding="0"
        cellspacing="0"
        style="margin: 8px 0 24px; border-top: 1px solid #dfe4ec; border-bottom: 1px solid #dfe4ec"
      >
        ${rows}
      </table>`,
  );
}

function buttonTable({ label, url }: NonNullable<Letter['button']>): Html {
  return html`<table role="presentation" cellpadding="0" cellspacing="0" style="margin: 0 0 24px">
    <tr>
      <td style="border-radius: 6px; background: #35506b">
        <a
          href="${url}"
          style="display: inline-block; padding: 12px 24px; color: #ffffff; font-weight: 600; text-decoration: none"
          >${label}</a
        >
      </td>
    </tr>
  </table>`;
}
