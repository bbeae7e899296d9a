/** A rule of billing that refuses something is final: Temporal must not try again, and the client must learn why. */
import { ApplicationFailure } from '@temporalio/common';
import { BillingError } from '../domain/errors.ts';

/** Runs an activity's work; a `BillingError` becomes a non-retryable failure that carries its code, status and param. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    throw ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: true,
      details: [{ status: error.status, param: error.param }],
    });
  }
}
