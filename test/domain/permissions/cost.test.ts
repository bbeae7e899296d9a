/** What a decision costs, beside work that is stable on any machine: it is asked for every field. */
import { expect, test } from '@jest/globals';
import { check } from '../../../src/domain/permissions/decision.ts';
import { permissionsAskedOf } from '../../../src/domain/permissions/permission.ts';
import { rolesOf } from '../../../src/domain/permissions/rolesOf.ts';
import { aMember, anAccess, aVariant, group, membership, production, shop, staging } from './anAccess.ts';

const access = anAccess(
  aMember('graph_admin', [
    { on: shop, effect: 'limit', role: 'observer', via: group },
    { on: shop, effect: 'grant', role: 'documenter', via: membership },
    { on: staging, effect: 'grant', role: 'contributor', via: membership },
    { on: production, effect: 'limit', role: 'consumer', via: group },
  ]),
);
const variant = aVariant({ isProtected: true });

/** Medians in ns of rounds that alternate, so that what else the machine does falls on both. */
function medians(one: () => unknown, other: () => unknown): [number, number] {
  const times: [number[], number[]] = [[], []];
  const timed = (work: () => unknown) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 30; i++) work();
    return Number(process.hrtime.bigint() - start);
  };
  for (let round = 0; round < 101; round++) {
    times[0].push(timed(one));
    times[1].push(timed(other));
  }
  const [first, second] = times.map((all) => all.toSorted((a, b) => a - b)[50] ?? NaN);
  return [first ?? NaN, second ?? NaN];
}

test('a check costs less than copying the facts that it is about as JSON', () => {
  const [checking, copying] = medians(
    () => check(access, 'schema:publish', variant),
    () => JSON.parse(JSON.stringify([access.subject, variant])) as unknown,
  );
  expect(checking).toBeLessThan(copying);
});

test('all rights at once cost less than asking one by one', () => {
  const [atOnce, oneByOne] = medians(
    () => rolesOf(access, variant),
    () => permissionsAskedOf.variant.map((permission) => check(access, permission, variant)),
  );
  expect(atOnce).toBeLessThan(oneByOne);
});
