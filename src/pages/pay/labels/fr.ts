/** French. */
import type { PayLabels } from '../labels.ts';

export const fr: PayLabels = {
  title: 'Payer la facture {number}',
  summary: 'Récapitulatif',
  moreLines: 'et {count} autres lignes : voir la facture',
  viewInvoice: 'Voir la facture',
  downloadPdf: 'Télécharger le PDF',
  payWith: 'Payer avec',
  defaultMethod: 'par défaut',
  expires: 'expire {expiry}',
  anotherCard: 'Une autre carte',
  card: 'Données de la carte',
  testCard: 'Carte de test',
  testCardHint: 'Aucun argent réel n’est déplacé. Le nom indique le comportement de la carte.',
  makeDefault: 'Utiliser cette carte pour les prochains paiements',
  pay: 'Payer {amount}',
  continueToBank: 'Continuer vers votre banque',
  otherWay: 'Payer autrement',
  checkAgain: 'Vérifier à nouveau',
  failed: 'Le paiement n’a pas abouti',
  reasons: {
    insufficient_funds:
      'La provision de cette carte est insuffisante. Utilisez une autre carte ou réessayez plus tard.',
    expired_card: 'Cette carte a expiré. Utilisez une autre carte.',
    incorrect_cvc: 'Le code de sécurité est incorrect. Saisissez de nouveau la carte.',
    incorrect_number: 'Le numéro de carte est incorrect. Saisissez de nouveau la carte.',
    over_limit: 'Cette carte a atteint son plafond. Utilisez une autre carte ou réessayez plus tard.',
    not_supported: 'Cette carte ne peut pas servir à ce paiement. Utilisez une autre carte.',
    not_confirmed:
      'Le paiement n’a pas été confirmé auprès de votre banque. Réessayez ou utilisez une autre carte.',
    try_again: 'Votre banque n’a pas pu traiter le paiement pour l’instant. Veuillez réessayer.',
    declined: 'Votre banque a refusé cette carte. Utilisez une autre carte ou contactez votre banque.',
    card_refused: 'Cette carte n’a pas été acceptée. Vérifiez-la ou utilisez une autre carte.',
    unavailable:
      'Nous n’avons pas pu traiter le paiement pour l’instant. Vous n’avez pas été débité deux fois ; veuillez réessayer.',
  },
  paid: { heading: 'Cette facture est payée', text: 'Merci. Il ne reste rien à payer.' },
  processing: {
    heading: 'Votre paiement est en cours de traitement',
    text: 'Vous n’avez rien à faire. Cela peut prendre un instant ; pour un prélèvement, quelques jours.',
  },
  action: {
    heading: 'Confirmez auprès de votre banque',
    text: 'Votre banque vous demande de confirmer ce paiement de {amount}. D’ici là, il n’est pas effectué.',
  },
  void: { heading: 'Cette facture est annulée', text: 'Il n’y a rien à payer.' },
  closed: { heading: 'Cette facture ne peut plus être payée ici', text: 'Veuillez contacter {seller}.' },
  expired: {
    heading: 'Ce lien a expiré',
    text: 'Utilisez le lien de notre dernier e-mail ou contactez {seller}.',
  },
  unknown: {
    heading: 'Ce lien n’est pas valable',
    text: 'Vérifiez que vous avez l’adresse complète de notre e-mail.',
  },
  busy: { heading: 'Trop de tentatives', text: 'Attendez une minute, puis réessayez.' },
};
