/** Text of strangers, fit to be printed: names and descriptions may hold anything that JSON can. */

/** What prints nothing and changes how the rest is read: controls, bidi embeddings and overrides, tags. */
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|[\u{e0000}-\u{e007f}]/gu;

/** One paragraph or more: line breaks stay. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(unprintable, '')
    .replaceAll('\t', ' ')
    .normalize('NFC')
    .trim();
}

/** One line: a line break is a space. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s*\n\s*/g, ' ');
}

/** The lines of a text of several; an empty one parts paragraphs. */
export function plainLines(text: string): string[] {
  return plainText(text)
    .split('\n')
    .map((line) => line.trim());
}
