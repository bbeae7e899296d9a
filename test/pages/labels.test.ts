/** Every language has every label, with the same values in it. */
import { expect, test } from '@jest/globals';
import { fill, labelsOf, type Labels } from '../../src/pages/labels.ts';

const languages = ['de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt'];

function flat(labels: object, path = ''): [path: string, label: string][] {
  return Object.entries(labels).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : flat(value as object, `${path}${key}.`),
  );
}

const valuesOf = (labels: Labels) =>
  flat(labels).map(([path, label]) => [path, [...label.matchAll(/\{\w+\}/g)].map(String).sort()]);

test.each(languages)(
  'the labels of %s are complete, and name the values that the English ones name',
  (language) => {
    const labels = labelsOf(language);
    expect(valuesOf(labels)).toEqual(valuesOf(labelsOf('en')));
    expect(flat(labels).filter(([, label]) => label.trim() !== label || label === '')).toEqual([]);
    if (language !== 'en') expect(labels).not.toBe(labelsOf('en'));
  },
);

test('a language without labels has the English ones', () => {
  expect(labelsOf('sv')).toBe(labelsOf('en'));
});

test('a label without its value is a mistake', () => {
  expect(fill('{number} of {date}', { number: 'A-1', date: 'today' })).toBe('A-1 of today');
  expect(() => fill('{number} of {date}', { number: 'A-1' })).toThrow('no value for date');
});

test('a value is printed as it is, even where it looks like a place for another', () => {
  expect(fill('{number} of {date}', { number: '{date}$&', date: 'today' })).toBe('{date}$& of today');
});
