/** What is to go wrong with requests and webhooks: the same each time for the same seed, and still after a restart. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';

const longestMs = 3_600_000;
const common = {
  /** What it meets: requests whose path, or webhooks whose type, begins so; without it all. */
  match: z.string().optional(),
  /** How often it happens at most; without it until the faults are removed. */
  times: z.int().positive().optional(),
  /** The probability that it happens to one that it meets. */
  fraction: z.number().min(0).max(1).default(1),
  seed: z.string().default('sandbox'),
};
const delay = { delay_ms: z.int().min(0).max(longestMs) };

const requestFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delay'), ...delay, ...common }),
  /** Answered so, and nothing is done. */
  z.object({
    kind: z.literal('status'),
    status: z.union([z.literal(429), z.int().min(500).max(599)]),
    retry_after_seconds: z.int().min(0).max(86_400).optional(),
    ...common,
  }),
  /** Nothing is done, and nothing answered. */
  z.object({ kind: z.literal('drop'), ...common }),
  /** All is done, and nothing answered. */
  z.object({ kind: z.literal('take_and_drop'), ...common }),
]);

const webhookFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('never'), ...common }),
  z.object({ kind: z.literal('twice'), ...common }),
  z.object({ kind: z.literal('late'), ...delay, ...common }),
  /** Each is held back for a part of the delay, so that later ones overtake it. */
  z.object({ kind: z.literal('shuffled'), ...delay, ...common }),
]);

export const newFault = z.union([requestFault, webhookFault]);
/** As it is asked for: what has a default may be left out. */
export type NewFault = z.input<typeof newFault>;
type Fault = z.output<typeof newFault>;
export type RequestFault = z.output<typeof requestFault>;
export type WebhookFault = z.output<typeof webhookFault>;

interface Rule {
  readonly id: string;
  readonly fault: Fault;
  /** How many it has met, and to how many it has happened. */
  seen: number;
  used: number;
}

export interface Faults {
  readonly add: (fault: NewFault) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** What happens to the next request or webhook: of the rules that meet it, the first that does. */
  readonly meetRequest: (path: string) => Promise<RequestFault | undefined>;
  readonly meetWebhook: (type: string) => Promise<WebhookFault | undefined>;
}

const isForWebhooks = (fault: Fault): fault is WebhookFault =>
  fault.kind === 'never' || fault.kind === 'twice' || fault.kind === 'late' || fault.kind === 'shuffled';

/** A number in [0, 1): the same for the same seed and count. */
export function roll(seed: string, count: number): number {
  return (
    createHash('sha256')
      .update(`${seed}:${String(count)}`)
      .digest()
      .readUIntBE(0, 6) /
    2 ** 48
  );
}

export function createFaults(pool: Pool): Faults {
  let known: Promise<Rule[]> | undefined;
  const rules = () =>
    (known ??= load(pool).catch((error: unknown) => {
      known = undefined;
      throw error;
    }));

  async function meet(name: string, webhooks: boolean): Promise<Fault | undefined> {
    for (const rule of await rules()) {
      const { fault } = rule;
      if (isForWebhooks(fault) !== webhooks || !name.startsWith(fault.match ?? '')) continue;
      if (fault.times !== undefined && rule.used >= fault.times) continue;
      const happens = roll(fault.seed, rule.seen) < fault.fraction;
      rule.seen += 1;
      if (happens) rule.used += 1;
      await pool.query(
        `UPDATE sandbox.faults SET seen = greatest(seen, $2), used = greatest(used, $3) WHERE id = $1`,
        [rule.id, rule.seen, rule.used],
      );
      if (happens) return fault;
    }
    return undefined;
  }

  return {
    async add(fault) {
      const rule = newFault.parse(fault);
      const existing = await rules();
      const { rows } = await pool.query<{ id: string }>(
        `INSERT INTO sandbox.faults (rule) VALUES ($1) RETURNING id::text`,
        [JSON.stringify(rule)],
      );
      for (const { id } of rows) existing.push({ id, fault: rule, seen: 0, used: 0 });
    },
    async clear() {
      const existing = await rules();
      await pool.query(`DELETE FROM sandbox.faults`);
      existing.length = 0;
    },
    async meetRequest(path) {
      const fault = await meet(path, false);
      return fault && !isForWebhooks(fault) ? fault : undefined;
    },
    async meetWebhook(type) {
      const fault = await meet(type, true);
      return fault && isForWebhooks(fault) ? fault : undefined;
    },
  };
}

async function load(pool: Pool): Promise<Rule[]> {
  const { rows } = await pool.query<{ id: string; rule: unknown; seen: number; used: number }>(
    `SELECT id::text, rule, seen::float8, used::float8 FROM sandbox.faults ORDER BY id`,
  );
  return rows.map(({ rule, ...row }) => ({ ...row, fault: newFault.parse(rule) }));
}
