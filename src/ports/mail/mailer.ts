/** What a mail server does for us: one mail to one address, and whether it took it. Why: docs/adr/0008-mail-and-pay-links.md. */
import type { TestClockId } from '../../domain/ids.ts';

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

export interface Mail {
  /** The same for the same notice, however often it is sent, so that a second copy can be recognised. Without brackets. */
  readonly messageId: string;
  readonly livemode: boolean;
  readonly from: Mailbox;
  readonly replyTo: Mailbox | null;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly MailAttachment[];
}

export interface MailAttachment {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/**
 * `undeliverable`: the address is refused for good, and gets no more. `refused`: this mail is, for what it holds.
 * `later`: no answer, a temporary one, or a refusal of ourselves (no login, no relaying), which says nothing of the mail.
 * A reason is a code such as `550 5.1.1` or `ECONNREFUSED`: what servers say in words may hold addresses.
 */
export type MailOutcome =
  | { readonly status: 'sent' }
  | { readonly status: 'undeliverable' | 'refused' | 'later'; readonly reason: string };

export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>;
}

export interface Mailers {
  /** Mails of customers on test clocks are stored, whatever is configured (semantics.md, section 10). */
  of(testClockId: TestClockId | null): Mailer;
}

/** `live` may store mails too. */
export function mailers(live: Mailer, stored: Mailer): Mailers {
  return { of: (testClockId) => (testClockId === null ? live : stored) };
}
