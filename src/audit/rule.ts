/** What always holds (semantics.md, section 11), as a question to the database: each row of the answer is a violation. */
export interface Rule {
  /** The number of its section. */
  readonly number: string;
  readonly says: string;
  /** Selects `id` and `message` of each violation. */
  readonly sql: string;
}
