/** Mails that no server was asked to deliver, for `/dev/mail`. */
import type { Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';

export interface StoredMailSummary {
  readonly id: bigint;
  readonly livemode: boolean;
  readonly recipient: string;
  readonly subject: string;
  readonly created: Instant;
}

export interface StoredMail extends StoredMailSummary {
  readonly message_id: string;
  readonly sender: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[];
}

/** The latest, newest first. */
export async function listStoredMails(db: Queryable, limit: number): Promise<StoredMailSummary[]> {
  const { rows } = await db.query<StoredMailSummary>(
    `SELECT id, livemode, recipient, subject, created FROM stored_mails ORDER BY id DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

/** `id` is digits; undefined where there is none. */
export async function findStoredMail(db: Queryable, id: string): Promise<StoredMail | undefined> {
  const { rows } = await db.query<StoredMail>(
    `SELECT id, message_id, livemode, sender, recipient, subject, text, html, attachments, created
       FROM stored_mails WHERE id = $1::bigint`,
    [id],
  );
  return rows[0];
}
