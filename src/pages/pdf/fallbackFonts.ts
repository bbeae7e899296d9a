/**
 * The fonts for what Inter lacks. Noto comes in slices, each for some code points (`unicode.json`): of the megabytes of
 * Japanese or Chinese, a page opens the few slices that it needs, and takes the glyphs that it needs from them.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as fontkit from 'fontkit';
import subsetFont from 'subset-font';

export type Weight = 400 | 600;

/** A slice of a family, by the name that its file has. */
export interface Slice {
  readonly key: string;
  readonly file: string;
  /** Whether its list names a code point: the lists name more than the fonts have. */
  readonly names: (codePoint: number) => boolean;
}

/** The order in which a character is looked for: the same code point is drawn differently in Japan and in China. */
const familiesByLanguage: Readonly<Record<string, readonly string[]>> = {
  ja: ['jp', 'kr', 'sc'],
  ko: ['kr', 'jp', 'sc'],
  zh: ['sc', 'jp', 'kr'],
};
const eastAsian = ['jp', 'sc', 'kr'];
const others = ['hebrew', 'arabic', 'thai', 'devanagari'];

const installed = createRequire(import.meta.url);
const known = new Map<string, Promise<readonly Slice[]>>();
const characters = new Map<string, Promise<ReadonlySet<number>>>();

/** All slices, in the order in which a page of this language looks for a character. */
export async function slicesFor(language: string): Promise<readonly Slice[]> {
  const families = [...(familiesByLanguage[language] ?? eastAsian), ...others];
  const slices = await Promise.all(
    families.map((family) => {
      const read = known.get(family) ?? readSlices(family);
      known.set(family, read);
      return read;
    }),
  );
  return slices.flat();
}

/** The code points that a slice has. */
export function charactersOf({ file }: Slice): Promise<ReadonlySet<number>> {
  const read = characters.get(file) ?? readFile(file).then((font) => new Set(openFont(font).characterSet));
  characters.set(file, read);
  return read;
}

/** Reads a font file. Throws for a collection of fonts. */
export function openFont(file: Buffer): fontkit.Font {
  const font = fontkit.create(file);
  if ('fonts' in font) throw new TypeError('a collection of fonts where one font was expected');
  return font;
}

/** A font of one weight with the glyphs for `text`: Noto's are variable, which a PDF cannot hold. */
export async function cutSlice({ file }: Slice, text: string, weight: Weight): Promise<Buffer> {
  return subsetFont(await readFile(file), text, {
    targetFormat: 'truetype',
    variationAxes: { wght: weight },
  });
}

async function readSlices(family: string): Promise<Slice[]> {
  const folder = path.dirname(installed.resolve(`@fontsource-variable/noto-sans-${family}/package.json`));
  const ranges = JSON.parse(await readFile(path.join(folder, 'unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  return Object.entries(ranges)
    .filter(([slice]) => !slice.startsWith('latin'))
    .map(([slice, list]) => {
      const key = `${family}-${slice.replace(/[[\]]/g, '')}`;
      const file = path.join(folder, 'files', `noto-sans-${key}-wght-normal.woff2`);
      return { key, file, names: coverage(list) };
    });
}

/** Reads `U+3040-309f,U+30a0`. */
function coverage(list: string): (codePoint: number) => boolean {
  const ranges = list.split(',').map((range) => {
    const [first = '', last = first] = range.trim().replace('U+', '').split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const;
  });
  return (codePoint) => ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
}
