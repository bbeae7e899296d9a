/** What directories send, as we read it: names of attributes in whatever case, booleans as texts, paths with a schema in front. */
import { parse, type Filter } from 'scim2-parse-filter';
import type { ScimCondition } from '../../store/organizations/scimLists.ts';
import { ScimError } from './errors.ts';

export type Attributes = Readonly<Record<string, unknown>>;

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** In small letters, without its schema; undefined: `value` names the attributes. */
  readonly path: string | undefined;
  /** Of `members[value eq "…"]`. */
  readonly selected: string | undefined;
  readonly value: unknown;
}

/** The names of all attributes in small letters, schemas and all. */
export function lowered(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(lowered);
  if (given === null || typeof given !== 'object') return given;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [attributeOf(key), lowered(value)]));
}

export function attributesOf(body: unknown): Attributes {
  const given = lowered(body);
  if (given !== null && typeof given === 'object' && !Array.isArray(given)) return given as Attributes;
  throw new ScimError(400, 'invalidSyntax', 'Send a JSON object.');
}

function attributeOf(path: string): string {
  return path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, '');
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Entra sends "True" and "False" where it is not told to do otherwise. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

/** Throws a `ScimError` 400 for what RFC 7644, 3.5.2, does not allow. */
export function patchOf(body: unknown): PatchOperation[] {
  const { operations } = attributesOf(body);
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > 1000) {
    throw new ScimError(400, 'invalidSyntax', 'Send 1 to 1000 Operations.');
  }
  return operations.map((given: unknown) => {
    const { op, path, value } = attributesOf(given);
    const name = typeof op === 'string' ? op.toLowerCase() : '';
    if (name !== 'add' && name !== 'replace' && name !== 'remove') {
      throw new ScimError(400, 'invalidSyntax', 'An operation is add, replace or remove.');
    }
    if (path !== undefined && typeof path !== 'string') {
      throw new ScimError(400, 'invalidPath', 'A path is a text.');
    }
    if (path === undefined && name === 'remove') throw new ScimError(400, 'noTarget', 'Say what to remove.');
    const [, attribute, selected] = /^members\[value eq "([^"]*)"\]$/i.test(path ?? '')
      ? [undefined, 'members', /"([^"]*)"/.exec(path ?? '')?.[1]]
      : [undefined, path === undefined ? undefined : attributeOf(path), undefined];
    return { op: name, path: attribute, selected, value };
  });
}

/** Of a filter of `eq`, joined by `and`: what directories ask. Throws a `ScimError` 400 for any other. */
export function conditionsOf(
  text: unknown,
  columns: Readonly<Record<string, ScimCondition[0]>>,
): ScimCondition[] {
  if (text === undefined) return [];
  if (typeof text !== 'string' || text.length > 1000) throw invalidFilter();
  let filter: Filter;
  try {
    filter = parse(text);
  } catch {
    throw invalidFilter();
  }
  const filters = filter.op === 'and' && 'filters' in filter ? filter.filters : [filter];
  return filters.map((one) => {
    const column = 'attrPath' in one ? columns[attributeOf(one.attrPath)] : undefined;
    if (one.op !== 'eq' || !('compValue' in one) || typeof one.compValue !== 'string' || !column) {
      throw invalidFilter();
    }
    return [column, one.compValue];
  });
}

function invalidFilter(): ScimError {
  return new ScimError(
    400,
    'invalidFilter',
    'Filter by eq on id, externalId, and userName of users or displayName of groups; join them with and.',
  );
}
