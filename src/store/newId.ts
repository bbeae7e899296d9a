/** Ids are made where rows are: a resource's prefix and a UUIDv7 (random, or a given operation's so that a retry makes the same). */
import { TypeID } from 'typeid-js';
import { idPrefixes, type Id, type Resource } from '../domain/ids.ts';

/**
 * A new id. With `operationId` (a UUID, see `idempotency_keys.operation_id`) the same operation always gets the same
 * id, so that a request which is run again creates nothing twice.
 */
export function newId<R extends Resource>(resource: R, operationId?: string): Id<R> {
  const prefix: string = idPrefixes[resource];
  const id = operationId === undefined ? new TypeID(prefix) : TypeID.fromUUID(prefix, operationId);
  return id.toString() as Id<R>;
}

/** The UUID that all ids of one request derive from. */
export function newOperationId(): string {
  return new TypeID('operation').toUUID();
}
