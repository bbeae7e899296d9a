/** From CEL's syntax tree to SQL: operators, literals and properties. What is not listed here is refused by name. */
import { compileCall } from './calls.ts';
import { booleanOf, commonType, nameOf, numberOf, sqlOf } from './operands.ts';
import { refuse, Refusal, type ASTNode } from './parse.ts';
import {
  boolean,
  choose,
  divide,
  hasProperty,
  madeOf,
  multiply,
  number,
  property,
  quote,
  settled,
  text,
  valueOf,
  type Term,
} from './terms.ts';

type Node<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>;

/** Each side of a `+` between texts is cut to so many characters, so that no event makes a text too large for Postgres. */
const maximumJoined = 65_536;

/** `data` is the SQL of the event's data, a jsonb. */
export function compile(node: ASTNode, data: string): Term {
  const operand = (part: ASTNode): Term => compile(part, data);
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
      return unknownName(node);
    case '.':
    case '[]':
      return property(data, pathOf(node));
    case 'call':
    case 'rcall':
      return compileCall(node, operand, (argument) => hasProperty(data, pathOf(argument)));
    case '!_':
      return boolean(`(NOT ${booleanOf(operand(node.args), node.args, '`!`')})`);
    case '-_': {
      const value = numberOf(operand(node.args), node.args, '`-`');
      return { ...value, sql: `(- ${value.sql})` };
    }
    case '&&':
    case '||': {
      const [left, right] = node.args;
      const user = `\`${node.op}\``;
      const join = node.op === '&&' ? 'AND' : 'OR';
      return boolean(
        `(${booleanOf(operand(left), left, user)} ${join} ${booleanOf(operand(right), right, user)})`,
      );
    }
    case '?:':
      return conditional(node, operand);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(node, operand);
    case '==':
    case '!=':
      return equality(node, operand);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(node, operand);
    case 'in':
      return membership(node, operand);
    case 'list':
      return refuse(node, "a list is supported in a meter's expression only after `in`");
    case 'map':
      return refuse(node, "a map `{...}` is not supported in a meter's expression");
    case '.?':
    case '[?]':
      return refuse(node, "optional access is not supported in a meter's expression: use has()");
  }
}

function pathOf(node: ASTNode): [string, ...string[]] {
  if (node.op === 'id') return unknownName(node);
  if (node.op !== '.' && node.op !== '[]')
    return refuse(node, "only an event's properties can be reached into, as in data.request.size");
  const [parent, name] = node.args;
  if (typeof name !== 'string' && (name.op !== 'value' || typeof name.args !== 'string'))
    return refuse(
      name,
      'only a text is supported in `[...]` in a meter\'s expression, as in data["content-length"]',
    );
  const key = typeof name === 'string' ? name : String(name.args);
  return parent.op === 'id' && parent.args === 'data' ? [key] : [...pathOf(parent), key];
}

function unknownName({ args: name, start }: Node<'id'>): never {
  throw new Refusal(
    name === 'data'
      ? '`data` is the whole event: name a property of it, as in data.region'
      : `\`${name}\` is unknown: an event's properties are reached as data.region`,
    start,
  );
}

function literal(node: Node<'value'>): Term {
  const value = node.args;
  if (typeof value === 'string') return text(quote(value));
  if (typeof value === 'boolean') return boolean(String(value));
  if (typeof value === 'bigint') return number(numberLiteral(node, value.toString()));
  // Not its value, which is a float: the digits that were written.
  if (typeof value === 'number') return number(numberLiteral(node, node.input.slice(node.start, node.end)));
  if (value === null) return refuse(node, "`null` is not supported in a meter's expression: use has()");
  if (value instanceof Uint8Array)
    return refuse(node, "bytes such as b'...' are not supported in a meter's expression");
  return refuse(
    node,
    "an unsigned number such as 1u is not supported in a meter's expression: leave out the u",
  );
}

function numberLiteral(node: ASTNode, digits: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(digits) ?? refuse(node, 'this is no number');
  const shift = Number(exponent);
  if (whole.replace(/^0+/, '').length + shift > 30 || fraction.length - shift > 30)
    return refuse(node, `${digits} has more than 30 digits before or after the point`);
  return `${digits}::numeric`;
}

function conditional(node: Node<'?:'>, operand: (node: ASTNode) => Term): Term {
  const [test, yes, no] = node.args;
  const condition = booleanOf(operand(test), test, '`? :`');
  const [then, otherwise] = [operand(yes), operand(no)];
  switch (commonType(then, otherwise, no, '`? :` gives')) {
    case 'number': {
      const numbers = [numberOf(then, yes, '`? :`'), numberOf(otherwise, no, '`? :`')] as const;
      return madeOf(numbers, choose(condition, valueOf(numbers[0]), valueOf(numbers[1])));
    }
    case 'text':
      return text(choose(condition, sqlOf(then, 'text'), sqlOf(otherwise, 'text')));
    case 'boolean':
      return boolean(choose(condition, sqlOf(then, 'boolean'), sqlOf(otherwise, 'boolean')));
    case undefined:
      return { type: 'dynamic', as: (type) => choose(condition, sqlOf(then, type), sqlOf(otherwise, type)) };
  }
}

/** All numbers are decimals: 7 / 2 is 3.5. Two properties that are added are numbers. */
function arithmetic(node: Node<'+' | '-' | '*' | '/' | '%'>, operand: (node: ASTNode) => Term): Term {
  const user = `\`${node.op}\``;
  const terms = [operand(node.args[0]), operand(node.args[1])] as const;
  if (node.op === '+' && commonType(...terms, node.args[1], '`+` takes') === 'text')
    return text(
      `(${terms.map((term) => `left(${sqlOf(term, 'text')}, ${String(maximumJoined)})`).join(' || ')})`,
    );
  const left = numberOf(terms[0], node.args[0], user);
  const right = numberOf(terms[1], node.args[1], user);
  switch (node.op) {
    case '+':
    case '-':
      return madeOf([left, right], `(${valueOf(left)} ${node.op} ${valueOf(right)})`);
    case '*':
      return multiply(left, right);
    case '/':
      return divide(left, right);
    case '%':
      return madeOf([left, right], `mod(${settled(left)}, nullif(${settled(right)}, 0))`);
  }
}

function equality(node: Node<'==' | '!='>, operand: (node: ASTNode) => Term): Term {
  const [left, right] = [operand(node.args[0]), operand(node.args[1])];
  const type = commonType(left, right, node.args[1], `\`${node.op}\` compares`) ?? 'json';
  return boolean(`(${sqlOf(left, type)} ${node.op === '==' ? '=' : '<>'} ${sqlOf(right, type)})`);
}

/** Texts by code point, as CEL has it. Two properties are compared as numbers. */
function order(node: Node<'<' | '<=' | '>' | '>='>, operand: (node: ASTNode) => Term): Term {
  const [left, right] = [operand(node.args[0]), operand(node.args[1])];
  const type = commonType(left, right, node.args[1], `\`${node.op}\` compares`) ?? 'number';
  if (type === 'boolean')
    return refuse(node, `\`${node.op}\` compares numbers or texts, not ${nameOf('boolean')}`);
  const collation = type === 'text' ? ' COLLATE "C"' : '';
  return boolean(`(${sqlOf(left, type)}${collation} ${node.op} ${sqlOf(right, type)})`);
}

function membership(node: Node<'in'>, operand: (node: ASTNode) => Term): Term {
  const [item, list] = node.args;
  if (list.op !== 'list' || list.args.length === 0)
    return refuse(
      list,
      'after `in` a meter\'s expression takes a list of literals, as in data.region in ["eu", "us"]',
    );
  const term = operand(item);
  const choices = list.args.map((choice) => {
    if ((choice.op === '-_' ? choice.args : choice).op !== 'value')
      return refuse(choice, 'a list after `in` holds literals only');
    const value = operand(choice);
    return { value, type: commonType(term, value, choice, '`in` compares'), choice };
  });
  const type = choices[0]?.type ?? 'json';
  const odd = choices.find((choice) => choice.type !== type);
  if (odd) return refuse(odd.choice, 'a list after `in` holds literals of one type');
  return boolean(`(${sqlOf(term, type)} IN (${choices.map(({ value }) => sqlOf(value, type)).join(', ')}))`);
}
