/** JSON on the wire: an amount is an integer, however large, and never goes through a float. */

/** Integers that a double cannot hold are marked, and the marks taken off the text. */
export function toJson(value: unknown): string {
  let marked = 0;
  const text = JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field !== 'bigint') return field;
    if (Number.isSafeInteger(Number(field))) return Number(field);
    marked += 1;
    return `\u0001${String(field)}\u0001`;
  });
  return marked > 0 ? text.replace(/"\\u0001(-?\d+)\\u0001"/g, '$1') : text;
}
