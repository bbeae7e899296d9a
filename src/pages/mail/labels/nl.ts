/** Dutch. */
import type { MailLabels } from '../labels.ts';

export const nl: MailLabels = {
  greeting: 'Beste {name},',
  kinds: {
    invoice_sent: {
      subject: 'Factuur {number} van {seller}',
      lead: 'Hierbij ontvangt u factuur {number} van {amount}. Wilt u deze uiterlijk {date} betalen?',
    },
    payment_failed: {
      subject: 'Betaling van factuur {number} mislukt',
      lead: 'Wij wilden {amount} voor factuur {number} innen, maar de betaling is mislukt.',
    },
    payment_action_required: {
      subject: 'Bevestig uw betaling van factuur {number}',
      lead: 'Uw bank vraagt u de betaling van {amount} voor factuur {number} te bevestigen. Tot dan is deze niet betaald.',
    },
    payment_overdue: {
      subject: 'Betalingsherinnering: factuur {number}',
      lead: 'Factuur {number} had op {date} betaald moeten zijn. {amount} staat nog open.',
    },
    final_notice: {
      subject: 'Laatste aanmaning: factuur {number}',
      lead: 'Dit is onze laatste aanmaning: {amount} voor factuur {number} had op {date} betaald moeten zijn. Zonder betaling kan uw dienst worden stopgezet.',
    },
    payment_succeeded: {
      subject: 'Betalingsbewijs voor factuur {number}',
      lead: 'Hartelijk dank. Wij hebben uw betaling voor factuur {number} ontvangen.',
    },
    subscription_ended: {
      subject: 'Uw abonnement bij {seller} is beëindigd',
      lead: 'Factuur {number} is niet betaald, daarom is uw abonnement beëindigd. {amount} staat nog open.',
    },
    card_expiring: {
      subject: 'Uw kaart verloopt binnenkort',
      lead: 'Uw kaart {card} verloopt in {expiry}. Geef ons een nieuwe kaart, zodat uw betalingen doorgaan.',
    },
    invitation: {
      subject: 'Uitnodiging voor {organization}',
      lead: 'U bent uitgenodigd om deel te nemen aan {organization} bij {seller}. Verwachtte u dit niet, dan kunt u deze e-mail negeren.',
    },
  },
  settled: {
    subject: 'Factuur {number} van {seller}',
    lead: 'Hierbij ontvangt u factuur {number}. Er is niets meer te betalen.',
  },
  retry: 'Wij proberen het op {date} opnieuw. U kunt ook nu betalen, met deze of een andere betaalmethode.',
  noRetry: 'Wij proberen het niet vanzelf opnieuw. Betaal met een andere betaalmethode.',
  attached: 'De factuur is als pdf bijgevoegd.',
  pay: 'Factuur betalen',
  confirm: 'Betaling bevestigen',
  view: 'Factuur bekijken',
  validUntil: 'De link is geldig tot {date}. Wie deze heeft, kan deze factuur bekijken en betalen.',
  accept: 'Uitnodiging aannemen',
  acceptUntil: 'De link is geldig tot {date} en werkt één keer. Geef deze niet door.',
  questions: 'Vragen? Beantwoord gewoon deze e-mail.',
  regards: 'Met vriendelijke groet',
};
