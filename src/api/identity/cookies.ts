/**
 * Our cookies: of this host alone, and no script's. Over https their names begin with `__Host-`, which no other host of our
 * domain can set; on the machine itself, where there is no https, they have plain names.
 */
import type { Request, Response } from 'express';

export type CookieName = 'session' | 'sign_in';

export interface Cookies {
  read(request: Pick<Request, 'get'>, name: CookieName): string | undefined;
  /** `maxAgeMs` from now. Lax: sent where a link leads here, not with what another site's page sends. */
  set(response: Response, name: CookieName, value: string, maxAgeMs: number): void;
  clear(response: Response, name: CookieName): void;
}

export function cookiesOf(publicUrl: string): Cookies {
  const secure = publicUrl.startsWith('https://');
  const nameOf = (name: CookieName) => `${secure ? '__Host-' : ''}dunlin_${name}`;
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  return {
    read(request, name) {
      const own = nameOf(name);
      for (const part of (request.get('cookie') ?? '').split(';')) {
        const [key = '', value = ''] = part.trim().split('=', 2);
        if (key === own && /^[\w-]{43}$/.test(value)) return value;
      }
      return undefined;
    },
    set(response, name, value, maxAgeMs) {
      response.cookie(nameOf(name), value, { ...options, maxAge: maxAgeMs });
    },
    clear(response, name) {
      response.clearCookie(nameOf(name), options);
    },
  };
}
