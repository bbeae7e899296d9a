/** French. */
import type { MailLabels } from '../labels.ts';

export const fr: MailLabels = {
  greeting: 'Bonjour {name},',
  kinds: {
    invoice_sent: {
      subject: 'Facture {number} de {seller}',
      lead: 'Voici votre facture {number} d’un montant de {amount}. Merci de la régler avant le {date}.',
    },
    payment_failed: {
      subject: 'Échec du paiement de la facture {number}',
      lead: 'Nous avons tenté de prélever {amount} pour la facture {number}, mais le paiement n’a pas abouti.',
    },
    payment_action_required: {
      subject: 'Confirmez le paiement de la facture {number}',
      lead: 'Votre banque vous demande de confirmer le paiement de {amount} pour la facture {number}. D’ici là, elle n’est pas réglée.',
    },
    payment_overdue: {
      subject: 'Rappel : facture {number} échue',
      lead: 'La facture {number} était à régler le {date}. Il reste {amount} à payer.',
    },
    final_notice: {
      subject: 'Dernier rappel : facture {number}',
      lead: 'Ceci est notre dernier rappel : la facture {number} était à régler le {date} et il reste {amount} à payer. Sans paiement, votre service pourra être interrompu.',
    },
    payment_succeeded: {
      subject: 'Reçu pour la facture {number}',
      lead: 'Merci. Nous avons bien reçu votre paiement pour la facture {number}.',
    },
    subscription_ended: {
      subject: 'Votre abonnement chez {seller} a pris fin',
      lead: 'La facture {number} n’a pas été réglée ; votre abonnement a donc pris fin. Il reste {amount} à payer.',
    },
    card_expiring: {
      subject: 'Votre carte expire bientôt',
      lead: 'Votre carte {card} expire en {expiry}. Merci de nous en indiquer une nouvelle pour que vos paiements continuent.',
    },
    invitation: {
      subject: 'Invitation à rejoindre {organization}',
      lead: 'Vous êtes invité à rejoindre {organization} chez {seller}. Si vous ne vous y attendiez pas, ignorez cet e-mail.',
    },
  },
  settled: {
    subject: 'Facture {number} de {seller}',
    lead: 'Voici votre facture {number}. Il ne reste rien à payer.',
  },
  retry:
    'Nous réessaierons le {date}. Vous pouvez aussi payer maintenant, avec ce moyen de paiement ou un autre.',
  noRetry: 'Nous ne réessaierons pas de nous-mêmes. Merci de payer avec un autre moyen de paiement.',
  attached: 'La facture est jointe en PDF.',
  pay: 'Payer la facture',
  confirm: 'Confirmer le paiement',
  view: 'Voir la facture',
  validUntil:
    'Le lien est valable jusqu’au {date}. Toute personne qui le possède peut voir cette facture et la payer.',
  accept: 'Accepter l’invitation',
  acceptUntil: 'Le lien est valable jusqu’au {date} et ne sert qu’une fois. Ne le transmettez pas.',
  questions: 'Une question ? Répondez simplement à cet e-mail.',
  regards: 'Cordialement',
};
