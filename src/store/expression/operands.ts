/** What type an operand has to have, and the words where it has another. */
import { Refusal, type ASTNode } from './parse.ts';
import { number, settled, type NumberTerm, type Term, type ValueType } from './terms.ts';

const names: Record<Term['type'], string> = {
  number: 'a number',
  text: 'a text',
  boolean: 'a truth value',
  dynamic: 'a property',
};

export const nameOf = (type: Term['type']): string => names[type];

/** `user` is what takes the operand, as it is written. */
export function numberOf(term: Term, node: ASTNode, user: string): NumberTerm {
  if (term.type === 'number') return term;
  if (term.type === 'dynamic') return number(term.as('number'));
  throw mismatch(node, user, 'number', term.type);
}

export function textOf(term: Term, node: ASTNode, user: string): string {
  if (term.type === 'text' || term.type === 'dynamic') return sqlOf(term, 'text');
  throw mismatch(node, user, 'text', term.type);
}

export function booleanOf(term: Term, node: ASTNode, user: string): string {
  if (term.type === 'boolean' || term.type === 'dynamic') return sqlOf(term, 'boolean');
  throw mismatch(node, user, 'boolean', term.type);
}

/** The type that two operands have in common; undefined where both are properties, which may be anything. */
export function commonType(left: Term, right: Term, node: ASTNode, user: string): ValueType | undefined {
  const [first, second] = [valueType(left), valueType(right)];
  if (first !== undefined && second !== undefined && first !== second)
    throw new Refusal(`${user} two values of one type, not ${names[first]} and ${names[second]}`, node.start);
  return first ?? second;
}

/** The SQL of a term that is of this type or a property. */
export function sqlOf(term: Term, type: ValueType | 'json'): string {
  if (term.type === 'dynamic') return term.as(type);
  return term.type === 'number' ? settled(term) : term.sql;
}

function valueType(term: Term): ValueType | undefined {
  return term.type === 'dynamic' ? undefined : term.type;
}

function mismatch(node: ASTNode, user: string, wanted: ValueType, given: Term['type']): Refusal {
  return new Refusal(`${user} takes ${names[wanted]}, not ${names[given]}`, node.start);
}
