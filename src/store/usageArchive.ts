/** Events that are archived: what was billed of them is final (docs/adr/0002-metering.md). */

/**
 * Whether events of a customer, of the hour that `at` is in or of later ones, are archived: what begins then cannot be
 * counted again. Both are SQL.
 */
export function isArchivedSql(customerId: string, at: string): string {
  return `EXISTS (SELECT FROM usage_archive_marks a
                   WHERE a.customer_id = ${customerId} AND date_trunc('hour', ${at}, 'UTC') <= a.archived_through)`;
}
