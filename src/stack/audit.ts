/** `npm run audit`: exit code 0 where everything holds, otherwise each violation by id. */
import { audit } from '../audit/audit.ts';
import { main } from './main.ts';
import { withDatabase } from './withDatabase.ts';

await main(async () => {
  const violations = await withDatabase(audit);
  for (const { rule, id, message } of violations) console.log(`${rule}  ${id}  ${message}`);
  console.log(violations.length === 0 ? 'Everything holds.' : `${String(violations.length)} violations.`);
  process.exit(violations.length === 0 ? 0 : 1);
});
