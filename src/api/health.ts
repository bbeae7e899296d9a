/** Is it alive, and is it ready: Postgres, migrations, Temporal, a worker that polls. */
import type { Express } from 'express';
import { readDueNotDone } from '../store/reads/dueNotDone.ts';
import { pendingMigrations } from '../store/pendingMigrations.ts';
import type { ApiDependencies } from './route.ts';

const answerWithinMs = 3_000;
/** A worker that polls at all does so every minute at the least. */
const pollerAgeMs = 90_000;

export function serveHealth(app: Express, deps: ApiDependencies): void {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const [postgres, migrations, temporal, worker, due] = await Promise.all([
      tell(() => deps.pool.query('SELECT 1')),
      tell(() => migrated(deps)),
      tell(() => deps.temporal.workflowService.getSystemInfo({})),
      tell(() => polled(deps)),
      within(readDueNotDone(deps.pool)).catch(() => undefined),
    ]);
    const checks = { postgres, migrations, temporal, worker };
    const ready = Object.values(checks).every((check) => check === 'ok');
    if (!ready) response.set('Retry-After', '5');
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not_ready',
      checks,
      due_not_done: due && {
        count: due.count,
        oldest_age_seconds: due.oldestAgeSeconds,
        set_aside: due.setAside,
      },
    });
  });
}

async function migrated({ pool }: ApiDependencies): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending.length > 0) throw new Error(`pending: ${pending.join(', ')}`);
}

async function polled({ temporal, taskQueue }: ApiDependencies): Promise<void> {
  const { pollers } = await temporal.workflowService.describeTaskQueue({
    namespace: temporal.options.namespace,
    taskQueue: { name: taskQueue },
  });
  const recent = pollers.some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > Date.now() - pollerAgeMs,
  );
  if (!recent) throw new Error(`no worker polls ${taskQueue}`);
}

/** `ok`, or what is wrong. */
async function tell(check: () => Promise<unknown>): Promise<string> {
  try {
    await within(check());
    return 'ok';
  } catch (error) {
    return error instanceof Error && error.message !== '' ? error.message.slice(0, 200) : 'unreachable';
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('does not answer')), answerWithinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
