/** Mails by a server that speaks SMTP: which of its answers are about the address, the mail, or ourselves. */
import { isNativeError } from 'node:util/types';
import { createTransport } from 'nodemailer';
import type { Mail, Mailer, MailOutcome } from './mailer.ts';

export interface SmtpMailer extends Mailer {
  close(): void;
}

/** A server that says nothing for so long has not taken the mail. */
const patienceMs = 20_000;

/** `url` such as `smtp://user:password@host:587`; `smtps:` for TLS from the first byte. Connections are kept. */
export function smtpMailer(url: string): SmtpMailer {
  const settings = new URL(url);
  const transport = createTransport({
    pool: true,
    maxConnections: 5,
    host: settings.hostname.replace(/^\[|\]$/g, ''),
    port: settings.port === '' ? (settings.protocol === 'smtps:' ? 465 : 587) : Number(settings.port),
    secure: settings.protocol === 'smtps:',
    ...(settings.username !== '' && {
      auth: { user: decodeURIComponent(settings.username), pass: decodeURIComponent(settings.password) },
    }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    // What we send is made here: nothing is read from files or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(messageOf(mail));
        return { status: 'sent' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function messageOf(mail: Mail) {
  return {
    messageId: `<${mail.messageId}>`,
    from: mail.from,
    ...(mail.replyTo && { replyTo: mail.replyTo }),
    to: mail.to,
    envelope: { from: mail.from.address, to: [mail.to.address] },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // So that holiday notes and the like do not answer.
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: mail.attachments.map(({ name, type, content }) => ({
      filename: name,
      contentType: type,
      content,
    })),
  };
}

type SmtpError = Error & {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
};

/** By the enhanced status (RFC 3463) where there is one: 5.1 and 5.2 are about the address, 5.7 about who may send. */
function outcomeOf(error: unknown): MailOutcome {
  if (!isSmtpError(error)) return { status: 'later', reason: 'unknown' };
  const { code = 'unknown', command = '', response = '', responseCode = 0 } = error;
  // Nothing was asked of the server: this cannot be an address.
  if (error.message.startsWith('Invalid recipient'))
    return { status: 'undeliverable', reason: 'invalid_address' };
  if (responseCode < 500) {
    return { status: 'later', reason: responseCode === 0 ? code : String(responseCode) };
  }
  const [enhanced, subject] = /\b5\.(\d{1,3})\.\d{1,3}\b/.exec(response) ?? [];
  const reason = [String(responseCode), enhanced].filter((part) => part !== undefined).join(' ');
  const aboutUs = subject === '7' || !(command === 'RCPT TO' || command.startsWith('DATA'));
  if (aboutUs) return { status: 'later', reason };
  const aboutAddress = subject === undefined ? command === 'RCPT TO' : subject === '1' || subject === '2';
  return { status: aboutAddress ? 'undeliverable' : 'refused', reason };
}

/** Not `instanceof`: a socket's errors are Node's own, and its `Error` is another one inside a VM context, as in Jest. */
function isSmtpError(error: unknown): error is SmtpError {
  return isNativeError(error);
}
