/** Finds Stripe's records by the ids of ours that they carry. */

/** Our ids have letters, digits and one underscore: nothing to escape. */
export function metadataQuery(key: 'payment' | 'customer', id: string): string {
  return `metadata['${key}']:'${id}'`;
}
