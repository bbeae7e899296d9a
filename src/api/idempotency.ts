/** The same `Idempotency-Key` and request gets the same answer, and is carried out once. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { ApiKeyId } from '../domain/ids.ts';
import {
  claimIdempotencyKey,
  leaseRenewalMs,
  releaseIdempotencyKey,
  renewIdempotencyKey,
  saveAnswer,
} from '../store/idempotencyKeys.ts';
import { newOperationId } from '../store/newId.ts';
import { describeError, toBillingError } from './errors.ts';
import { toJson } from './json.ts';

export interface Answer {
  readonly status: number;
  readonly json: string;
  readonly replayed: boolean;
}

export interface KeyedRequest {
  readonly apiKeyId: ApiKeyId;
  readonly key: string | undefined;
  /** What makes it the same request: method, path and body. */
  readonly identity: string;
  readonly requestId: string;
}

/** Refusals that say nothing about the request itself may end otherwise next time. */
const passing: ReadonlySet<number> = new Set([401, 403, 429, 503]);

/**
 * Runs `work` with the operation id from which all ids of the request derive, or answers as before. Throws a
 * `BillingError` 400 for a malformed key, 409 where it belongs to another request or one that is still under way.
 */
export async function withIdempotency(
  pool: Pool,
  request: KeyedRequest,
  successStatus: number,
  work: (operationId: string) => Promise<unknown>,
): Promise<Answer> {
  const { apiKeyId, key, requestId } = request;
  if (key === undefined) {
    return { status: successStatus, json: toJson(await work(newOperationId())), replayed: false };
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new BillingError(
      400,
      'idempotency_key_malformed',
      'An Idempotency-Key has 1 to 255 visible ASCII characters.',
      'Idempotency-Key',
    );
  }
  const fingerprint = createHash('sha256').update(request.identity).digest();
  const claimed = await claimIdempotencyKey(pool, apiKeyId, key, fingerprint, newOperationId());
  switch (claimed.state) {
    case 'answered':
      return { status: claimed.statusCode, json: claimed.response, replayed: true };
    case 'other_request':
      throw new BillingError(
        409,
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request. Use a new key for a new request.',
        'Idempotency-Key',
      );
    case 'in_use':
      throw new BillingError(
        409,
        'idempotency_key_in_use',
        'The request with this Idempotency-Key is still under way. Try again in a few seconds.',
        'Idempotency-Key',
      );
    case 'mine':
      break;
  }
  const renewal = setInterval(() => {
    void renewIdempotencyKey(pool, apiKeyId, key).catch(() => undefined); // the next one may be through
  }, leaseRenewalMs);
  try {
    const json = toJson(await work(claimed.operationId).finally(() => clearInterval(renewal)));
    await saveAnswer(pool, apiKeyId, key, successStatus, json);
    return { status: successStatus, json, replayed: false };
  } catch (error) {
    const refusal = toBillingError(error);
    if (refusal && !passing.has(refusal.status)) {
      await saveAnswer(pool, apiKeyId, key, refusal.status, toJson(describeError(refusal, requestId)));
    } else {
      await releaseIdempotencyKey(pool, apiKeyId, key).catch(() => undefined); // its lease runs out by itself
    }
    throw error;
  }
}
