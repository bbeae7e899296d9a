/** Secrets that are given to browsers and terminals once, and kept as hashes: 256 random bits need no salt. */
import { randomBytes } from 'node:crypto';

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
