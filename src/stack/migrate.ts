/** `npm run migrate`: brings the database of DATABASE_URL up to date. */
import { loadConfig } from '../config.ts';
import { main } from './main.ts';
import { migrate } from './migrations.ts';
import { StackError } from './stackError.ts';

await main(async () => {
  const { DATABASE_URL } = loadConfig(process.env);
  if (DATABASE_URL === undefined) {
    throw new StackError(
      'Set DATABASE_URL to the database to migrate. `npm start` migrates its own by itself.',
    );
  }
  const ran = await migrate(DATABASE_URL);
  console.log(ran.length === 0 ? 'nothing to migrate' : `migrated: ${ran.join(', ')}`);
});
