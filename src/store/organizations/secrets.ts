/** Secrets of keys: shown once, stored as hashes. 192 random bits need no salt and no stretching. */
import { createHash, randomBytes } from 'node:crypto';

export type KeyKind = 'personal' | 'graph' | 'operator' | 'service';

/** What a key begins with, so that people and scanners know what it is. */
export const keyPrefixes: Readonly<Record<KeyKind, string>> = {
  personal: 'du',
  graph: 'dg',
  operator: 'do',
  service: 'ds',
};

export function newKeySecret(kind: KeyKind): string {
  return `${keyPrefixes[kind]}_${randomBytes(24).toString('base64url')}`;
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
