/** Polish. */
import type { MailLabels } from '../labels.ts';

export const pl: MailLabels = {
  greeting: 'Dzień dobry, {name}!',
  kinds: {
    invoice_sent: {
      subject: 'Faktura {number} od {seller}',
      lead: 'Przesyłamy fakturę {number} na kwotę {amount}. Prosimy o płatność do {date}.',
    },
    payment_failed: {
      subject: 'Płatność za fakturę {number} nie powiodła się',
      lead: 'Próbowaliśmy pobrać {amount} za fakturę {number}, ale płatność nie powiodła się.',
    },
    payment_action_required: {
      subject: 'Potwierdź płatność za fakturę {number}',
      lead: 'Bank prosi o potwierdzenie płatności {amount} za fakturę {number}. Do tego czasu faktura pozostaje nieopłacona.',
    },
    payment_overdue: {
      subject: 'Minął termin płatności faktury {number}',
      lead: 'Termin płatności faktury {number} minął {date}. Do zapłaty pozostaje {amount}.',
    },
    final_notice: {
      subject: 'Ostateczne wezwanie: faktura {number}',
      lead: 'To nasze ostatnie przypomnienie: termin płatności faktury {number} minął {date}, a do zapłaty pozostaje {amount}. Bez płatności usługa może zostać wstrzymana.',
    },
    payment_succeeded: {
      subject: 'Potwierdzenie płatności za fakturę {number}',
      lead: 'Dziękujemy. Otrzymaliśmy płatność za fakturę {number}.',
    },
    subscription_ended: {
      subject: 'Subskrypcja w {seller} została zakończona',
      lead: 'Faktura {number} nie została opłacona, dlatego subskrypcja została zakończona. Do zapłaty pozostaje {amount}.',
    },
    card_expiring: {
      subject: 'Karta wkrótce straci ważność',
      lead: 'Karta {card} jest ważna do {expiry}. Prosimy o podanie nowej, aby płatności mogły być kontynuowane.',
    },
    invitation: {
      subject: 'Zaproszenie do {organization}',
      lead: 'Zapraszamy do dołączenia do {organization} w {seller}. Jeśli to pomyłka, prosimy zignorować tę wiadomość.',
    },
  },
  settled: {
    subject: 'Faktura {number} od {seller}',
    lead: 'Przesyłamy fakturę {number}. Nie pozostało nic do zapłaty.',
  },
  retry: 'Spróbujemy ponownie {date}. Można też zapłacić teraz, tą lub inną metodą płatności.',
  noRetry: 'Nie ponowimy próby samodzielnie. Prosimy o zapłatę inną metodą płatności.',
  attached: 'Faktura jest załączona w formacie PDF.',
  pay: 'Zapłać fakturę',
  confirm: 'Potwierdź płatność',
  view: 'Zobacz fakturę',
  validUntil: 'Link jest ważny do {date}. Każdy, kto go ma, może zobaczyć tę fakturę i ją opłacić.',
  accept: 'Przyjmij zaproszenie',
  acceptUntil: 'Link jest ważny do {date} i działa tylko raz. Prosimy go nie przekazywać.',
  questions: 'Pytania? Wystarczy odpowiedzieć na tę wiadomość.',
  regards: 'Z poważaniem',
};
