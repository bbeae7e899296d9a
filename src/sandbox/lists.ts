/** What was made in a period, page by page, the oldest first. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { chargeJson, type ObjectRow } from './charges.ts';
import { disputeJson } from './disputes.ts';
import { checked, Refusal } from './exchange.ts';
import { refundJson } from './refunds.ts';

export const listQuery = z.object({
  /** RFC 3339: from that instant, and before this one. */
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const lists = {
  charges: chargeJson('o'),
  refunds: refundJson('o'),
  disputes: disputeJson('o'),
} as const;
export type ListName = keyof typeof lists;

export const listNames = Object.keys(lists) as readonly ListName[];

/** Where a page ended: the row's time, to the microsecond, and its id. */
const cursorContent = z.tuple([z.string(), z.string()]);

export interface Page {
  readonly data: readonly unknown[];
  readonly next_cursor: string | null;
}

export async function list(
  pool: Pool,
  name: ListName,
  { from, to, cursor, limit }: z.infer<typeof listQuery>,
): Promise<Page> {
  const after = cursor === undefined ? null : readCursor(cursor);
  const { rows } = await pool.query<ObjectRow<{ readonly id: string }> & { at: string }>(
    `SELECT ${lists[name]}, o.created::text AS at FROM sandbox.${name} o
      WHERE o.created >= $1 AND o.created < $2 AND ($3::timestamptz IS NULL OR (o.created, o.id) > ($3, $4))
      ORDER BY o.created, o.id LIMIT $5`,
    [from, to, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(({ object }) => object),
    next_cursor:
      rows.length > limit && last
        ? Buffer.from(JSON.stringify([last.at, last.object.id])).toString('base64url')
        : null,
  };
}

function readCursor(text: string): [string, string] {
  try {
    return checked(cursorContent, JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw new Refusal(400, 'cursor_invalid', 'The cursor is not one of this list: begin without one.');
  }
}
