/** The forms that names have, as the database holds them too. */
import { BillingError } from '../domain/errors.ts';

interface Form {
  readonly pattern: RegExp;
  readonly says: string;
}

/** A ref is `graph@variant`. */
export const graphName: Form = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
  says: 'Begin with a letter; then letters, digits, _ and -, 64 in all.',
};

export const variantName: Form = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_./-]{0,63}$/,
  says: 'Begin with a letter or a digit; then letters, digits, _ . / and -, 64 in all.',
};

export const freeName: Form = { pattern: /^(?=.*\S)[^\p{Cc}]{1,200}$/u, says: 'Give 1 to 200 characters.' };

/** Throws a `BillingError` 400 where a name has another form. */
export function requireName({ pattern, says }: Form, name: string): void {
  if (!pattern.test(name))
    throw new BillingError(400, 'name_invalid', `This cannot be a name. ${says}`, 'name');
}

/** As addresses are kept and compared. Throws a `BillingError` 400 where it is none. */
export function normalEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) {
    throw new BillingError(400, 'email_invalid', 'Give an email address.', 'email');
  }
  return email;
}
