/** Italian. */
import type { PayLabels } from '../labels.ts';

export const it: PayLabels = {
  title: 'Paga la fattura {number}',
  summary: 'Riepilogo',
  moreLines: 'e altre {count} righe: veda la fattura',
  viewInvoice: 'Vedi la fattura',
  downloadPdf: 'Scarica il PDF',
  payWith: 'Paga con',
  defaultMethod: 'predefinita',
  expires: 'scade {expiry}',
  anotherCard: 'Un’altra carta',
  card: 'Dati della carta',
  testCard: 'Carta di prova',
  testCardHint: 'Nessun denaro reale viene mosso. Il nome dice come si comporta la carta.',
  makeDefault: 'Usa questa carta per i prossimi pagamenti',
  pay: 'Paga {amount}',
  continueToBank: 'Continua alla Sua banca',
  otherWay: 'Paga in un altro modo',
  checkAgain: 'Controlla di nuovo',
  failed: 'Il pagamento non è riuscito',
  reasons: {
    insufficient_funds:
      'La disponibilità di questa carta non è sufficiente. Usi un’altra carta o riprovi più tardi.',
    expired_card: 'Questa carta è scaduta. Usi un’altra carta.',
    incorrect_cvc: 'Il codice di sicurezza è errato. Inserisca di nuovo la carta.',
    incorrect_number: 'Il numero della carta è errato. Inserisca di nuovo la carta.',
    over_limit: 'Questa carta ha raggiunto il suo limite. Usi un’altra carta o riprovi più tardi.',
    not_supported: 'Questa carta non può essere usata per questo pagamento. Usi un’altra carta.',
    not_confirmed: 'Il pagamento non è stato confermato presso la Sua banca. Riprovi o usi un’altra carta.',
    try_again: 'La Sua banca non ha potuto elaborare il pagamento in questo momento. Riprovi.',
    declined: 'La Sua banca ha rifiutato questa carta. Usi un’altra carta o chieda alla banca.',
    card_refused: 'Questa carta non è stata accettata. La controlli o usi un’altra carta.',
    unavailable:
      'Non abbiamo potuto elaborare il pagamento in questo momento. Non è stato addebitato nulla due volte; riprovi.',
  },
  paid: { heading: 'Questa fattura è pagata', text: 'Grazie. Non resta nulla da pagare.' },
  processing: {
    heading: 'Il Suo pagamento è in elaborazione',
    text: 'Non deve fare nulla. Può richiedere un momento; con un addebito bancario, alcuni giorni.',
  },
  action: {
    heading: 'Confermi presso la Sua banca',
    text: 'La Sua banca Le chiede di confermare questo pagamento di {amount}. Fino ad allora non è pagato.',
  },
  void: { heading: 'Questa fattura è annullata', text: 'Non c’è nulla da pagare.' },
  closed: {
    heading: 'Questa fattura non può più essere pagata qui',
    text: 'La preghiamo di contattare {seller}.',
  },
  expired: {
    heading: 'Questo link è scaduto',
    text: 'Usi il link della nostra ultima e-mail o contatti {seller}.',
  },
  unknown: {
    heading: 'Questo link non è valido',
    text: 'Controlli di avere l’indirizzo completo della nostra e-mail.',
  },
  busy: { heading: 'Troppi tentativi', text: 'Attenda un minuto, poi riprovi.' },
};
