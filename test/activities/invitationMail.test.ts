/** Invitations are mailed to who is invited, with a link that works once and is stored nowhere. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { notificationActivities } from '../../src/activities/notifications.ts';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import { invite, resendInvitation, withdrawInvitation } from '../../src/organizations/invitations.ts';
import { deleteOrganization } from '../../src/organizations/organizations.ts';
import type { Mail } from '../../src/ports/mail/mailer.ts';
import { anOrganization, ask, plansOn, type PlanOf } from '../organizations/anOrganization.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';

let database: TestDatabase;
let plans: PlanOf;
let deps: Dependencies;
const sent: Mail[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
  const mailer = {
    send: (mail: Mail) => {
      sent.push(mail);
      return Promise.resolve({ status: 'sent' } as const);
    },
  };
  const base = dependenciesOn(database.pool);
  deps = { ...base, mail: { ...base.mail, mailers: { of: () => mailer } } };
});
afterAll(() => database.drop());

const anonymous = { kind: 'anonymous' } as const;
const mailsTo = (address: string) => sent.filter(({ to }) => to.address === address);
const tokenIn = ({ text }: Mail) =>
  /https:\/\/pay\.test\/auth\/invitation\?token=(\S+)/.exec(text)?.[1] ?? '';
const send = (through = deps) =>
  new MockActivityEnvironment().run(() => notificationActivities(through).sendNotifications());

async function invited(email: string) {
  const organization = await anOrganization(database.pool, 'Auk & Co');
  const made = await invite(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    email,
    role: 'observer',
  });
  return { ...organization, ...made };
}

test('who is invited is mailed a link by which it becomes a member, once, and its token is stored nowhere', async () => {
  const { token } = await invited('Ada@Example.com');
  await send();
  const [mail, ...more] = mailsTo('ada@example.com');
  if (!mail) throw new Error('no mail');
  expect(more).toEqual([]);
  expect(mail.subject).toBe('You are invited to Auk & Co');
  expect(tokenIn(mail)).toBe(token);
  const signature = token?.split('.')[2] ?? '';
  expect(signature).toHaveLength(43);
  for (const table of ['invitations', 'notifications', 'audit_log', 'event_log', 'client_mutations']) {
    const { rows } = await database.pool.query<{ text: string }>(`SELECT t::text AS text FROM ${table} t`);
    expect(rows.filter(({ text }) => text.includes(signature))).toEqual([]);
  }
  const { rows } = await database.pool.query(`SELECT status, recipient FROM notifications`);
  expect(rows).toEqual([{ status: 'sent', recipient: 'ada@example.com' }]);
  await acceptInvitation(plans.deps, ask(anonymous), { token: tokenIn(mail) });
  await expect(acceptInvitation(plans.deps, ask(anonymous), { token: tokenIn(mail) })).rejects.toMatchObject({
    code: 'invitation_accepted',
  });
});

test('a mail is not sent of an invitation that is sent again, withdrawn or of an organization that has gone', async () => {
  const again = await invited('again@example.com');
  const renewed = await resendInvitation(plans.deps, ask(again.admin.actor), again.invitationId);
  const withdrawn = await invited('withdrawn@example.com');
  await withdrawInvitation(plans.deps, ask(withdrawn.admin.actor), withdrawn.invitationId);
  const gone = await invited('gone@example.com');
  await deleteOrganization(plans.deps, ask(gone.admin.actor), gone.id);
  await send();
  expect(mailsTo('again@example.com').map(tokenIn)).toEqual([renewed.token]);
  expect([...mailsTo('withdrawn@example.com'), ...mailsTo('gone@example.com')]).toEqual([]);
  const { rows } = await database.pool.query(`SELECT reason FROM notifications WHERE status = 'skipped'`);
  expect(rows.map(({ reason }: { reason: string }) => reason).sort()).toEqual([
    'invitation_sent_again',
    'invitation_withdrawn',
    'organization_deleted',
  ]);
});

test('a token that was changed, or signed for another sending, is unknown', async () => {
  const { token, invitationId, admin } = await invited('bo@example.com');
  const good = token ?? '';
  const changed = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`;
  const accepted = (given: string) => acceptInvitation(plans.deps, ask(anonymous), { token: given });
  for (const wrong of [changed, good.replace('.1.', '.2.'), '', 'di_', `${good} `]) {
    await expect(accepted(wrong)).rejects.toMatchObject({ code: 'invitation_unknown' });
  }
  const renewed = await resendInvitation(plans.deps, ask(admin.actor), invitationId);
  await expect(accepted(good)).rejects.toMatchObject({ code: 'invitation_unknown' });
  await expect(accepted(renewed.token ?? '')).resolves.toHaveProperty('membershipId');
});

test('an address that is refused is not the customer’s, and its mail stays', async () => {
  const { customerId } = await invited('refused@example.com');
  const { pool } = database;
  await pool.query(`UPDATE customers SET email = 'billing@example.com' WHERE id = $1`, [customerId]);
  const base = dependenciesOn(pool);
  const refusing = { send: () => Promise.resolve({ status: 'undeliverable', reason: '550 5.1.1' } as const) };
  await send({ ...base, mail: { ...base.mail, mailers: { of: () => refusing } } });
  const { rows } = await pool.query(
    `SELECT n.status, c.email_undeliverable_at FROM notifications n JOIN customers c ON c.id = n.customer_id
      WHERE c.id = $1`,
    [customerId],
  );
  expect(rows).toEqual([{ status: 'bounced', email_undeliverable_at: null }]);
});
