/** Portuguese. */
import type { PayLabels } from '../labels.ts';

export const pt: PayLabels = {
  title: 'Pagar a fatura {number}',
  summary: 'Resumo',
  moreLines: 'e mais {count} linhas: veja a fatura',
  viewInvoice: 'Ver a fatura',
  downloadPdf: 'Transferir PDF',
  payWith: 'Pagar com',
  defaultMethod: 'predefinido',
  expires: 'expira {expiry}',
  anotherCard: 'Outro cartão',
  card: 'Dados do cartão',
  testCard: 'Cartão de teste',
  testCardHint: 'Não é movimentado dinheiro real. O nome indica como o cartão se comporta.',
  makeDefault: 'Usar este cartão nos próximos pagamentos',
  pay: 'Pagar {amount}',
  continueToBank: 'Continuar para o seu banco',
  otherWay: 'Pagar de outra forma',
  checkAgain: 'Verificar novamente',
  failed: 'O pagamento não foi concluído',
  reasons: {
    insufficient_funds: 'O cartão não tem saldo suficiente. Use outro cartão ou tente mais tarde.',
    expired_card: 'Este cartão expirou. Use outro cartão.',
    incorrect_cvc: 'O código de segurança está incorreto. Introduza o cartão novamente.',
    incorrect_number: 'O número do cartão está incorreto. Introduza o cartão novamente.',
    over_limit: 'Este cartão atingiu o limite. Use outro cartão ou tente mais tarde.',
    not_supported: 'Este cartão não pode ser usado neste pagamento. Use outro cartão.',
    not_confirmed: 'O pagamento não foi confirmado junto do seu banco. Tente novamente ou use outro cartão.',
    try_again: 'O seu banco não conseguiu processar o pagamento neste momento. Tente novamente.',
    declined: 'O seu banco recusou este cartão. Use outro cartão ou contacte o seu banco.',
    card_refused: 'Este cartão não foi aceite. Verifique-o ou use outro cartão.',
    unavailable:
      'Não conseguimos processar o pagamento neste momento. Nada foi cobrado duas vezes; tente novamente.',
  },
  paid: { heading: 'Esta fatura está paga', text: 'Obrigado. Não há nada a pagar.' },
  processing: {
    heading: 'O seu pagamento está a ser processado',
    text: 'Não precisa de fazer nada. Pode demorar um momento; com um débito bancário, alguns dias.',
  },
  action: {
    heading: 'Confirme junto do seu banco',
    text: 'O seu banco pede que confirme este pagamento de {amount}. Até lá, não está pago.',
  },
  void: { heading: 'Esta fatura está anulada', text: 'Não há nada a pagar.' },
  closed: { heading: 'Esta fatura já não pode ser paga aqui', text: 'Contacte {seller}.' },
  expired: { heading: 'Este link expirou', text: 'Use o link do nosso último e-mail ou contacte {seller}.' },
  unknown: {
    heading: 'Este link não é válido',
    text: 'Verifique se tem o endereço completo do nosso e-mail.',
  },
  busy: { heading: 'Demasiadas tentativas', text: 'Aguarde um minuto e tente novamente.' },
};
