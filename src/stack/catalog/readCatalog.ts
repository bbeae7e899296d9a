/** Catalog files: YAML, read and checked, each mistake with its file, line and column. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { catalogSchema, type WrittenCatalog } from '../../catalog/catalogFile.ts';
import { StackError } from '../stackError.ts';

type Path = readonly PropertyKey[];

interface CatalogFile {
  readonly path: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly catalog: WrittenCatalog;
}

export interface CatalogFiles {
  /** What all of the files describe, in their order. */
  readonly catalog: WrittenCatalog;
  /** `file:line:column` of a place in the catalog, such as `plans[0].prices[1].meter`. */
  locate(param: string): string;
}

/**
 * Reads catalog files; of a directory, all that end in .yaml or .yml. Throws a `StackError` with a line for each
 * mistake.
 */
export async function readCatalog(paths: readonly string[]): Promise<CatalogFiles> {
  const names = (await Promise.all(paths.map(listFiles))).flat();
  const files = await Promise.all(names.map(readFileOf));
  return {
    catalog: {
      meters: files.flatMap(({ catalog }) => catalog.meters),
      features: files.flatMap(({ catalog }) => catalog.features),
      plans: files.flatMap(({ catalog }) => catalog.plans),
    },
    locate: (param) => locateIn(files, toPath(param)),
  };
}

async function listFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new StackError(`There is no file or directory ${path}.`);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new StackError(`${path} has no file that ends in .yaml or .yml.`);
  return names.map((name) => join(path, name));
}

async function readFileOf(path: string): Promise<CatalogFile> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(path, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const refuse = (mistakes: readonly string[]) => new StackError(mistakes.join('\n'));
  const misread = [...document.errors, ...document.warnings];
  if (misread.length > 0) {
    throw refuse(misread.map(({ pos, message }) => `${position(path, lines, pos[0])}: ${message}`));
  }
  const checked = catalogSchema.safeParse(toValue(document, path) ?? {});
  if (!checked.success) {
    throw refuse(
      checked.error.issues.flatMap(explainIssue).map(({ at, message }) => {
        const name = at.length === 0 ? '' : ` ${toParam(at)}:`;
        return `${placeOf({ path, document, lines }, at)}:${name} ${message}`;
      }),
    );
  }
  return { path, document, lines, catalog: checked.data };
}

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new StackError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Mistake {
  readonly at: Path;
  readonly message: string;
}

/** Of a number where text is asked for: YAML's own numbers are floats, so the file must quote it. */
function explainIssue(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      at: [...issue.path, key],
      message: 'is not known here: take it out.',
    }));
  }
  const message =
    issue.code === 'invalid_type' && issue.expected === 'string'
      ? 'give text; put a number in quotes, such as "0.0025".'
      : `${issue.message}.`;
  return [{ at: issue.path, message }];
}

function locateIn(files: readonly CatalogFile[], [section, index, ...rest]: Path): string {
  let before = 0;
  for (const file of files) {
    const entries = file.catalog[section as keyof WrittenCatalog].length;
    if (typeof index === 'number' && index < before + entries) {
      return placeOf(file, [String(section), index - before, ...rest]);
    }
    before += entries;
  }
  throw new Error(
    `the catalog has no ${toParam([String(section), ...(index === undefined ? [] : [index])])}`,
  );
}

/** The nearest node that is there: what is missing has no place of its own. */
function placeOf({ path, document, lines }: Omit<CatalogFile, 'catalog'>, at: Path): string {
  for (let length = at.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(at.slice(0, length), true);
    const start = rangeOf(node);
    if (start !== undefined) return position(path, lines, start);
  }
  return position(path, lines, 0);
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined;
}

function position(path: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${path}:${String(line)}:${String(col)}`;
}

/** `plans[0].prices[1].meter` as keys and indexes, and back. */
function toPath(param: string): Path {
  return [...param.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
}

function toParam(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
