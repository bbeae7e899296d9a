/** Signing in where there is no provider, or where it does not answer. */
import { expect, test } from '@jest/globals';
import { publicFetch } from '../../src/identity/publicFetch.ts';
import { Browser, startSite } from './site.ts';

test('an installation without a provider says so', async () => {
  const site = await startSite(() => null);
  const browser = new Browser(site.url);
  expect(await browser.failure('/auth/sign-in')).toBe('404 sign_in_not_configured');
  const page = await browser.open('/auth/sign-in');
  expect(page.headers.get('content-type')).toMatch(/html/);
  expect(page.text).toMatch(/OIDC_ISSUER/);
  await site.stop();
});

test('a provider that went away meanwhile is unavailable, and nobody is signed in', async () => {
  const site = await startSite();
  const ada = new Browser(site.url);
  site.provider.accounts.set('ada', { email: 'ada@example.com', email_verified: true });
  site.provider.next = { account: 'ada' };
  const address = await ada.toCallback();
  await site.provider.stop();
  expect(await ada.failure(address.href)).toBe('503 provider_unavailable');
  expect(ada.cookie('dunlin_session')).toBeUndefined();
  await site.stop();
});

test('a provider that never answered is unavailable at the first step', async () => {
  const site = await startSite((provider) => ({ ...provider, issuer: 'http://127.0.0.1:9' }));
  expect(await new Browser(site.url).failure('/auth/sign-in')).toBe('503 provider_unavailable');
  await site.stop();
});

test('an organization\u2019s provider is not looked for on this machine, nor by plain http', async () => {
  const asked = { method: 'GET', headers: {}, body: undefined, redirect: 'manual' } as const;
  for (const url of ['http://issuer.example/', 'https://127.0.0.1/', 'https://[::1]/', 'https://10.0.0.1/']) {
    await expect(publicFetch(url, asked as never)).rejects.toThrow(/^not asked/);
  }
  // A name may mean any address: it is looked at when it is connected to.
  await expect(publicFetch('https://localhost.localdomain/', asked as never)).rejects.toThrow();
});
