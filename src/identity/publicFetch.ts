/**
 * `fetch` for what an organization has named: its provider must not make us reach what only this machine can reach. A name is
 * looked up once, and what was checked is what is connected to.
 */
import { lookup } from 'node:dns';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { CustomFetch } from 'openid-client';
import { isPublicAddress, refuseWebhookUrl } from '../domain/webhookAddress.ts';

/** Of an answer: documents and tokens of providers are some kilobytes. */
const maximumBytes = 1024 * 1024;

/** Rejects where the address is not public, and for answers above 1 MiB. Follows no redirects. */
export const publicFetch: CustomFetch = (text, { method, headers, body, signal }) => {
  const refusal = refuseWebhookUrl(text, false);
  if (refusal !== undefined) return Promise.reject(new Error(`not asked: ${refusal}`));
  return new Promise((answer, fail) => {
    const asked = request(
      text,
      { method, headers, agent: false, lookup: publicLookup, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > maximumBytes) asked.destroy(new Error('the answer is too large'));
        });
        response.once('error', fail);
        response.once('end', () => {
          const { statusCode: status = 502, headers: given } = response;
          const type = given['content-type'];
          const content = status === 204 || status === 304 ? null : Buffer.concat(chunks);
          answer(
            new Response(content, { status, headers: type === undefined ? {} : { 'content-type': type } }),
          );
        });
      },
    );
    asked.once('error', fail);
    asked.end(body instanceof URLSearchParams ? body.toString() : (body ?? undefined));
  });
};

/** Knows the public addresses of a name only. */
const publicLookup: LookupFunction = (host, options, found) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const open = error ? [] : addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (error) found(error, '', 0);
    else if (!first) found(new Error(`${host} has no public address`), '', 0);
    else if (options.all) found(null, open);
    else found(null, first.address, first.family);
  });
};
