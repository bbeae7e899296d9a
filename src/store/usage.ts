/** What the meters counted: the rollups, the tail that is not in them yet, and the raw events of hours that a period cuts. */
import { createHash } from 'node:crypto';
import { carriesOver } from '../domain/meter.ts';
import { parseDecimal, zero, type Decimal } from '../domain/quantity.ts';
import type { Group } from '../domain/usage.ts';
import type { Queryable } from './database.ts';
import { questionRows, questionsSql, type ReadOptions, type UsageQuestion } from './usageQuestion.ts';
import { meterBranch } from './usageSql.ts';

export interface UsageGroup {
  readonly group: Group;
  readonly quantity: Decimal;
}

export interface UsageTotals {
  /** One for each question, in order. Without a `group_by` each has exactly one group, also where nothing was counted. */
  readonly groups: readonly (readonly UsageGroup[])[];
  /** Exactly the events that are visible in this snapshot were counted. */
  readonly snapshot: string;
}

interface Row {
  readonly position: number;
  readonly group_values: readonly (string | null)[];
  readonly quantity: string;
}

/** Answers all questions in one statement, and so in one snapshot. */
export async function totalUsage(
  db: Queryable,
  questions: readonly UsageQuestion[],
  options: ReadOptions = {},
): Promise<UsageTotals> {
  const meters = [...new Map(questions.map(({ meter }) => [meter.id, meter])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const text = `WITH q AS MATERIALIZED (${questionsSql})
    SELECT pg_current_snapshot()::text AS snapshot, coalesce(json_agg(t), '[]') AS rows
      FROM (${meters.map((meter) => meterBranch(meter, options.raw === true)).join('\nUNION ALL\n') || 'SELECT WHERE false'}) t`;
  const values = [JSON.stringify(questionRows(questions, options))];
  // A plan's meters are asked for together, so there are as many statements as there are plans; a meter that is not
  // saved is asked for once.
  const name = options.raw ? {} : { name: `usage ${createHash('sha1').update(text).digest('base64url')}` };
  const { rows: answers } = await db.query<{ snapshot: string; rows: Row[] }>({ ...name, text, values });
  const [answer] = answers;
  if (!answer) throw new Error('usage was not totalled');
  const groups: UsageGroup[][] = questions.map(() => []);
  for (const row of answer.rows) {
    const question = questions[row.position];
    const quantity = parseDecimal(row.quantity);
    if (!question || quantity === undefined) throw new Error(`usage total ${row.quantity} is out of range`);
    // A group that came back to nothing, as the seats of a region that has none any more, is not worth a line.
    if (carriesOver(question.meter.aggregation) && question.groupBy?.length && quantity.equals(0)) continue;
    const group = Object.fromEntries(
      (question.groupBy ?? []).map((property, index) => [property, row.group_values[index] ?? null]),
    );
    groups[row.position]?.push({ group, quantity });
  }
  questions.forEach(({ groupBy = [] }, index) => {
    if (groupBy.length === 0 && groups[index]?.length === 0)
      groups[index].push({ group: {}, quantity: zero });
  });
  return { groups, snapshot: answer.snapshot };
}
