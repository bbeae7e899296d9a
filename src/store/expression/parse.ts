/** Reads an expression, which is CEL: the grammar is the library's, the limits and the words of a refusal are ours. */
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';

export type { ASTNode };

/** What one expression may cost, in time and in digits, is bounded by its size. */
const maximumCharacters = 2_000;
const maximumParts = 100;

const environment = new Environment({ limits: { maxAstNodes: maximumParts } });

/** What is wrong with an expression and, where it can be said, at which offset of its source. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function refuse(node: ASTNode, message: string): never {
  throw new Refusal(message, node.start);
}

export function parse(source: string): ASTNode {
  if (source.trim() === '') throw new Refusal('the expression is empty: write one such as data.bytes');
  if (source.length > maximumCharacters)
    throw new Refusal(`the expression is longer than ${String(maximumCharacters)} characters`);
  try {
    return environment.parse(source).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (error.code === 'limit_exceeded')
      throw new Refusal(
        `the expression has more than ${String(maximumParts)} parts, or is nested too deeply`,
      );
    throw new Refusal(
      error.summary.charAt(0).toLowerCase() +
        error.summary.slice(1).replaceAll('EOF', 'end of the expression'),
      error.range?.start,
    );
  }
}
