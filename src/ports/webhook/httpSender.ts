/**
 * Webhooks over HTTP. Who may set a URL must not reach what only this machine can reach: an address is looked up once,
 * checked, and that one is connected to, so that a name cannot mean one address to the check and another to the call.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress, refuseWebhookUrl } from '../../domain/webhookAddress.ts';
import type { Answer } from '../../domain/webhookDelivery.ts';
import { readRetryAfter } from './retryAfter.ts';
import type { WebhookRequest, WebhookSender } from './sender.ts';
import { signatureHeaders } from './signature.ts';

export interface HttpSenderOptions {
  /** Whether http and addresses of one's own network are allowed. */
  readonly allowPrivate: boolean;
  /** From the first look-up to the last byte that is read. */
  readonly timeoutMs?: number;
  /** Finds all addresses of a name. */
  readonly resolveAll?: ResolveAll;
}

export type ResolveAll = (
  host: string,
  options: LookupOptions,
  found: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

const defaultTimeoutMs = 15_000;
/** Of an answer: enough to see what is wrong. */
const readAtMostBytes = 4096;

export function httpSender({
  allowPrivate,
  timeoutMs = defaultTimeoutMs,
  resolveAll = (host, options, found) => resolve(host, { ...options, all: true }, found),
}: HttpSenderOptions): WebhookSender {
  const lookup = allowPrivate ? undefined : publicLookup(resolveAll);
  return {
    async send(request) {
      const refusal = refuseWebhookUrl(request.url, allowPrivate);
      if (refusal !== undefined) return { kind: 'failed', reason: `not sent: ${refusal}` };
      return post(request, new URL(request.url), lookup, timeoutMs);
    },
  };
}

function post(
  webhook: WebhookRequest,
  url: URL,
  lookup: LookupFunction | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const body = Buffer.from(webhook.body);
  return new Promise((answer) => {
    const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = begin(url, {
      method: 'POST',
      // Each on a connection of its own: nothing that was checked for one is used for another.
      agent: false,
      ...(lookup && { lookup }),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': body.length,
        'user-agent': 'Dunlin-Webhooks/1',
        ...signatureHeaders(webhook, Date.now()),
      },
    });
    let giveUp = () =>
      end({ kind: 'failed', reason: `no answer within ${String(timeoutMs / 1000)} seconds` });
    const timer = setTimeout(() => giveUp(), timeoutMs);
    const end = (outcome: Answer) => {
      clearTimeout(timer);
      answer(outcome);
      sent.destroy();
    };
    sent.on('error', (error) => end({ kind: 'failed', reason: reasonOf(error) }));
    sent.once('response', (response) => {
      giveUp = readAnswer(response, end);
    });
    sent.end(body);
  });
}

/** Once the status is there it counts, however much of the body comes. What it returns ends the wait for more. */
function readAnswer(response: IncomingMessage, end: (answer: Answer) => void): () => void {
  const chunks: Buffer[] = [];
  let length = 0;
  const finish = () => {
    const text = Buffer.concat(chunks).subarray(0, readAtMostBytes).toString('utf8').replaceAll('\0', '');
    const status = response.statusCode ?? 0;
    const retryAfterMs = readRetryAfter(status, response.headers['retry-after'], Date.now());
    end({ kind: 'answered', status, body: text, ...(retryAfterMs !== null && { retryAfterMs }) });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= readAtMostBytes) finish();
  });
  response.once('end', finish);
  response.on('error', finish);
  response.once('close', finish);
  return finish;
}

/** Knows the public addresses of a name only. */
function publicLookup(resolveAll: ResolveAll): LookupFunction {
  return (host, options, found) => {
    resolveAll(host, options, (error, addresses) => {
      const open = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = open;
      if (error) found(error, '', 0);
      else if (!first) found(new Error(`${host} has no public address, and no other is called`), '', 0);
      else if (options.all) found(null, open);
      else found(null, first.address, first.family);
    });
  };
}

function reasonOf(error: Error): string {
  // Where several addresses were tried, each has its own.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const message = error.message === '' && first instanceof Error ? first.message : error.message;
  return message.slice(0, 500) || 'the connection failed';
}
