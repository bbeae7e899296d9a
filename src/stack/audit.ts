/** `npm run audit`: exit code 0 where everything holds, otherwise each violation by id. */
import { audit } from '../audit/audit.ts';
import { loadConfig } from '../config.ts';
import { createPool } from '../store/database.ts';
import { lockDataDirectory } from './dataLock.ts';
import { main } from './main.ts';
import { findRunningPostgres, startPostgres } from './postgres.ts';

await main(async () => {
  const config = loadConfig(process.env);
  const running = config.DATABASE_URL ?? (await findRunningPostgres(config.DATA_DIRECTORY));
  const unlock = running === undefined ? await lockDataDirectory(config.DATA_DIRECTORY) : undefined;
  const server = running === undefined ? await startPostgres(config.DATA_DIRECTORY) : undefined;
  const pool = createPool(running ?? server?.url ?? '');
  const violations = await audit(pool);
  await pool.end();
  await server?.stop();
  await unlock?.();
  for (const { rule, id, message } of violations) console.log(`${rule}  ${id}  ${message}`);
  console.log(violations.length === 0 ? 'Everything holds.' : `${String(violations.length)} violations.`);
  process.exit(violations.length === 0 ? 0 : 1);
});
