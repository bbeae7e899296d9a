/** What changes of a row, for the audit log: only what does, before and after. */

/** What a change changes of a row, as it was and as it will be; undefined where nothing does. */
export function differences<Change extends object>(
  row: object,
  given: Change,
): { readonly before: Partial<Change>; readonly after: Partial<Change> } | undefined {
  const was = new Map<string, unknown>(Object.entries(row));
  const changed = Object.entries(given).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(was.get(key)),
  );
  if (changed.length === 0) return undefined;
  return {
    before: Object.fromEntries(changed.map(([key]) => [key, was.get(key)])) as Partial<Change>,
    after: Object.fromEntries(changed) as Partial<Change>,
  };
}
