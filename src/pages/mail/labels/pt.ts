/** Portuguese. */
import type { MailLabels } from '../labels.ts';

export const pt: MailLabels = {
  greeting: 'Olá, {name},',
  kinds: {
    invoice_sent: {
      subject: 'Fatura {number} de {seller}',
      lead: 'Segue a sua fatura {number} no valor de {amount}. Pedimos o pagamento até {date}.',
    },
    payment_failed: {
      subject: 'O pagamento da fatura {number} falhou',
      lead: 'Tentámos cobrar {amount} da fatura {number}, mas o pagamento não foi concluído.',
    },
    payment_action_required: {
      subject: 'Confirme o pagamento da fatura {number}',
      lead: 'O seu banco pede que confirme o pagamento de {amount} da fatura {number}. Até lá, a fatura não está paga.',
    },
    payment_overdue: {
      subject: 'A fatura {number} está vencida',
      lead: 'A fatura {number} venceu em {date}. Faltam pagar {amount}.',
    },
    final_notice: {
      subject: 'Último aviso: fatura {number}',
      lead: 'Este é o nosso último lembrete: a fatura {number} venceu em {date} e faltam pagar {amount}. Sem pagamento, o seu serviço pode ser interrompido.',
    },
    payment_succeeded: {
      subject: 'Recibo da fatura {number}',
      lead: 'Obrigado. Recebemos o seu pagamento da fatura {number}.',
    },
    subscription_ended: {
      subject: 'A sua subscrição com {seller} terminou',
      lead: 'A fatura {number} não foi paga, por isso a sua subscrição terminou. Faltam pagar {amount}.',
    },
    card_expiring: {
      subject: 'O seu cartão expira em breve',
      lead: 'O seu cartão {card} expira em {expiry}. Indique-nos um novo, para que os pagamentos continuem.',
    },
    invitation: {
      subject: 'Convite para {organization}',
      lead: 'Foi convidado a juntar-se a {organization} em {seller}. Se não o esperava, pode ignorar este e-mail.',
    },
  },
  settled: {
    subject: 'Fatura {number} de {seller}',
    lead: 'Segue a sua fatura {number}. Não há nada a pagar.',
  },
  retry: 'Tentaremos novamente em {date}. Também pode pagar agora, com este ou outro método de pagamento.',
  noRetry: 'Não voltaremos a tentar por nós. Pague com outro método de pagamento, por favor.',
  attached: 'A fatura segue em anexo, em PDF.',
  pay: 'Pagar a fatura',
  confirm: 'Confirmar o pagamento',
  view: 'Ver a fatura',
  validUntil: 'O link é válido até {date}. Quem o tiver pode ver esta fatura e pagá-la.',
  accept: 'Aceitar o convite',
  acceptUntil: 'O link é válido até {date} e só funciona uma vez. Não o partilhe.',
  questions: 'Dúvidas? Responda a este e-mail.',
  regards: 'Com os melhores cumprimentos',
};
