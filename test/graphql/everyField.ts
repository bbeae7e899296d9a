/** What tests make of the schema: a selection for each field, and an input for each mutation. */
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Field } from '../../src/graphql/guard.ts';
import type { Ids } from './aWorld.ts';

/** A field with what it must have to be asked for. */
export function selectionOf(field: Field): string {
  const required = field.args.filter(isRequiredArgument).map(({ name }) => `${name}: "main"`);
  const args = required.length === 0 ? '' : `(${required.join(', ')})`;
  return `${field.name}${args}${isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''}`;
}

export function fieldsOf(type: GraphQLObjectType): Field[] {
  return Object.values<Field>(type.getFields());
}

export function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
}

/** What is given where a field of an input is not an id. */
const texts: Readonly<Record<string, string>> = {
  name: 'somewhere',
  email: 'somebody@elsewhere.test',
  adminEmail: 'admin@elsewhere.test',
  token: 'no-such-token',
  role: 'consumer',
  readme: 'Read me.',
  description: 'Described.',
};

/** An input whose ids are `ids`: what must be given, and ids that may be. */
export function inputOf(field: Field, ids: Ids): Record<string, unknown> {
  const type = getNamedType(field.args[0]?.type as GraphQLInputType);
  if (!isInputObjectType(type)) throw new Error(`${field.name} takes no input`);
  const given = Object.values(type.getFields())
    .filter(
      ({ type: of, name }) =>
        isNonNullType(of) ||
        name === 'variantIds' ||
        (name === 'memberId' && field.name.endsWith('ResourceRole')),
    )
    .map(({ name, type: of }) => [name, valueOf(name, of, ids)] as const);
  return Object.fromEntries(given);
}

function valueOf(name: string, type: GraphQLInputType, ids: Ids): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) {
    return [name.endsWith('Ids') ? idOf(name.slice(0, -1), ids) : 'GRAPH_READ'];
  }
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (bare.toString() === 'Boolean') return true;
  return bare.toString() === 'ID' && name !== 'role' ? idOf(name, ids) : (texts[name] ?? 'x');
}

function idOf(name: string, ids: Ids): string {
  const id = name === 'on' ? ids.variantId : (ids as unknown as Record<string, string>)[name];
  if (id === undefined) throw new Error(`there is no id for ${name}`);
  return id;
}
