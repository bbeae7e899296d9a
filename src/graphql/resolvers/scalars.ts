/** Values that JSON has no type for. */
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';
import { formatInstant, parseInstant, type Instant } from '../../domain/instant.ts';

const dateTime = new GraphQLScalarType<Instant, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (typeof value !== 'number') throw new Error('a DateTime is an instant');
    return formatInstant(value as Instant);
  },
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function readInstant(value: unknown): Instant {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined)
    throw new GraphQLError('A DateTime is RFC 3339, such as "2026-01-31T00:00:00Z".');
  return instant;
}

const asText = (name: string, what: RegExp): GraphQLScalarType<string, string> => {
  const read = (value: unknown): string => {
    if (typeof value === 'string' && what.test(value)) return value;
    throw new GraphQLError(`${name} is a number as text.`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    serialize: (value) => read(typeof value === 'bigint' ? String(value) : value),
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
};

const json = (name: string): GraphQLScalarType =>
  new GraphQLScalarType({
    name,
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  });

export const scalars = {
  DateTime: dateTime,
  Amount: asText('Amount', /^-?\d+$/),
  Decimal: asText('Decimal', /^-?\d+(\.\d+)?$/),
  JSON: json('JSON'),
  _Any: json('_Any'),
};
