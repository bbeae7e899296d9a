/** Decimals as text, moved and compared digit by digit, so that no amount is ever a float on its way to a page. */

const plain = /^-?\d+(?:\.\d+)?$/;

/** Whether a text is a plain decimal, such as `-12.50`. */
export function isDecimal(text: string): boolean {
  return plain.test(text);
}

/** The number of digits after the point. */
export function fractionDigits(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0;
}

/** The decimal divided by 10 to the power of `places`: `0.0025` by 2 is `0.000025`. */
export function pointLeft(decimal: string, places: number): string {
  const negative = decimal.startsWith('-');
  const [whole = '', fraction = ''] = decimal.slice(negative ? 1 : 0).split('.');
  const padded = whole.padStart(places + 1, '0');
  const cut = padded.length - places;
  const digits = `${padded.slice(cut)}${fraction}`;
  return `${negative ? '-' : ''}${padded.slice(0, cut)}${digits === '' ? '' : `.${digits}`}`;
}

/** The decimal as a count of 10 to the power of -`scale`, which must be no less than its digits after the point. */
export function atScale(decimal: string, scale: number): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0')}`);
}
