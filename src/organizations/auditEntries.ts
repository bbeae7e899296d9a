/** The audit log as an organization's own members read it. */
import type { OrganizationId } from '../domain/ids.ts';
import { readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import { selectAuditEntries, type AuditEntryRow } from '../store/organizations/auditLog.ts';
import { requireAccess } from './decide.ts';
import type { OrganizationDependencies, Request } from './request.ts';

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly outcome?: 'done' | 'denied' | undefined;
  /** The id of a user or a key. */
  readonly actor?: string | undefined;
  /** The id of what it was done to. */
  readonly resource?: string | undefined;
}

/** Oldest first; `last` reads from the end. Takes `audit_log:read`, and a plan with the audit log. */
export async function listAuditEntries(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
  filter: AuditFilter,
  window: Window,
): Promise<Slice<AuditEntryRow>> {
  await requireAccess(deps, request, 'audit_log:read', organizationId);
  return readWindow(
    deps.pool,
    selectAuditEntries,
    [
      ['chain', organizationId],
      ['action', filter.action],
      ['outcome', filter.outcome],
      ['actor', filter.actor],
      ['resource', filter.resource],
    ],
    window,
  );
}
