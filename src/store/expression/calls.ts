/** The functions of CEL that an expression may call. */
import { serialize } from '@marcbachmann/cel-js';
import { numberOf, textOf } from './operands.ts';
import { refuse, type ASTNode } from './parse.ts';
import {
  boolean,
  madeOf,
  number,
  numberOfText,
  settled,
  text,
  textOfNumber,
  valueOf,
  type BooleanTerm,
  type NumberTerm,
  type Term,
} from './terms.ts';

type Call = Extract<ASTNode, { op: 'call' | 'rcall' }>;
type Operand = (node: ASTNode) => Term;

const supported =
  'it has has(), size(), int(), double(), string(), contains(), startsWith(), endsWith() and math.greatest(), ' +
  'least(), abs(), ceil(), floor() and round()';

/** Postgres' reverse() lets the end of a text be found with each operand named once. */
const textTests = new Map<string, (whole: string, part: string) => string>([
  ['contains', (whole, part) => `(strpos(${whole}, ${part}) > 0)`],
  ['startsWith', (whole, part) => `starts_with(${whole}, ${part})`],
  ['endsWith', (whole, part) => `starts_with(reverse(${whole}), reverse(${part}))`],
]);

const roundings: ReadonlySet<string> = new Set(['ceil', 'floor', 'round']);

/** Not GREATEST and LEAST, which pass over NULL. */
const choices = new Map([
  ['greatest', 'numeric_larger'],
  ['least', 'numeric_smaller'],
]);

const functions = new Map<string, (term: Term, node: ASTNode) => Term>([
  ['size', (term, node) => number(`char_length(${textOf(term, node, 'size()')})::numeric`)],
  ['int', (term, node) => number(`trunc(${settled(toNumber(term, node, 'int()'))})`)],
  ['double', (term, node) => toNumber(term, node, 'double()')],
  ['string', toText],
]);

export function compileCall(node: Call, operand: Operand, has: (node: ASTNode) => BooleanTerm): Term {
  if (node.op === 'call') {
    const [name, args] = node.args;
    const compileFunction = functions.get(name);
    if (name !== 'has' && compileFunction === undefined) return unsupported(node, name);
    const argument = only(node, name, args);
    return compileFunction ? compileFunction(operand(argument), argument) : has(argument);
  }
  const [name, receiver, args] = node.args;
  if (receiver.op === 'id' && receiver.args === 'math') return compileMath(node, name, args, operand);
  const test = textTests.get(name);
  if (test === undefined) return unsupported(node, `${serialize(receiver)}.${name}`);
  const argument = only(node, name, args);
  const user = `${name}()`;
  return boolean(test(textOf(operand(receiver), receiver, user), textOf(operand(argument), argument, user)));
}

function compileMath(node: Call, name: string, args: readonly ASTNode[], operand: Operand): Term {
  const user = `math.${name}()`;
  const numberAt = (argument: ASTNode) => numberOf(operand(argument), argument, user);
  const choice = choices.get(name);
  if (choice !== undefined) {
    if (args.length === 0) return refuse(node, `${user} takes one number or more`);
    const numbers = args.map(numberAt);
    return madeOf(
      numbers,
      numbers.map(valueOf).reduce((left, right) => `${choice}(${left}, ${right})`),
    );
  }
  if (name !== 'abs' && !roundings.has(name)) return unsupported(node, `math.${name}`);
  const value = numberAt(only(node, `math.${name}`, args));
  return name === 'abs' ? madeOf([value], `abs(${valueOf(value)})`) : number(`${name}(${settled(value)})`);
}

function toNumber(term: Term, node: ASTNode, user: string): NumberTerm {
  return term.type === 'text' ? number(numberOfText(term.sql)) : numberOf(term, node, user);
}

function toText(term: Term): Term {
  switch (term.type) {
    case 'number':
      return text(textOfNumber(settled(term)));
    case 'text':
      return term;
    case 'boolean':
      return text(`${term.sql}::text`);
    case 'dynamic':
      return text(term.as('text'));
  }
}

function only(node: Call, name: string, args: readonly ASTNode[]): ASTNode {
  const [argument, ...more] = args;
  if (argument === undefined || more.length > 0)
    return refuse(node, `${name}() takes one argument, not ${String(args.length)}`);
  return argument;
}

function unsupported(node: Call, name: string): never {
  const shown = name.length > 80 ? `${name.slice(0, 40)}…${name.slice(-20)}` : name;
  return refuse(node, `\`${shown}(...)\` is not supported in a meter's expression: ${supported}`);
}
