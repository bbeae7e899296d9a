/** How much one request may ask for: refused before anything is read. Documented in docs/graphql.md. */
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import {
  getArgumentValues,
  getNullableType,
  GraphQLError,
  isListType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { defaultPageSize } from './connection.ts';

export const limits = {
  /** Fields inside fields. */
  depth: 12,
  aliases: 30,
  /** Words and signs of the document. */
  tokens: 2000,
  /** Fields that would be answered, if each list were as long as was asked for. */
  cost: 20_000,
} as const;

/** How long a list is taken to be that has no size of its own. */
const assumedLength = 10;

export const limitPlugins = (): Plugin[] => [
  maxTokensPlugin({ n: limits.tokens }),
  maxDepthPlugin({ n: limits.depth, flattenFragments: true }),
  maxAliasesPlugin({ n: limits.aliases }),
  limitCost(),
];

function limitCost(): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { schema, document, variableValues } = args as ExecutionArgs;
      const cost = costOf(schema, document, variableValues ?? {});
      if (cost <= limits.cost) return;
      setResultAndStopExecution({
        errors: [
          new GraphQLError(
            `The query costs ${String(cost)}, and may cost ${String(limits.cost)}: ask for shorter pages, or for less in each.`,
            { extensions: { code: 'COST_LIMIT_EXCEEDED', cost } },
          ),
        ],
      });
    },
  };
}

/**
 * One for each field, times the length of each list that it is in: of a connection what `first` or `last` asks for, of what
 * is asked for by a list of ids its length, of another list its `first`, or ten. `totalCount` costs as much as ten fields. The schema itself costs nothing.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();

  /** What a fragment costs where it is spread; they have no cycles, as validation refuses those. */
  function fragmentCost(name: string): number {
    const cost = known.get(name) ?? (fragments.has(name) ? walk(fragments.get(name)) : 0);
    known.set(name, cost);
    return cost;
  }

  function walk(root: DocumentNode['definitions'][number] | undefined): number {
    if (!root) return 0;
    const typeInfo = new TypeInfo(schema);
    const lengths = [1];
    let cost = 0;
    visit(
      root,
      visitWithTypeInfo(typeInfo, {
        Field: {
          enter(node) {
            if (node.name.value.startsWith('__')) return false;
            const field = typeInfo.getFieldDef();
            const times = lengths.at(-1) ?? 1;
            cost += times * (node.name.value === 'totalCount' ? assumedLength : 1);
            lengths.push(times * (field ? lengthOf(field, node, variables) : 1));
            return undefined;
          },
          leave() {
            lengths.pop();
          },
        },
        FragmentSpread(node) {
          cost += (lengths.at(-1) ?? 1) * fragmentCost(node.name.value);
        },
      }),
    );
    return cost;
  }

  return document.definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .reduce((sum, operation) => sum + walk(operation), 0);
}

function lengthOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const type = getNullableType(field.type);
  if (isObjectType(type) && type.name.endsWith('Connection')) {
    const { first, last } = argumentsOf(field, node, variables);
    const size = [first, last].find((given) => typeof given === 'number') ?? defaultPageSize;
    return Math.max(1, size); // less is refused where it is read, and must not make the rest cheaper
  }
  if (!isListType(type)) return 1;
  // Of a connection they are counted already.
  if (field.name === 'edges' || field.name === 'nodes') {
    if (field.args.length === 0) return 1;
  }
  const given = argumentsOf(field, node, variables);
  if (typeof given['first'] === 'number') return Math.max(1, given['first']);
  const ids = Object.values(given).find((value) => Array.isArray(value));
  return ids === undefined ? assumedLength : Math.max(1, ids.length);
}

/** What cannot be read is refused where it is used. */
function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}
