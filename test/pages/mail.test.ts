/** Every kind of mail in every language says what it must, and nothing of a stranger's text can do more than be read. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from '../../src/domain/instant.ts';
import { notificationKinds, type NotificationKind } from '../../src/domain/notification.ts';
import { mailLabelsOf } from '../../src/pages/mail/labels.ts';
import type { Notice } from '../../src/pages/mail/notice.ts';
import { renderMail } from '../../src/pages/mail/renderMail.ts';

const languages = ['de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt'];
const at = (day: string) => Date.parse(`${day}T12:00:00Z`) as Instant;
const url = 'https://pay.test/pay/in_x.y.z';
const accepting = 'https://pay.test/auth/invitation?token=di_x';

function aNotice(kind: NotificationKind, changes: Partial<Notice> = {}): Notice {
  const isCard = kind === 'card_expiring';
  const isInvitation = kind === 'invitation';
  return {
    kind,
    test: false,
    locale: 'en-US',
    timezone: 'UTC',
    seller: 'Puffin & Sons',
    customer: 'Ada',
    answerable: true,
    invoice:
      isCard || isInvitation
        ? null
        : {
            number: 'INV-7',
            currency: 'EUR',
            amountRemaining: 123456n,
            amountPaid: 0n,
            dueAt: at('2026-03-14'),
          },
    card: isCard ? { brand: 'visa', last4: '4242', expMonth: 7, expYear: 2029 } : null,
    retryAt: at('2026-03-17'),
    invitation: isInvitation
      ? { organization: 'Auk & Co', url: accepting, expiresAt: at('2026-03-20') }
      : null,
    payLink: isCard || isInvitation ? null : { url, expiresAt: at('2026-04-30') },
    hasAttachment: kind === 'invoice_sent',
    ...changes,
  };
}

const cases = languages.flatMap((language) => notificationKinds.map((kind) => [kind, language] as const));

test.each(cases)(
  '%s in %s has its number, its amount and its link, in a text and a page',
  (kind, language) => {
    const { subject, text, html } = renderMail(aNotice(kind, { locale: language }));
    for (const part of [subject, text, html]) expect(part).not.toMatch(/undefined|null|NaN|\{\w+\}|\[object/);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).toContain(`lang="${language}"`);
    expect(html).toContain('Puffin &amp; Sons');
    const facts = factsOf(kind);
    for (const part of [text, html])
      for (const fact of facts) expect(part).toMatch(typeof fact === 'string' ? escaped(fact) : fact);
  },
);

function factsOf(kind: NotificationKind): (string | RegExp)[] {
  if (kind === 'card_expiring') return ['Visa •••• 4242', '07/29'];
  if (kind === 'invitation') return [/Auk &(amp;)? Co/, accepting];
  return ['INV-7', /1[.,\s]?234[.,]56/, url];
}

const escaped = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

test.each(languages)('the words of %s name the values that the English ones name', (language) => {
  expect(valuesOf(mailLabelsOf(language))).toEqual(valuesOf(mailLabelsOf('en')));
});

function valuesOf(labels: object, path = ''): [string, string[]][] {
  return Object.entries(labels).flatMap(([key, label]): [string, string[]][] =>
    typeof label === 'string'
      ? [[path + key, [...label.matchAll(/\{\w+\}/g)].map(String).sort()]]
      : valuesOf(label as object, `${path}${key}.`),
  );
}

test('what a payment that failed is followed by is said: another try with its day, or none', () => {
  expect(renderMail(aNotice('payment_failed')).text).toContain('We will try again on March 17, 2026');
  const last = renderMail(aNotice('payment_failed', { retryAt: null })).text;
  expect(last).toContain('We will not try again');
});

test('of an invoice that is settled nobody is asked to pay', () => {
  const notice = aNotice('invoice_sent');
  const { text, html } = renderMail({
    ...notice,
    invoice: notice.invoice && { ...notice.invoice, amountRemaining: 0n, amountPaid: 123456n },
  });
  for (const part of [text, html]) {
    expect(part).toContain('nothing left to pay');
    expect(part).toContain('View invoice');
    expect(part).not.toContain('Pay invoice');
  }
});

test('a mail of a test clock says so in its subject, its text and its page', () => {
  const { subject, text, html } = renderMail(aNotice('final_notice', { test: true }));
  expect(subject).toMatch(/^\[Test\] /);
  for (const part of [text, html]) expect(part).toContain('asks for no payment');
});

test('names cannot add a line to the subject, nor an element to the page', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...notificationKinds), (noise, kind) => {
      const name = `<b onclick="x">\r\nBcc: eve@evil.test\r\n${noise}`;
      const notice = aNotice(kind, { seller: name, customer: name });
      const { subject, html } = renderMail({
        ...notice,
        invoice: notice.invoice && { ...notice.invoice, number: name },
        invitation: notice.invitation && { ...notice.invitation, organization: name },
      });
      expect(subject).not.toMatch(/[\r\n\u2028\u2029\u0085]/);
      expect(html).not.toMatch(/<b |<script|<img|<link/);
    }),
  );
});
