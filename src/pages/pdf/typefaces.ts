/** Which font draws which character of a page: Inter, a slice of Noto, or none. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { charactersOf, cutSlice, openFont, slicesFor, type Slice, type Weight } from './fallbackFonts.ts';

/** The name of a font in the PDF's register. */
export type Face = string;

export interface Typefaces {
  /** The fonts that the page needs, to be registered under their names. */
  readonly fonts: ReadonlyMap<Face, Buffer>;
  /** The font of a cluster of code points in a weight, or undefined where none has it. */
  readonly faceOf: (cluster: string, weight: Weight) => Face | undefined;
}

const weights: readonly Weight[] = [400, 600];
const interFiles: Readonly<Record<Weight, string>> = {
  400: '400Regular/Inter_400Regular.ttf',
  600: '600SemiBold/Inter_600SemiBold.ttf',
};
const installed = createRequire(import.meta.url);

interface Inter {
  readonly fonts: readonly (readonly [Face, Buffer])[];
  readonly covers: (codePoint: number) => boolean;
}
let inter: Promise<Inter> | undefined;

/** The typefaces for all texts of a page, of a language that decides between East Asian forms. */
export async function typefacesFor(texts: readonly string[], language: string): Promise<Typefaces> {
  inter ??= openInter();
  const { fonts, covers } = await inter;
  // Code points too: a cluster that no font has as a whole is drawn one by one.
  const clusters = new Set(texts.flatMap((text) => [...clustersOf(text), ...Array.from(text)]));
  const missing = [...clusters].filter((cluster) => !isCovered(cluster, covers));
  const slices = missing.length === 0 ? [] : await slicesFor(language);
  const sliceOf = new Map<string, Slice>();
  for (const cluster of missing) {
    const slice = await sliceWith(cluster, slices);
    if (slice) sliceOf.set(cluster, slice);
  }
  const cut = await Promise.all([...charactersBySlice(sliceOf)].flatMap(cutWeights));
  return {
    fonts: new Map([...fonts, ...cut]),
    faceOf: (cluster, weight) => {
      if (isCovered(cluster, covers)) return faceName('inter', weight);
      const slice = sliceOf.get(cluster);
      return slice && faceName(slice.key, weight);
    },
  };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader takes for one character: a letter with its marks belongs into one font. */
export function clustersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Marks of direction, joiners, soft hyphens and variation selectors: they draw nothing, and no font has to have them. */
export const invisible = /[\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]/gu;

function isCovered(cluster: string, covers: (codePoint: number) => boolean): boolean {
  return Array.from(cluster.replace(invisible, '')).every((character) =>
    covers(character.codePointAt(0) ?? 0),
  );
}

async function sliceWith(cluster: string, slices: readonly Slice[]): Promise<Slice | undefined> {
  for (const slice of slices.filter(({ names }) => isCovered(cluster, names))) {
    const characters = await charactersOf(slice);
    if (isCovered(cluster, (codePoint) => characters.has(codePoint))) return slice;
  }
  return undefined;
}

function charactersBySlice(sliceOf: ReadonlyMap<string, Slice>): ReadonlyMap<Slice, string> {
  const characters = new Map<Slice, string>();
  for (const [cluster, slice] of sliceOf) characters.set(slice, (characters.get(slice) ?? '') + cluster);
  return characters;
}

function cutWeights([slice, characters]: [Slice, string]): Promise<readonly [Face, Buffer]>[] {
  return weights.map(async (weight) => {
    const font = await cutSlice(slice, characters, weight);
    return [faceName(slice.key, weight), font] as const;
  });
}

function faceName(family: string, weight: Weight): Face {
  return `${family}-${String(weight)}`;
}

async function openInter(): Promise<Inter> {
  const fonts = await Promise.all(
    weights.map(async (weight) => {
      const file = installed.resolve(`@expo-google-fonts/inter/${interFiles[weight]}`);
      return [faceName('inter', weight), await readFile(file)] as const;
    }),
  );
  const [regular] = fonts;
  const characters = new Set(regular === undefined ? [] : openFont(regular[1]).characterSet);
  return { fonts, covers: (codePoint) => characters.has(codePoint) };
}
