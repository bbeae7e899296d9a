/** Where a browser is sent after it was signed in: a path of ours, so that a link to us cannot lead to another's page. */
import { BillingError } from '../domain/errors.ts';

const anywhere = 'https://here.invalid';

/** Throws a `BillingError` 400 for what a browser could take for another place. */
export function returnPath(given: string): string {
  const isPath = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(given) && given.length <= 2000;
  const url = isPath && URL.canParse(given, anywhere) ? new URL(given, anywhere) : undefined;
  // A path such as `/.//other.example` is one only until the browser has tidied it up.
  if (url?.origin === anywhere && !url.pathname.startsWith('//')) {
    return `${url.pathname}${url.search}${url.hash}`;
  }
  throw new BillingError(
    400,
    'return_to_invalid',
    'Give a path of this site, such as /account.',
    'return_to',
  );
}
