/** The sandbox as a payment provider: every method is a request to its port (`src/sandbox`). */
import type { z } from 'zod';
import { BillingError } from '../../../domain/errors.ts';
import { formatInstant } from '../../../domain/instant.ts';
import type {
  AttemptName,
  ChargeOutcome,
  ChargeRequest,
  PaymentProvider,
  ProviderPeriod,
  RefundOutcome,
  RefundRequest,
} from '../provider.ts';
import { callSandbox, NoAnswer, Refused, type Call } from './call.ts';
import type { SandboxTransport } from './transport.ts';
import * as wire from './wire.ts';

export interface SandboxProviderOptions {
  /** Records on a page of a list. */
  readonly pageSize?: number;
}

/** No network failure throws where money moves: it is `unknown`, for each of the batch. */
export function sandboxProvider(
  transport: SandboxTransport,
  { pageSize = 200 }: SandboxProviderOptions = {},
): PaymentProvider {
  const ask = <Schema extends z.ZodType>(call: Call, schema: Schema) => callSandbox(transport, call, schema);

  async function find<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | null> {
    try {
      return await ask({ method: 'GET', path }, schema);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  async function list<Schema extends z.ZodType>(
    name: string,
    { from, to, cursor }: ProviderPeriod,
    row: Schema,
  ) {
    const query = new URLSearchParams({
      from: formatInstant(from),
      to: formatInstant(to),
      limit: String(pageSize),
      ...(cursor !== null && { cursor }),
    });
    const page = await ask({ method: 'GET', path: `/${name}?${query.toString()}` }, wire.pageOf(row));
    return { rows: page.data, cursor: page.next_cursor };
  }

  return {
    name: 'sandbox',

    async createCustomer({ customerId, name, email }) {
      const call: Call = {
        method: 'POST',
        path: '/customers',
        body: { name, email },
        idempotencyKey: customerId,
      };
      return (await ask(call, wire.customer)).id;
    },

    async attach({ paymentMethodId, customerReference, token }) {
      const attached = await ask(
        {
          method: 'POST',
          path: '/payment_methods',
          body: { customer: customerReference, token },
          idempotencyKey: paymentMethodId,
        },
        wire.method,
      ).catch((error: unknown) => {
        throw error instanceof Refused ? refusedMethod(error) : error;
      });
      return { reference: attached.id, type: attached.type, card: attached.card };
    },

    async detach(reference) {
      await ask(
        { method: 'DELETE', path: `/payment_methods/${encodeURIComponent(reference)}` },
        wire.detached,
      );
    },

    /** Its test names need no page of its own. */
    beginSetup: () => Promise.resolve({ clientSecret: null }),

    charge: (requests) =>
      inBatches(requests, async (batch) => {
        const call: Call = {
          method: 'POST',
          path: '/charges/batch',
          body: { charges: batch.map(chargeBody) },
        };
        return unlessUnanswered(batch, async () => {
          const { charges } = await ask(call, wire.charges);
          return batch.map((_request, index) => outcomeOf(charges[index] ?? null));
        });
      }),

    lookUp: (attempts) =>
      inBatches(attempts, async (batch) => {
        const { charges } = await ask(keysCall('/charges/lookup', batch), wire.charges);
        return batch.map((_attempt, index) => {
          const found = charges[index] ?? null;
          return found === null ? null : wire.chargeOutcome(found);
        });
      }),

    cancel: (attempts) =>
      inBatches(attempts, (batch) =>
        unlessUnanswered(batch, async () => {
          const { charges } = await ask(keysCall('/charges/cancel', batch), wire.charges);
          return batch.map((_attempt, index) => outcomeOf(charges[index] ?? null));
        }),
      ),

    refund: (requests) =>
      inBatches(requests, async (batch) => {
        const call: Call = {
          method: 'POST',
          path: '/refunds/batch',
          body: { refunds: batch.map(refundBody) },
        };
        return unlessUnanswered<RefundRequest, RefundOutcome>(batch, async () => {
          const { refunds } = await ask(call, wire.refunds);
          return batch.map((_request, index) => {
            const made = refunds[index] ?? null;
            return made === null ? noRecord : wire.refundOutcome(made);
          });
        });
      }),

    async listCharges(period) {
      const { rows, cursor } = await list('charges', period, wire.charge);
      return { rows: rows.map(wire.providerCharge), cursor };
    },
    async listRefunds(period) {
      const { rows, cursor } = await list('refunds', period, wire.refund);
      return { rows: rows.map(wire.providerRefund), cursor };
    },
    async listDisputes(period) {
      const { rows, cursor } = await list('disputes', period, wire.dispute);
      return { rows: rows.map(wire.providerDispute), cursor };
    },
    async findCharge(reference) {
      const found = await find(`/charges/${encodeURIComponent(reference)}`, wire.charge);
      return found === null ? null : wire.providerCharge(found);
    },
    async findRefund(reference) {
      const found = await find(`/refunds/${encodeURIComponent(reference)}`, wire.refund);
      return found === null ? null : wire.providerRefund(found);
    },
    async findDispute(reference) {
      const found = await find(`/disputes/${encodeURIComponent(reference)}`, wire.dispute);
      return found === null ? null : wire.providerDispute(found);
    },
  };
}

/** As many as the sandbox takes at once. */
const batchSize = 1000;

async function inBatches<Request, Answer>(
  requests: readonly Request[],
  ask: (batch: readonly Request[]) => Promise<readonly Answer[]>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < requests.length; start += batchSize)
    answers.push(...(await ask(requests.slice(start, start + batchSize))));
  return answers;
}

type Unknown = Extract<ChargeOutcome, { readonly status: 'unknown' }>;

/** What did not answer may have been done all the same. */
async function unlessUnanswered<Request, Outcome extends ChargeOutcome | RefundOutcome>(
  requests: readonly Request[],
  ask: () => Promise<Outcome[]>,
): Promise<(Outcome | Unknown)[]> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const { message: reason, retryAfterMs } = error;
    return requests.map(() => ({ status: 'unknown', reason, retryAfterMs }));
  }
}

const noRecord: Unknown = {
  status: 'unknown',
  reason: 'the sandbox has no record of it, or has used its key for something else',
  retryAfterMs: null,
};

function outcomeOf(made: z.output<typeof wire.charge> | null): ChargeOutcome {
  return made === null ? noRecord : wire.chargeOutcome(made);
}

function chargeBody({ paymentId, customerReference, methodReference, amount, currency }: ChargeRequest) {
  return {
    idempotency_key: paymentId,
    customer: customerReference,
    payment_method: methodReference,
    amount: Number(amount),
    currency,
  };
}

function refundBody({ refundId, chargeReference, amount, currency }: RefundRequest) {
  return { idempotency_key: refundId, charge: chargeReference, amount: Number(amount), currency };
}

function keysCall(path: string, attempts: readonly AttemptName[]): Call {
  return { method: 'POST', path, body: { idempotency_keys: attempts.map(({ paymentId }) => paymentId) } };
}

function refusedMethod({ status, code, message }: Refused): Error {
  if (status === 400) return new BillingError(400, code, message, 'token');
  if (status === 402) return new BillingError(422, code, message, 'token');
  return new Error(`the sandbox refuses the method: ${code}: ${message}`);
}
