/** German. */
import type { MailLabels } from '../labels.ts';

export const de: MailLabels = {
  greeting: 'Guten Tag {name},',
  kinds: {
    invoice_sent: {
      subject: 'Rechnung {number} von {seller}',
      lead: 'hier ist Ihre Rechnung {number} über {amount}. Bitte zahlen Sie bis zum {date}.',
    },
    payment_failed: {
      subject: 'Zahlung der Rechnung {number} fehlgeschlagen',
      lead: 'wir wollten {amount} für die Rechnung {number} einziehen, aber die Zahlung ist fehlgeschlagen.',
    },
    payment_action_required: {
      subject: 'Bitte bestätigen Sie die Zahlung der Rechnung {number}',
      lead: 'Ihre Bank bittet Sie, die Zahlung von {amount} für die Rechnung {number} zu bestätigen. Bis dahin ist sie nicht bezahlt.',
    },
    payment_overdue: {
      subject: 'Zahlungserinnerung: Rechnung {number}',
      lead: 'die Rechnung {number} war am {date} fällig. {amount} sind noch nicht bezahlt.',
    },
    final_notice: {
      subject: 'Letzte Mahnung: Rechnung {number}',
      lead: 'dies ist unsere letzte Mahnung: {amount} für die Rechnung {number} waren am {date} fällig. Ohne Zahlung kann Ihr Zugang enden.',
    },
    payment_succeeded: {
      subject: 'Zahlungsbestätigung zur Rechnung {number}',
      lead: 'vielen Dank. Wir haben Ihre Zahlung für die Rechnung {number} erhalten.',
    },
    subscription_ended: {
      subject: 'Ihr Abonnement bei {seller} ist beendet',
      lead: 'die Rechnung {number} wurde nicht bezahlt, daher ist Ihr Abonnement beendet. {amount} sind weiterhin offen.',
    },
    card_expiring: {
      subject: 'Ihre Karte läuft bald ab',
      lead: 'Ihre Karte {card} läuft {expiry} ab. Bitte geben Sie uns eine neue, damit Ihre Zahlungen weitergehen.',
    },
    invitation: {
      subject: 'Einladung zu {organization}',
      lead: 'Sie sind eingeladen, {organization} bei {seller} beizutreten. Wenn Sie das nicht erwartet haben, können Sie diese E-Mail ignorieren.',
    },
  },
  settled: {
    subject: 'Rechnung {number} von {seller}',
    lead: 'hier ist Ihre Rechnung {number}. Es ist nichts mehr zu zahlen.',
  },
  retry:
    'Wir versuchen es am {date} erneut. Sie können auch jetzt zahlen, mit dieser oder einer anderen Zahlungsart.',
  noRetry: 'Wir versuchen es nicht von selbst noch einmal. Bitte zahlen Sie mit einer anderen Zahlungsart.',
  attached: 'Die Rechnung ist als PDF angehängt.',
  pay: 'Rechnung bezahlen',
  confirm: 'Zahlung bestätigen',
  view: 'Rechnung ansehen',
  validUntil: 'Der Link gilt bis zum {date}. Wer ihn hat, kann diese Rechnung sehen und bezahlen.',
  accept: 'Einladung annehmen',
  acceptUntil: 'Der Link gilt bis zum {date} und nur einmal. Bitte geben Sie ihn nicht weiter.',
  questions: 'Fragen? Antworten Sie einfach auf diese E-Mail.',
  regards: 'Mit freundlichen Grüßen',
};
