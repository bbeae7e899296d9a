/** A CloudEvent in binary mode: its attributes are headers, the body is its data. */
import { BillingError } from '../domain/errors.ts';

const attributes = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

/**
 * The event as JSON, with the data as it was sent; undefined where the request has no `ce-specversion` header and so is
 * not in binary mode. Throws a `BillingError` 400 where the data is no JSON.
 */
export function binaryEvent(body: string, header: (name: string) => string | undefined): string | undefined {
  if (header('ce-specversion') === undefined) return undefined;
  const given = attributes.flatMap((name) => {
    const value = header(`ce-${name}`);
    return value === undefined ? [] : [[name, percentDecoded(value)]];
  });
  const members = JSON.stringify(Object.fromEntries(given)).slice(1, -1);
  if (body === '') return `{${members}}`;
  try {
    JSON.parse(body);
  } catch {
    throw new BillingError(400, 'json_malformed', 'The body is the data of the event, and must be JSON.');
  }
  return `{${members},"data":${body}}`;
}

/** Characters beyond ASCII are sent percent-encoded. */
function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
