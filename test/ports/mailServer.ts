/** A real SMTP server for tests, which refuses what it is told to. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

export interface MailServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  stop(): Promise<void>;
}

export interface Refusal {
  readonly at: 'RCPT' | 'DATA' | 'MAIL';
  readonly code: number;
  readonly message: string;
}

/** `refuse` says what is answered to a recipient; nothing: the mail is taken. */
export async function startMailServer(
  refuse: (recipient: string) => Refusal | undefined = () => undefined,
): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const error = ({ code, message }: Refusal) => Object.assign(new Error(message), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom(_address, _session, done) {
      const refusal = refuse('');
      done(refusal?.at === 'MAIL' ? error(refusal) : null);
    },
    onRcptTo({ address }, _session, done) {
      const refusal = refuse(address);
      done(refusal?.at === 'RCPT' ? error(refusal) : null);
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address);
        const refusal = refuse(to[0] ?? '');
        if (refusal?.at === 'DATA') {
          done(error(refusal));
          return;
        }
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        received.push({ from, to, raw: Buffer.concat(chunks).toString() });
        done(null);
      });
    },
  });
  server.on('error', () => undefined); // a client that was killed
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${String(port)}`,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
