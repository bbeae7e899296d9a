/** When a delivery is tried again, what an endpoint may ask for, and which addresses are public. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventTypes, isEventPattern } from '../../src/domain/eventTypes.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { isPublicAddress, refuseWebhookUrl } from '../../src/domain/webhookAddress.ts';
import { nextTryAt, patienceMs } from '../../src/domain/webhookDelivery.ts';

const start = 0 as Instant;
const seconds = (tries: number, chance = 0) => (nextTryAt(tries, start, start, chance) ?? NaN) / 1000;

test('after a failure the waits are 10 s, 30 s, 90 s, 4.5 min, 13.5 min, 40.5 min, 2 h, then 6 h', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 30].map((tries) => seconds(tries))).toEqual([
    10, 30, 90, 270, 810, 2430, 7290, 21_600, 21_600, 21_600,
  ]);
  expect(seconds(1, 1)).toBe(12);
});

test('tries go on for 7 days, 33 or so of them, whatever chance has it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 50, maxLength: 50 }),
      (chances) => {
        let now: Instant | null = start;
        let last = start;
        let tries = 0;
        while (now !== null) {
          last = now;
          tries += 1;
          now = nextTryAt(tries, start, now, chances[tries - 1] ?? 0);
        }
        expect(tries).toBeGreaterThanOrEqual(29);
        expect(tries).toBeLessThanOrEqual(36);
        expect(patienceMs - last).toBeLessThan(8 * 3_600_000);
        expect(last).toBeLessThanOrEqual(patienceMs);
      },
    ),
  );
});

test('a receiver that asks for a longer wait gets it, up to a day, never less than ours, and never beyond the 7 days', () => {
  const hour = 3_600_000;
  expect(nextTryAt(1, start, start, 0, 60_000)).toBe(60_000);
  expect(nextTryAt(1, start, start, 0, 1)).toBe(10_000);
  expect(nextTryAt(1, start, start, 0, 100 * hour)).toBe(24 * hour);
  const ask = fc.integer({ min: 0, max: 10 * 24 * hour });
  const asks = fc.array(ask, { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(asks, fc.double({ min: 0, max: 1, noNaN: true }), (waits, chance) => {
      let now: Instant | null = start;
      for (let tries = 1; now !== null && tries < 60; tries += 1) {
        const at: Instant | null = nextTryAt(tries, start, now, chance, waits[tries]);
        const own = nextTryAt(tries, start, now, chance);
        // It never makes us give up what we would try, nor try what we would give up.
        expect(at === null).toBe(own === null);
        if (at !== null && own !== null) {
          expect(at).toBeGreaterThanOrEqual(own);
          expect(at).toBeLessThanOrEqual(patienceMs);
          expect(at - now).toBeLessThanOrEqual(24 * hour);
        }
        now = at;
      }
      expect(now).toBeNull();
    }),
  );
});

test('an endpoint asks for types, subjects or everything, and for nothing that there is not', () => {
  for (const type of eventTypes) expect(isEventPattern(type)).toBe(true);
  for (const pattern of ['*', 'invoice.*', 'trial.*', 'webhook_endpoint.*'])
    expect(isEventPattern(pattern)).toBe(true);
  for (const pattern of ['', 'invoice', 'invoice.', 'inv*', '*.*', 'invoice.exploded', '.*', 'INVOICE.*'])
    expect(isEventPattern(pattern)).toBe(false);
  expect(new Set(eventTypes).size).toBe(eventTypes.length);
});

test.each([
  ['93.184.216.34', true],
  ['100.63.255.255', true],
  ['100.64.0.1', false],
  ['172.15.0.1', true],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['198.19.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['0.0.0.0', false],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['2001:4860:4860::8888', true],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['3fff:1000::', true],
  ['3fff::1', false],
  ['::', false],
  ['::1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['ff02::1', false],
  ['nonsense', false],
  ['1.2.3', false],
])('%s is public: %s', (address, is) => {
  expect(isPublicAddress(address)).toBe(is);
});

test('a refusal says what to give instead', () => {
  expect(refuseWebhookUrl('http://example.com', false)).toBe('give an https:// address');
  expect(refuseWebhookUrl('https://example.com/hook?a=b', false)).toBeUndefined();
  expect(refuseWebhookUrl('https://example.com/#a', true)).toBe('leave out what follows the #');
  expect(refuseWebhookUrl('http://localhost:8080/', true)).toBeUndefined();
  expect(refuseWebhookUrl('file:///etc/passwd', true)).toBe('give an https:// address');
});
