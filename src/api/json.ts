/** JSON on the wire: an amount is an integer, however large, and a customer's number is what was sent; no floats between. */
import { randomBytes } from 'node:crypto';

/** A JSON text that is answered as it is. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** Nobody can send what stands for a number here. */
const mark = randomBytes(9).toString('base64url');
const marks = new RegExp(`"${mark}(\\d+)"`, 'g');

/** Integers that a double cannot hold, and raw texts, are marked first and put in place afterwards. */
export function toJson(value: unknown): string {
  const texts: string[] = [];
  const marked = (text: string) => `${mark}${String(texts.push(text) - 1)}`;
  const json = JSON.stringify(value, (_key, field: unknown) => {
    if (field instanceof RawJson) return marked(field.text);
    if (typeof field !== 'bigint') return field;
    return Number.isSafeInteger(Number(field)) ? Number(field) : marked(String(field));
  });
  return texts.length === 0
    ? json
    : json.replace(marks, (_mark, index: string) => texts[Number(index)] ?? '');
}
