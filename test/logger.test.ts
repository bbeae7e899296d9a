/** What the logs say of an error. */
import { expect, test } from '@jest/globals';
import { BillingError } from '../src/domain/errors.ts';
import { createLogger } from '../src/logger.ts';

test('an error is logged with its message, its code, its stack and its cause', () => {
  const lines: string[] = [];
  const logger = createLogger('worker', 'info', { write: (line: string) => lines.push(line) });
  const refused = new BillingError(
    422,
    'dimension_unpriced',
    'no unit amount for region = null',
    'prices[0]',
  );
  logger.error({ step: 'finalize', error: refused }, 'set aside');
  logger.error({ error: new Error('the batch failed', { cause: new Error('connection reset') }) }, 'failed');
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({
    service: 'worker',
    msg: 'set aside',
    step: 'finalize',
    error: {
      message: 'no unit amount for region = null',
      code: 'dimension_unpriced',
      stack: expect.stringContaining('logger.test') as unknown,
    },
  });
  expect(second).toMatchObject({ error: { message: 'the batch failed: connection reset' } });
});
