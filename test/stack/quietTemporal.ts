/** Workers inside a test say only what is wrong. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR' } },
  });
}
