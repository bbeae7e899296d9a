/** Dutch. */
import type { PayLabels } from '../labels.ts';

export const nl: PayLabels = {
  title: 'Factuur {number} betalen',
  summary: 'Overzicht',
  moreLines: 'en nog {count} regels: zie de factuur',
  viewInvoice: 'Factuur bekijken',
  downloadPdf: 'Pdf downloaden',
  payWith: 'Betalen met',
  defaultMethod: 'standaard',
  expires: 'verloopt {expiry}',
  anotherCard: 'Een andere kaart',
  card: 'Kaartgegevens',
  testCard: 'Testkaart',
  testCardHint: 'Er wordt geen echt geld verplaatst. De naam zegt hoe de kaart zich gedraagt.',
  makeDefault: 'Deze kaart voor volgende betalingen gebruiken',
  pay: '{amount} betalen',
  continueToBank: 'Verder naar uw bank',
  otherWay: 'Op een andere manier betalen',
  checkAgain: 'Opnieuw controleren',
  failed: 'De betaling is niet gelukt',
  reasons: {
    insufficient_funds:
      'Er staat niet genoeg geld op deze kaart. Gebruik een andere kaart of probeer het later opnieuw.',
    expired_card: 'Deze kaart is verlopen. Gebruik een andere kaart.',
    incorrect_cvc: 'De beveiligingscode is onjuist. Voer de kaart opnieuw in.',
    incorrect_number: 'Het kaartnummer is onjuist. Voer de kaart opnieuw in.',
    over_limit:
      'Deze kaart heeft haar limiet bereikt. Gebruik een andere kaart of probeer het later opnieuw.',
    not_supported: 'Deze kaart kan niet voor deze betaling worden gebruikt. Gebruik een andere kaart.',
    not_confirmed:
      'De betaling is niet bij uw bank bevestigd. Probeer het opnieuw of gebruik een andere kaart.',
    try_again: 'Uw bank kon de betaling nu niet verwerken. Probeer het opnieuw.',
    declined: 'Uw bank heeft deze kaart geweigerd. Gebruik een andere kaart of vraag het uw bank.',
    card_refused: 'Deze kaart is niet geaccepteerd. Controleer de kaart of gebruik een andere.',
    unavailable:
      'Wij konden de betaling nu niet verwerken. Er is niets dubbel afgeschreven; probeer het opnieuw.',
  },
  paid: { heading: 'Deze factuur is betaald', text: 'Hartelijk dank. Er is niets meer te betalen.' },
  processing: {
    heading: 'Uw betaling wordt verwerkt',
    text: 'U hoeft niets te doen. Dit kan even duren, bij een incasso enkele dagen.',
  },
  action: {
    heading: 'Bevestig bij uw bank',
    text: 'Uw bank vraagt u deze betaling van {amount} te bevestigen. Tot dan is er niet betaald.',
  },
  void: { heading: 'Deze factuur is vervallen', text: 'Er is niets te betalen.' },
  closed: {
    heading: 'Deze factuur kan hier niet meer worden betaald',
    text: 'Neem contact op met {seller}.',
  },
  expired: {
    heading: 'Deze link is verlopen',
    text: 'Gebruik de link in onze laatste e-mail of neem contact op met {seller}.',
  },
  unknown: {
    heading: 'Deze link is niet geldig',
    text: 'Controleer of u het volledige adres uit onze e-mail hebt.',
  },
  busy: { heading: 'Te veel pogingen', text: 'Wacht een minuut en probeer het opnieuw.' },
};
