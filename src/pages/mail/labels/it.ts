/** Italian. */
import type { MailLabels } from '../labels.ts';

export const it: MailLabels = {
  greeting: 'Buongiorno {name},',
  kinds: {
    invoice_sent: {
      subject: 'Fattura {number} di {seller}',
      lead: 'ecco la Sua fattura {number} di {amount}. La preghiamo di pagarla entro il {date}.',
    },
    payment_failed: {
      subject: 'Pagamento della fattura {number} non riuscito',
      lead: 'abbiamo provato a incassare {amount} per la fattura {number}, ma il pagamento non è riuscito.',
    },
    payment_action_required: {
      subject: 'Confermi il pagamento della fattura {number}',
      lead: 'la Sua banca Le chiede di confermare il pagamento di {amount} per la fattura {number}. Fino ad allora non risulta pagata.',
    },
    payment_overdue: {
      subject: 'Sollecito: fattura {number} scaduta',
      lead: 'la fattura {number} è scaduta il {date}. Restano da pagare {amount}.',
    },
    final_notice: {
      subject: 'Ultimo sollecito: fattura {number}',
      lead: 'questo è il nostro ultimo sollecito: la fattura {number} è scaduta il {date} e restano da pagare {amount}. Senza pagamento il servizio può essere interrotto.',
    },
    payment_succeeded: {
      subject: 'Ricevuta per la fattura {number}',
      lead: 'grazie. Abbiamo ricevuto il Suo pagamento per la fattura {number}.',
    },
    subscription_ended: {
      subject: 'Il Suo abbonamento con {seller} è terminato',
      lead: 'la fattura {number} non è stata pagata, perciò il Suo abbonamento è terminato. Restano da pagare {amount}.',
    },
    card_expiring: {
      subject: 'La Sua carta sta per scadere',
      lead: 'la Sua carta {card} scade {expiry}. La preghiamo di indicarcene una nuova, perché i pagamenti continuino.',
    },
    invitation: {
      subject: 'Invito a {organization}',
      lead: 'è invitato a far parte di {organization} presso {seller}. Se non se lo aspettava, può ignorare questa e-mail.',
    },
  },
  settled: {
    subject: 'Fattura {number} di {seller}',
    lead: 'ecco la Sua fattura {number}. Non resta nulla da pagare.',
  },
  retry: 'Riproveremo il {date}. Può anche pagare subito, con questo o con un altro metodo di pagamento.',
  noRetry: 'Non riproveremo da soli. La preghiamo di pagare con un altro metodo di pagamento.',
  attached: 'La fattura è allegata in PDF.',
  pay: 'Paga la fattura',
  confirm: 'Conferma il pagamento',
  view: 'Vedi la fattura',
  validUntil: 'Il link è valido fino al {date}. Chi lo possiede può vedere questa fattura e pagarla.',
  accept: 'Accetta l’invito',
  acceptUntil: 'Il link è valido fino al {date} e una sola volta. La preghiamo di non inoltrarlo.',
  questions: 'Domande? Risponda a questa e-mail.',
  regards: 'Cordiali saluti',
};
