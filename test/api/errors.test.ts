/** What becomes of an error from below: the user's, one that passes, or ours. */
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import {
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { errorHandler, toBillingError, TryLaterError } from '../../src/api/errors.ts';
import { BillingError } from '../../src/domain/errors.ts';
import { createLogger } from '../../src/logger.ts';

const refusal = ApplicationFailure.create({
  type: 'currency_mismatch',
  message: 'Choose a plan in EUR.',
  nonRetryable: true,
  details: [{ status: 422, param: 'plan' }],
});
const byActivity = new ActivityFailure(
  'failed',
  'signUp',
  '1',
  RetryState.NON_RETRYABLE_FAILURE,
  'w',
  refusal,
);
const coded = (code: string | number, message = 'x') => Object.assign(new Error(message), { code });

test.each<[string, Error]>([
  ['a validator', new WorkflowUpdateFailedError('failed', refusal)],
  ['an activity of an update', new WorkflowUpdateFailedError('failed', byActivity)],
  ['an activity of a workflow', new WorkflowFailedError('failed', byActivity, RetryState.TIMEOUT)],
])('a rule that %s refused by keeps its code, status, message and param', (_by, error) => {
  expect(toBillingError(error)).toMatchObject({
    status: 422,
    type: 'billing_error',
    code: 'currency_mismatch',
    message: 'Choose a plan in EUR.',
    param: 'plan',
  });
});

test('a rule without a param names none', () => {
  const failure = ApplicationFailure.create({
    type: 'clock_advancing',
    message: 'Wait.',
    details: [{ status: 409 }],
  });
  expect(toBillingError(new WorkflowUpdateFailedError('failed', failure))).toMatchObject({
    status: 409,
    param: undefined,
  });
});

describe('to be tried later', () => {
  test.each<[string, unknown, string]>([
    ['a refused connection', coded('ECONNREFUSED'), 'database_unavailable'],
    ['several refused connections', new AggregateError([coded('ECONNREFUSED')]), 'database_unavailable'],
    ['a shutdown', coded('57P01'), 'database_unavailable'],
    ['a start', coded('57P03'), 'database_unavailable'],
    ['too many connections', coded('53300'), 'database_unavailable'],
    ['a broken connection', new Error('Connection terminated unexpectedly'), 'database_unavailable'],
    [
      'a pool without a connection',
      new Error('timeout exceeded when trying to connect'),
      'database_unavailable',
    ],
    [
      'no Temporal server',
      new ServiceError('failed', { cause: coded(14, '14 UNAVAILABLE') }),
      'temporal_unavailable',
    ],
    ['a deadline', new ServiceError('failed', { cause: coded(4) }), 'temporal_unavailable'],
    [
      'an update that no worker answers',
      new WorkflowUpdateRPCTimeoutOrCancelledError('timeout'),
      'temporal_unavailable',
    ],
  ])('%s', (_case, error, code) => {
    const known = toBillingError(error);
    expect(known).toBeInstanceOf(TryLaterError);
    expect(known).toMatchObject({ status: 503, code, retryAfterSeconds: 5 });
  });
});

test.each<[string, unknown]>([
  ['a mistake of ours', new TypeError('x is not a function')],
  ['a constraint', coded('23514')],
  [
    'a failure without a status',
    new WorkflowUpdateFailedError('failed', ApplicationFailure.create({ type: 'x' })),
  ],
  [
    'an activity that failed by itself',
    new WorkflowFailedError('failed', new Error('boom'), RetryState.TIMEOUT),
  ],
  ['something thrown that is no error', 'boom'],
  ['nothing', undefined],
])('%s is ours, and is no answer for a user', (_case, error) => {
  expect(toBillingError(error)).toBeUndefined();
});

test('a user error stays as it is', () => {
  const error = new BillingError(409, 'x', 'Do something else.');
  expect(toBillingError(error)).toBe(error);
});

test.each([
  ['/pay/in_1.abc.c2lnbmF0dXJl', '/pay/in_1…'],
  ['/pay/in_1.abc.c2lnbmF0dXJl/return', '/pay/in_1…/return'],
  ['/PAY/in_1.abc.c2lnbmF0dXJl/invoice.pdf', '/PAY/in_1…/invoice.pdf'],
  ['/v1/invoices/in_1', '/v1/invoices/in_1'],
])('a request that failed is logged by its path, %s, without what opens a pay link', async (path, logged) => {
  const lines: string[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  const app = express();
  app.get(/.*/, () => {
    throw new Error('a fault of ours');
  });
  app.use(errorHandler(createLogger('api', 'info', destination)));
  const server = app.listen(0);
  try {
    const { port } = server.address() as AddressInfo;
    expect((await fetch(`http://127.0.0.1:${String(port)}${path}`)).status).toBe(500);
  } finally {
    server.close();
  }
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toContain('c2lnbmF0dXJl');
  expect(JSON.parse(lines.join())).toMatchObject({ path: logged, msg: 'request failed' });
});
