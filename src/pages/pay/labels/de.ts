/** German. */
import type { PayLabels } from '../labels.ts';

export const de: PayLabels = {
  title: 'Rechnung {number} bezahlen',
  summary: 'Übersicht',
  moreLines: 'und {count} weitere Positionen: siehe Rechnung',
  viewInvoice: 'Rechnung ansehen',
  downloadPdf: 'PDF herunterladen',
  payWith: 'Zahlen mit',
  defaultMethod: 'Standard',
  expires: 'gültig bis {expiry}',
  anotherCard: 'Andere Karte',
  card: 'Kartendaten',
  testCard: 'Testkarte',
  testCardHint: 'Es fließt kein echtes Geld. Der Name sagt, wie sich die Karte verhält.',
  makeDefault: 'Diese Karte für künftige Zahlungen verwenden',
  pay: '{amount} zahlen',
  continueToBank: 'Weiter zu Ihrer Bank',
  otherWay: 'Anders bezahlen',
  checkAgain: 'Erneut prüfen',
  failed: 'Die Zahlung ist fehlgeschlagen',
  reasons: {
    insufficient_funds:
      'Die Karte ist nicht ausreichend gedeckt. Verwenden Sie eine andere Karte oder versuchen Sie es später erneut.',
    expired_card: 'Diese Karte ist abgelaufen. Verwenden Sie eine andere Karte.',
    incorrect_cvc: 'Die Prüfnummer ist falsch. Geben Sie die Karte erneut ein.',
    incorrect_number: 'Die Kartennummer ist falsch. Geben Sie die Karte erneut ein.',
    over_limit:
      'Das Limit dieser Karte ist erreicht. Verwenden Sie eine andere Karte oder versuchen Sie es später erneut.',
    not_supported:
      'Diese Karte kann für diese Zahlung nicht verwendet werden. Verwenden Sie eine andere Karte.',
    not_confirmed:
      'Die Zahlung wurde bei Ihrer Bank nicht bestätigt. Versuchen Sie es erneut oder verwenden Sie eine andere Karte.',
    try_again: 'Ihre Bank konnte die Zahlung gerade nicht verarbeiten. Bitte versuchen Sie es erneut.',
    declined:
      'Ihre Bank hat diese Karte abgelehnt. Verwenden Sie eine andere Karte oder fragen Sie Ihre Bank.',
    card_refused: 'Diese Karte wurde nicht angenommen. Prüfen Sie sie oder verwenden Sie eine andere Karte.',
    unavailable:
      'Wir konnten die Zahlung gerade nicht verarbeiten. Es wurde nichts doppelt abgebucht; bitte versuchen Sie es erneut.',
  },
  paid: { heading: 'Diese Rechnung ist bezahlt', text: 'Vielen Dank. Es ist nichts mehr zu zahlen.' },
  processing: {
    heading: 'Ihre Zahlung wird verarbeitet',
    text: 'Sie müssen nichts weiter tun. Das kann einen Moment dauern, bei Lastschriften einige Tage.',
  },
  action: {
    heading: 'Bestätigen Sie bei Ihrer Bank',
    text: 'Ihre Bank bittet Sie, diese Zahlung von {amount} zu bestätigen. Bis dahin ist nichts bezahlt.',
  },
  void: { heading: 'Diese Rechnung ist storniert', text: 'Es ist nichts zu zahlen.' },
  closed: {
    heading: 'Diese Rechnung kann hier nicht mehr bezahlt werden',
    text: 'Bitte wenden Sie sich an {seller}.',
  },
  expired: {
    heading: 'Dieser Link ist abgelaufen',
    text: 'Bitte verwenden Sie den Link in unserer letzten E-Mail oder wenden Sie sich an {seller}.',
  },
  unknown: {
    heading: 'Dieser Link ist nicht gültig',
    text: 'Bitte prüfen Sie, ob Sie die ganze Adresse aus unserer E-Mail haben.',
  },
  busy: {
    heading: 'Zu viele Versuche',
    text: 'Bitte warten Sie eine Minute und versuchen Sie es dann erneut.',
  },
};
