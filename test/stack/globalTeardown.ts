/** Stops what the run has started, in reverse. */
import { servers } from './servers.ts';

export default async function globalTeardown(): Promise<void> {
  for (const server of servers.reverse()) await server.stop();
}
