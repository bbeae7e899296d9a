/** Polish. */
import type { PayLabels } from '../labels.ts';

export const pl: PayLabels = {
  title: 'Zapłać fakturę {number}',
  summary: 'Podsumowanie',
  moreLines: 'oraz dalsze pozycje ({count}): zobacz fakturę',
  viewInvoice: 'Zobacz fakturę',
  downloadPdf: 'Pobierz PDF',
  payWith: 'Metoda płatności',
  defaultMethod: 'domyślna',
  expires: 'ważna do {expiry}',
  anotherCard: 'Inna karta',
  card: 'Dane karty',
  testCard: 'Karta testowa',
  testCardHint: 'Nie są pobierane prawdziwe pieniądze. Nazwa mówi, jak zachowuje się karta.',
  makeDefault: 'Używaj tej karty do przyszłych płatności',
  pay: 'Zapłać {amount}',
  continueToBank: 'Przejdź do banku',
  otherWay: 'Zapłać w inny sposób',
  checkAgain: 'Sprawdź ponownie',
  failed: 'Płatność nie powiodła się',
  reasons: {
    insufficient_funds: 'Na karcie brakuje środków. Użyj innej karty lub spróbuj później.',
    expired_card: 'Ta karta straciła ważność. Użyj innej karty.',
    incorrect_cvc: 'Kod zabezpieczający jest nieprawidłowy. Wprowadź kartę ponownie.',
    incorrect_number: 'Numer karty jest nieprawidłowy. Wprowadź kartę ponownie.',
    over_limit: 'Limit tej karty został wyczerpany. Użyj innej karty lub spróbuj później.',
    not_supported: 'Tej karty nie można użyć do tej płatności. Użyj innej karty.',
    not_confirmed: 'Płatność nie została potwierdzona w banku. Spróbuj ponownie lub użyj innej karty.',
    try_again: 'Bank nie mógł teraz zrealizować płatności. Spróbuj ponownie.',
    declined: 'Bank odrzucił tę kartę. Użyj innej karty lub skontaktuj się z bankiem.',
    card_refused: 'Ta karta nie została przyjęta. Sprawdź ją lub użyj innej.',
    unavailable:
      'Nie mogliśmy teraz zrealizować płatności. Nic nie zostało pobrane dwukrotnie; spróbuj ponownie.',
  },
  paid: { heading: 'Ta faktura jest opłacona', text: 'Dziękujemy. Nie pozostało nic do zapłaty.' },
  processing: {
    heading: 'Płatność jest przetwarzana',
    text: 'Nie trzeba nic robić. Może to chwilę potrwać, a przy poleceniu zapłaty kilka dni.',
  },
  action: {
    heading: 'Potwierdź w banku',
    text: 'Bank prosi o potwierdzenie płatności {amount}. Do tego czasu faktura nie jest opłacona.',
  },
  void: { heading: 'Ta faktura jest anulowana', text: 'Nie ma nic do zapłaty.' },
  closed: { heading: 'Tej faktury nie można już tutaj opłacić', text: 'Prosimy o kontakt: {seller}.' },
  expired: {
    heading: 'Ten link wygasł',
    text: 'Użyj linku z naszej ostatniej wiadomości lub skontaktuj się z {seller}.',
  },
  unknown: {
    heading: 'Ten link jest nieprawidłowy',
    text: 'Sprawdź, czy adres z naszej wiadomości jest pełny.',
  },
  busy: { heading: 'Zbyt wiele prób', text: 'Odczekaj minutę i spróbuj ponownie.' },
};
