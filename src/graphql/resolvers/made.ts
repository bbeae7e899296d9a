/** What all mutations share: how they are asked for, how ids of inputs are taken, and what every payload tells. */
import { BillingError, notFound } from '../../domain/errors.ts';
import { isId, type Id, type Resource } from '../../domain/ids.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Request } from '../../organizations/request.ts';
import type { GraphqlContext } from '../context.ts';
import type { UserError } from '../generated.ts';

interface AnyInput {
  readonly reason?: string | null | undefined;
  readonly clientMutationId?: string | null | undefined;
}

/** The request as the functions of organizations take it. Throws a `BillingError` 400 for an id of the client that is too long. */
export function callOf({ call }: GraphqlContext, { reason, clientMutationId }: AnyInput): Request {
  if (clientMutationId != null && !/^.{1,255}$/s.test(clientMutationId)) {
    throw new BillingError(
      400,
      'client_mutation_id_invalid',
      'A clientMutationId has 1 to 255 characters.',
      'clientMutationId',
    );
  }
  return { ...call, reason: reason ?? undefined, clientMutationId: clientMutationId ?? undefined };
}

/** A payload of what was done. */
export function made<Fields extends object>(
  { clientMutationId }: AnyInput,
  fields: Fields,
): Fields & { readonly userErrors: readonly UserError[]; readonly clientMutationId: string | null } {
  return { ...fields, userErrors: [], clientMutationId: clientMutationId ?? null };
}

/** An id as it was given. Throws a `BillingError` 404 for one of something else; whether it is there is found out where it is looked up. */
export function named<R extends Resource>(resource: R, id: string): Id<R> {
  if (isId(resource, id)) return id;
  throw notFound(resource.replaceAll('_', ' '), id);
}

/** As it was given: which roles there are is known where it is assigned. */
export const roleNamed = (role: string): RoleName => role as RoleName;

/** Null is as good as nothing. */
export function given<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
