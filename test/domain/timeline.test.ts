/** What a workflow shows of a timeline stays short, however long the life: it is kept with every look. */
import { expect, test } from '@jest/globals';
import type { Instant } from '../../src/domain/instant.ts';
import { describeTimeline, type TimelineEntry } from '../../src/domain/timeline.ts';

const entries = (count: number): TimelineEntry[] =>
  Array.from({ length: count }, (_, nth) => ({
    at: (Date.UTC(2026, 0, 1) + nth * 86_400_000) as Instant,
    type: 'subscription.renewed',
    description: `entry ${String(nth)}`,
  }));

test('the last ten of the past and the next ten of what comes are shown, and how many more there are', () => {
  const { past, upcoming } = describeTimeline({ past: entries(200), upcoming: entries(50) });
  expect([past.length, past[0], past.at(-1)]).toEqual([
    10,
    '2026-07-10T00:00:00Z: entry 190',
    '2026-07-19T00:00:00Z: entry 199',
  ]);
  expect([upcoming.length, upcoming[0], upcoming.at(-1)]).toEqual([
    11,
    '2026-01-01T00:00:00Z: entry 0',
    'later: 40 more',
  ]);
});

test('what is no longer than that is shown whole', () => {
  const { past, upcoming } = describeTimeline({ past: entries(3), upcoming: entries(10) });
  expect([past.length, upcoming.length]).toEqual([3, 10]);
});
