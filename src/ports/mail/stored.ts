/** Mails that go nowhere: those of test clocks, and all of them where there is no mail server. `/dev/mail` shows them. */
import type { Pool } from 'pg';
import type { Mailbox, Mailer } from './mailer.ts';

/** A mail that is stored already stays as it is: here, sent twice is sent once. */
export function storedMailer(pool: Pool): Mailer {
  return {
    async send(mail) {
      await pool.query(
        `INSERT INTO stored_mails (message_id, livemode, sender, recipient, subject, text, html, attachments)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (message_id) DO NOTHING`,
        [
          mail.messageId,
          mail.livemode,
          written(mail.from),
          written(mail.to),
          mail.subject,
          mail.text,
          mail.html,
          JSON.stringify(
            mail.attachments.map(({ name, type, content }) => ({
              name,
              type,
              content: content.toString('base64'),
            })),
          ),
        ],
      );
      return { status: 'sent' };
    },
  };
}

function written({ name, address }: Mailbox): string {
  return `${name} <${address}>`;
}
