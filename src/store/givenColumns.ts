/** What of a change is given, as the columns that it writes. */

/** Without what is undefined; a column of `json` has its value as text, as Postgres takes it. */
export function givenColumns(
  fields: object,
  json: ReadonlySet<string>,
): readonly (readonly [column: string, value: unknown])[] {
  return Object.entries(fields as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => [column, json.has(column) && value !== null ? JSON.stringify(value) : value]);
}
