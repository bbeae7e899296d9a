/** A value that must be unique and is taken. */
import { BillingError } from '../domain/errors.ts';

/** Runs a write; where Postgres says that the named index has the value already, throws a `BillingError` 409. */
export async function uniquely<T>(index: string, param: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === index) {
      throw new BillingError(
        409,
        `${param}_taken`,
        `Another resource has this ${param}. Choose another one, or use that resource.`,
        param,
      );
    }
    throw error;
  }
}
