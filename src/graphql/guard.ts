/**
 * The one place where the schema's rules are kept: every field of the executable schema is wrapped by what its directive,
 * or that of its type, says. A field without a rule stops the start.
 */
import {
  defaultFieldResolver,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isObjectType,
  valueFromAST,
} from 'graphql';
import type { DirectiveNode, GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Access, Resource } from '../domain/permissions/access.ts';
import { check } from '../domain/permissions/decision.ts';
import {
  featureCodes,
  permissionRow,
  type Permission,
  type ResourceKind,
} from '../domain/permissions/permission.ts';
import { isStranger, type Found } from '../organizations/access.ts';
import { isHidden } from '../organizations/decide.ts';
import { DeniedError, hidden, telling, unauthenticated } from '../organizations/denial.ts';
import { actorId } from '../organizations/request.ts';
import { hasClientMutation } from '../store/reads/clientMutations.ts';
import type { GraphqlContext } from './context.ts';
import { permissionOf } from './permissionNames.ts';
import { toUserError } from './userErrors.ts';

/** As the schema's own type has it: it says nothing of the context. */
export type Field = GraphQLField<unknown, GraphqlContext>;

export type Rule =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'signed_in' }
  /** `of`: where the id of the resource stands, in the object or in the arguments. */
  | { readonly kind: 'permission'; readonly permission: Permission; readonly of: readonly string[] };

/** The rule of a field: its own, or that it may be seen by whoever sees its object. Undefined: it was forgotten. */
export function ruleOfField(schema: GraphQLSchema, type: GraphQLObjectType, field: Field) {
  const own = ruleOf(schema, field.astNode?.directives ?? []);
  if (own) return own;
  return ruleOfType(schema, type) && ({ kind: 'everyone' } as const);
}

/** Who may see that there is such a thing. Undefined for `Query` and `Mutation`, whose fields have rules of their own. */
export function ruleOfType(schema: GraphQLSchema, type: GraphQLObjectType): Rule | undefined {
  return ruleOf(schema, type.astNode?.directives ?? []);
}

function ruleOf(schema: GraphQLSchema, directives: readonly DirectiveNode[]): Rule | undefined {
  for (const directive of directives) {
    switch (directive.name.value) {
      case 'everyone':
        return { kind: 'everyone' };
      case 'signedIn':
        return { kind: 'signed_in' };
      case 'permission':
        return {
          kind: 'permission',
          permission: permissionOf(String(argument(schema, directive, 'is'))),
          of: String(argument(schema, directive, 'of')).split('.'),
        };
    }
  }
  return undefined;
}

function argument(schema: GraphQLSchema, directive: DirectiveNode, name: string): unknown {
  const definition = schema.getDirective(directive.name.value)?.args.find((arg) => arg.name === name);
  const given = directive.arguments?.find((arg) => arg.name.value === name);
  return definition && given ? valueFromAST(given.value, definition.type) : definition?.defaultValue;
}

/** Wraps every field of the schema, in place. Throws an `Error` that names a field without a rule. */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values<Field>(type.getFields())) {
      const rule = ruleOfField(schema, type, field);
      if (!rule)
        throw new Error(
          `${type.name}.${field.name} says of nobody that it may see it: see schema/base.graphql`,
        );
      if (type === schema.getMutationType()) guardMutation(schema, field, rule);
      else guardField(schema, field, rule, type === schema.getQueryType());
    }
  }
  return schema;
}

function guardField(schema: GraphQLSchema, field: Field, rule: Rule, isRoot: boolean): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  const answersGuarded = mayBeGuarded(schema, field);
  if (rule.kind === 'everyone' && !answersGuarded) return;
  field.resolve = async (source, args: unknown, context, info) => {
    if (rule.kind === 'signed_in' && context.call.actor.kind === 'anonymous') throw unauthenticated();
    if (rule.kind === 'permission') {
      const id = idAt(isRoot ? args : source, rule.of);
      await requirePermission(context, rule.permission, id, (found) => found.access);
    }
    const result: unknown = await resolve(source, args, context, info);
    return answersGuarded ? onlyVisible(schema, field, context, result) : result;
  };
}

/**
 * A mutation is decided once more where it is made, under the lock of its organization: there the plan bounds it, which is
 * why it does not here. What the caller has made before it may ask for again, whatever has become of its rights since.
 */
function guardMutation(schema: GraphQLSchema, field: Field, rule: Rule): void {
  const resolve = field.resolve;
  if (!resolve) throw new Error(`Mutation.${field.name} does nothing`);
  const fieldsOfInput = new Set(namesOfInput(schema, field));
  field.resolve = async (source, args: unknown, context, info) => {
    const clientMutationId = textAt(args, ['input', 'clientMutationId']) ?? null;
    try {
      if (rule.kind !== 'everyone' && context.call.actor.kind === 'anonymous') throw unauthenticated();
      if (rule.kind === 'permission' && !(await isRepeated(context, clientMutationId))) {
        await requirePermission(context, rule.permission, idAt(args, rule.of), withoutBounds);
      }
      context.forget();
      return await resolve(source, args, context, info);
    } catch (error) {
      const userError = toUserError(error, fieldsOfInput);
      if (!userError) throw error;
      return { userErrors: [userError], clientMutationId };
    }
  };
}

function namesOfInput(schema: GraphQLSchema, { args }: Field): string[] {
  const input = schema.getType(String(args[0]?.type).replace('!', ''));
  return isInputObjectType(input) ? Object.keys(input.getFields()) : [];
}

async function isRepeated({ deps, call }: GraphqlContext, id: string | null): Promise<boolean> {
  return id !== null && hasClientMutation(deps.pool, actorId(call.actor), id);
}

function withoutBounds({ access }: Found): Access {
  return { ...access, bounds: { features: new Set(featureCodes), limits: new Map(), used: new Map() } };
}

function idAt(from: unknown, path: readonly string[]): string {
  const id = textAt(from, path);
  if (id === undefined) throw new Error(`there is no id at ${path.join('.')}`);
  return id;
}

function textAt(from: unknown, path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>(
    (of, name) => (of !== null && typeof of === 'object' ? (of as Record<string, unknown>)[name] : undefined),
    from,
  );
  return typeof value === 'string' ? value : undefined;
}

/** Throws, and tells the audit log: 404 where the caller is nobody there, 403 where it may not. */
async function requirePermission(
  context: GraphqlContext,
  permission: Permission,
  id: string,
  accessOf: (found: Found) => Access,
): Promise<void> {
  await telling(context.deps, context.call, async () => {
    const found = await context.access.load(id);
    if (!found || isHidden(found)) throw hidden(permission, permission, id);
    const resource = widened(found.resource, permissionRow(permission).of);
    // Of a public variant all know, but not of its organization.
    if (resource.kind === 'organization' && isStranger(found)) throw hidden(permission, permission, id);
    const decision = check(accessOf(found), permission, resource, 0);
    if (decision.allowed) return;
    const chain = isStranger(found) ? 'installation' : found.organization.id;
    throw new DeniedError({ action: permission, permission, resource: id, decision, chain });
  });
}

/** What a permission is of: the resource itself, or what it is in. */
function widened(resource: Resource, of: ResourceKind): Resource {
  const { organizationId } = resource;
  if (of === 'organization') return { kind: 'organization', organizationId };
  if (of === 'graph' && resource.kind === 'variant') {
    return { kind: 'graph', organizationId, graphId: resource.graphId };
  }
  return resource;
}

/** Whether the caller may see it: what there is no rule for was checked on the way to it. */
async function isVisible(schema: GraphQLSchema, context: GraphqlContext, typeName: string, value: object) {
  const type = schema.getType(typeName);
  const rule = isObjectType(type) ? ruleOfType(schema, type) : undefined;
  if (rule?.kind !== 'permission') return true;
  const found = await context.access.load(idAt(value, rule.of));
  return !!found && !isHidden(found) && check(found.access, rule.permission, found.resource, 0).allowed;
}

function mayBeGuarded(schema: GraphQLSchema, field: Field): boolean {
  const type = getNamedType(field.type);
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  return types.some((possible) => ruleOfType(schema, possible)?.kind === 'permission');
}

/** What the caller may not see is null; in a list of things that are never null it is left out. */
async function onlyVisible(
  schema: GraphQLSchema,
  field: Field,
  context: GraphqlContext,
  result: unknown,
): Promise<unknown> {
  if (Array.isArray(result)) {
    const list = await Promise.all(result.map((item: unknown) => onlyVisible(schema, field, context, item)));
    return /!\]/.test(String(field.type)) ? list.filter((item) => item !== null) : list;
  }
  if (result === null || result === undefined || typeof result !== 'object') return result;
  const named = getNamedType(field.type);
  const typeName = isAbstractType(named)
    ? String((result as { __typename?: string }).__typename)
    : named.name;
  return (await isVisible(schema, context, typeName, result)) ? result : null;
}
