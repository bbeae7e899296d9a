/** /auth/device for terminals, and /device for their users (RFC 8628). */
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { answerDevice, decideDevice, findDevice, startDevice } from '../../identity/deviceCodes.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import { renderCodeForm, renderDevice } from '../../pages/identity/devicePage.ts';
import { messagePage } from '../../pages/identity/layout.ts';
import { selectUsers, type UserRow } from '../../store/organizations/users.ts';
import { readOne } from '../../store/reads/page.ts';
import { fromZod } from '../errors.ts';
import { guardPage } from '../payPageGuard.ts';
import { limit } from './limits.ts';
import { sessionOf } from './pageSession.ts';
import { inPages, requestIdOf, requireOwnPage } from './signIn.ts';

const asked = z.object({ client_name: z.string().min(1).max(200) });
const polled = z.object({ device_code: z.string().min(1).max(200) });
const decided = z.object({ user_code: z.string().max(40), decision: z.enum(['approved', 'denied']) });
/** OAuth clients send forms, others JSON. */
const json = express.json({ limit: '4kb' });
const form = express.urlencoded({ extended: false, limit: '4kb' });

export function serveDevice(app: Express, deps: SignInDependencies, logger: Logger): void {
  const { organizations, publicUrl } = deps;
  const pages = inPages(logger);

  app.post('/auth/device', json, form, async (request, response) => {
    await limit('device', request.ip ?? '');
    const given = asked.safeParse(request.body);
    if (!given.success) throw fromZod(given.error);
    const started = await startDevice(organizations, given.data.client_name, Date.now() as Instant);
    response.set('Cache-Control', 'no-store').json({
      device_code: started.deviceCode,
      user_code: started.userCode,
      verification_uri: `${publicUrl}/device`,
      verification_uri_complete: `${publicUrl}/device?user_code=${started.userCode}`,
      expires_in: started.expiresInSeconds,
      interval: started.intervalSeconds,
    });
  });

  app.post('/auth/device/token', json, form, async (request, response) => {
    const given = polled.safeParse(request.body);
    response.set('Cache-Control', 'no-store');
    if (!given.success) {
      response.status(400).json({ error: 'invalid_request', error_description: 'Give the device_code.' });
      return;
    }
    const now = Date.now() as Instant;
    const answer = await answerDevice(organizations, given.data.device_code, requestIdOf(response), now);
    if (answer.kind === 'error') {
      response.status(400).json({ error: answer.error });
      return;
    }
    response.json({
      access_token: answer.secret,
      token_type: 'Bearer',
      key_id: answer.keyId,
      expires_in: Math.floor((answer.expiresAt - now) / 1000),
    });
  });

  app.get(
    '/device',
    pages(async (request, response) => {
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      const typed = request.query['user_code'];
      guardPage(response, false);
      if (typeof typed !== 'string' || typed === '') {
        response.send(renderCodeForm(null));
        return;
      }
      await limit('user_code', session.user_id);
      const device = await findDevice(organizations, typed, Date.now() as Instant);
      if (!device) {
        response
          .status(404)
          .send(renderCodeForm('No device waits for this code. Look at it again, or start anew there.'));
        return;
      }
      const user = await readOne<UserRow>(organizations.pool, selectUsers, session.user_id);
      response.send(renderDevice({ ...device, asked: formatInstant(device.created) }, user?.email ?? ''));
    }),
  );

  app.post(
    '/device',
    form,
    pages(async (request, response) => {
      requireOwnPage(request, publicUrl);
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      await limit('user_code', session.user_id);
      const given = decided.safeParse(request.body);
      if (!given.success) throw fromZod(given.error);
      const { user_code: code, decision } = given.data;
      const isDone = await decideDevice(
        organizations,
        code,
        decision,
        session.user_id,
        Date.now() as Instant,
      );
      guardPage(response, false);
      const link = { href: '/account', text: 'Your sessions and keys' };
      if (!isDone) {
        const text = 'Nobody waits for this code any more. Start anew on the device.';
        response.status(409).send(messagePage('Too late', { tone: 'bad', text }, link));
        return;
      }
      const text =
        decision === 'approved'
          ? 'Go back to the device: it goes on by itself.'
          : 'The device was told no, and gets no key.';
      const title = decision === 'approved' ? 'Device connected' : 'Device denied';
      response.send(messagePage(title, { tone: decision === 'approved' ? 'good' : 'plain', text }, link));
    }),
  );
}
