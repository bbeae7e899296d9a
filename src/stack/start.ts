/** `npm start`: the whole stack for use, its data kept in DATA_DIRECTORY. */
import { loadConfig } from '../config.ts';
import { main } from './main.ts';
import { startStack } from './stack.ts';
import { untilInterrupted } from './untilInterrupted.ts';

await main(async () => {
  const config = loadConfig(process.env);
  const stack = await startStack(config, { progress: (message) => console.log(`· ${message}`) });
  console.log(`\nAPI          ${stack.apiUrl}\nReference    ${stack.apiUrl}/docs`);
  console.log(`Sandbox      ${stack.sandboxUrl}`);
  if (stack.temporalUiUrl !== undefined) console.log(`Temporal UI  ${stack.temporalUiUrl}`);
  if (stack.newApiKey !== undefined) console.log(`API key      ${stack.newApiKey}  (shown this once)`);
  console.log('\nCtrl-C stops it; what it was doing goes on at the next start.');
  await untilInterrupted();
  await stack.stop();
  process.exit(0);
});
