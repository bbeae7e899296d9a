/** Numbers and dates of a page are exact, and written as the customer writes them. */
import { expect, test } from '@jest/globals';
import { formatsOf } from '../../src/pages/formats.ts';
import { pageLocale } from '../../src/pages/locale.ts';
import { at } from './sampleDocuments.ts';

/** `Intl` sets spaces of several kinds that do not break; a table is easier to read with one. */
const plain = (text: string) => text.replace(/\s/g, ' ');

test.each([
  ['en-US', 'USD', 123_456_789n, '$1,234,567.89'],
  ['en-US', 'USD', -5n, '-$0.05'],
  ['de-DE', 'EUR', 123_456_789n, '1.234.567,89 €'],
  ['fr-FR', 'EUR', 123_456_789n, '1 234 567,89 €'],
  ['pl-PL', 'PLN', 123_456_789n, '1 234 567,89 zł'],
  ['pt-BR', 'BRL', 123_456_789n, 'R$ 1.234.567,89'],
  ['ja-JP', 'JPY', 1_234_567n, '￥1,234,567'],
  ['en-IN', 'INR', 123_456_789n, '₹12,34,567.89'],
  ['en-US', 'KWD', 1_234_567n, 'KWD 1,234.567'],
  ['en-US', 'CLF', 12_345n, 'CLF 1.2345'],
  ['ar-EG', 'EGP', 123_450n, '‏١٬٢٣٤٫٥٠ ج.م.‏'],
  // 10^15 minor units are the most that is billed: a float has lost cents long before the sum is written.
  ['en-US', 'USD', 1_000_000_000_000_001n, '$10,000,000,000,000.01'],
  ['en-US', 'USD', 90_071_992_547_409_931n, '$900,719,925,474,099.31'],
])('in %s an amount of %s is written as there: %s is %s', (locale, currency, minorUnits, written) => {
  expect(plain(formatsOf(locale, 'UTC', currency).amount(minorUnits))).toBe(written);
});

test.each([
  ['en-US', 'USD', '0.0025', '$0.000025'],
  ['en-US', 'USD', '0.000000000001', '$0.00000000000001'],
  ['en-US', 'USD', '123456789012345.123456789012', '$1,234,567,890,123.45123456789012'],
  ['de-DE', 'EUR', '4900', '49,00 €'],
  ['de-DE', 'EUR', '-12.5', '-0,125 €'],
  ['ja-JP', 'JPY', '0.05', '￥0.05'],
  ['en-US', 'CLF', '1.000000000001', 'CLF 0.0001000000000001'],
])('in %s a unit price in %s is written in full: %s is %s', (locale, currency, minorUnits, written) => {
  expect(plain(formatsOf(locale, 'UTC', currency).unitPrice(minorUnits))).toBe(written);
});

test.each([
  ['en-US', '123456789012345678901234567890.123456789012'],
  ['en-US', '0.000000000001'],
  ['en-US', '-9007199254740993'],
])('in %s a quantity keeps every digit: %s', (locale, quantity) => {
  expect(formatsOf(locale, 'UTC', 'USD').quantity(quantity).replaceAll(',', '')).toBe(quantity);
});

test.each([
  ['en-US', '8.875', '8.875%'],
  ['de-DE', '19', '19 %'],
  ['fr-FR', '5.5', '5,5 %'],
])('in %s a percentage of %s is %s', (locale, percentage, written) => {
  expect(plain(formatsOf(locale, 'UTC', 'USD').percentage(percentage))).toBe(written);
});

test.each([
  ['en-US', 'UTC', '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', 'Mar 1 – 31, 2026'],
  ['de-DE', 'Europe/Berlin', '2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z', '01.–31.03.2026'],
  ['ja-JP', 'Asia/Tokyo', '2026-02-28T15:00:00Z', '2026-03-31T15:00:00Z', '2026/03/01～2026/03/31'],
  // Not a local midnight: the period touches its last day.
  ['en-US', 'UTC', '2026-03-05T14:30:00Z', '2026-04-05T14:30:00Z', 'Mar 5 – Apr 5, 2026'],
  // One whole day, and a part of one.
  ['en-US', 'UTC', '2026-03-05T00:00:00Z', '2026-03-06T00:00:00Z', 'Mar 5, 2026'],
  ['en-US', 'UTC', '2026-03-05T10:00:00Z', '2026-03-05T15:00:00Z', 'Mar 5, 2026, 10:00 AM – 3:00 PM'],
  // A moment, which a single item of an invoice is for.
  ['en-US', 'UTC', '2026-03-05T10:00:00Z', '2026-03-05T10:00:00.001Z', 'Mar 5, 2026'],
  ['en-US', 'UTC', '2026-03-05T23:59:59.999Z', '2026-03-06T00:00:00Z', 'Mar 5, 2026'],
  // In Beirut the midnight of 29 March 2026 is skipped: that day begins at 01:00.
  ['en-US', 'Asia/Beirut', '2026-02-27T22:00:00Z', '2026-03-28T22:00:00Z', 'Feb 28 – Mar 28, 2026'],
])('in %s and %s the period from %s to %s is %s', (locale, timezone, start, end, written) => {
  const period = { start: at(start), end: at(end) };
  expect(plain(formatsOf(locale, timezone, 'USD').period(period))).toBe(written);
});

test('a date is that of the customer’s timezone', () => {
  const issued = at('2026-03-31T23:30:00Z');
  expect(formatsOf('en-US', 'America/New_York', 'USD').date(issued)).toBe('March 31, 2026');
  expect(formatsOf('de-DE', 'Europe/Berlin', 'EUR').date(issued)).toBe('1. April 2026');
  expect(formatsOf('ja-JP', 'Asia/Tokyo', 'JPY').date(issued)).toBe('2026年4月1日');
});

test.each([
  ['de-DE', 'de-DE', 'de', 'ltr', 'A4'],
  ['en-US', 'en-US', 'en', 'ltr', 'LETTER'],
  ['en', 'en', 'en', 'ltr', 'LETTER'],
  ['fr-CA', 'fr-CA', 'fr', 'ltr', 'LETTER'],
  ['en-GB', 'en-GB', 'en', 'ltr', 'A4'],
  ['ar-EG', 'ar-EG', 'ar', 'rtl', 'A4'],
  ['he', 'he', 'he', 'rtl', 'A4'],
  ['ar-EG-u-nu-latn-ca-buddhist', 'ar-EG', 'ar', 'rtl', 'A4'],
  ['tlh-KX', 'en-US', 'en', 'ltr', 'LETTER'],
  ['not a locale', 'en-US', 'en', 'ltr', 'LETTER'],
  ['', 'en-US', 'en', 'ltr', 'LETTER'],
])('the locale %s is read as %s: %s, %s, on %s', (tag, known, language, direction, paper) => {
  expect(pageLocale(tag)).toEqual({ tag: known, language, direction, paper });
});
