/** A line of text as runs from left to right, each of one font and one direction. */
import bidiFactory from 'bidi-js';
import type { Weight } from './fallbackFonts.ts';
import { clustersOf, invisible, type Face, type Typefaces } from './typefaces.ts';

export interface Run {
  readonly text: string;
  readonly face: Face;
}

interface Piece {
  readonly cluster: string;
  readonly face: Face;
  /** Of the Unicode Bidirectional Algorithm: odd runs from right to left. */
  readonly level: number;
}

// The types are those of an ES module, the package is CommonJS: its export is the factory itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}]|[\u{1e800}-\u{1efff}]/u;

/** What stands for a character that no font has. */
const unknown = '?';

/** The runs of a line, in the order in which they are drawn. */
export function runsOf(line: string, weight: Weight, typefaces: Typefaces): Run[] {
  const levels = rightToLeft.test(line) ? bidi.getEmbeddingLevels(line).levels : undefined;
  let at = 0;
  const pieces = clustersOf(line).flatMap((cluster): Piece[] => {
    const level = levels?.[at] ?? 0;
    at += cluster.length;
    const face = typefaces.faceOf(cluster, weight);
    if (face !== undefined) return [{ cluster, face, level }];
    return Array.from(cluster, (character) => pieceOf(character, level, weight, typefaces));
  });
  return inOrderOfSight(joined(pieces)).flatMap(({ text, face, level }) => {
    const shown = level % 2 === 1 ? mirrored(text) : forward(text);
    const drawn = face.startsWith('inter') ? shown.replace(invisible, '') : shown;
    return drawn === '' ? [] : [{ text: drawn, face }];
  });
}

function pieceOf(character: string, level: number, weight: Weight, typefaces: Typefaces): Piece {
  const face = typefaces.faceOf(character, weight);
  return face === undefined
    ? { cluster: unknown, face: `inter-${String(weight)}`, level }
    : { cluster: character, face, level };
}

interface LevelRun extends Run {
  readonly level: number;
}

function joined(pieces: readonly Piece[]): LevelRun[] {
  const runs: LevelRun[] = [];
  for (const { cluster, face, level } of pieces) {
    const last = runs.at(-1);
    if (last?.face === face && last.level === level) {
      runs[runs.length - 1] = { face, level, text: last.text + cluster };
    } else {
      runs.push({ face, level, text: cluster });
    }
  }
  return runs;
}

/** Rule L2: from the highest level to the lowest odd one, reverse what is at that level or above. */
function inOrderOfSight(runs: LevelRun[]): LevelRun[] {
  const levels = runs.map(({ level }) => level);
  let order = runs;
  for (let level = Math.max(0, ...levels); level > 0; level -= 1) {
    order = reverseFrom(order, level);
  }
  return order;
}

function reverseFrom(runs: readonly LevelRun[], level: number): LevelRun[] {
  const result: LevelRun[] = [];
  let above: LevelRun[] = [];
  for (const run of runs) {
    if (run.level >= level) {
      above.unshift(run);
    } else {
      result.push(...above, run);
      above = [];
    }
  }
  return [...result, ...above];
}

/** Arabic digits read from left to right, but the font's shaping takes them for letters and turns them: so they go in turned. */
function forward(text: string): string {
  return rightToLeft.test(text) ? clustersOf(text).reverse().join('') : text;
}

/** Brackets face the other way. Letters are turned by the font's own shaping; a run without any is turned here. */
function mirrored(text: string): string {
  const clusters = clustersOf(text).map((cluster) => bidi.getMirroredCharacter(cluster) ?? cluster);
  return (rightToLeft.test(text) ? clusters : clusters.reverse()).join('');
}
