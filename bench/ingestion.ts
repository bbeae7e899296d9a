/** How many events a second the API takes in. */
import type { Pool } from 'pg';

/** Seconds to send `batches` of 1,000 new events over 100 customers, and to send them all again. */
export async function timeIngestion(
  url: string,
  key: string,
  pool: Pool,
  batches: number,
  concurrency: number,
): Promise<{ firstSeconds: number; againSeconds: number }> {
  await pool.query(
    `INSERT INTO meters (id, code, name, event_type, aggregation, property, created)
     VALUES ('mtr_ingestion', 'ingestion', 'Ingestion', 'ingestion', 'sum', 'n', now()) ON CONFLICT DO NOTHING`,
  );
  await pool.query(
    `INSERT INTO customers (id, external_id, name, created)
     SELECT 'cus_ingestion' || n, 'ingestion-' || n, 'Bench', now() FROM generate_series(0, 99) n ON CONFLICT DO NOTHING`,
  );
  const time = new Date().toISOString();
  const bodies = Array.from({ length: batches }, (_, batch) =>
    JSON.stringify(
      Array.from({ length: 1000 }, (_value, nth) => ({
        specversion: '1.0',
        id: `ingestion-${String(batch)}-${String(nth)}`,
        source: 'bench',
        type: 'ingestion',
        subject: `ingestion-${String(nth % 100)}`,
        time,
        data: { n: 12.5, region: 'eu' },
      })),
    ),
  );
  const send = async (): Promise<number> => {
    const started = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
          const response = await fetch(`${url}/v1/events`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
            body,
          });
          const answer = (await response.json()) as { accepted: number; duplicates: number };
          if (answer.accepted + answer.duplicates !== 1000) throw new Error(JSON.stringify(answer));
        }
      }),
    );
    return (performance.now() - started) / 1000;
  };
  const firstSeconds = await send();
  return { firstSeconds, againSeconds: await send() };
}
