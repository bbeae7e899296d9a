/** Spanish. */
import type { PayLabels } from '../labels.ts';

export const es: PayLabels = {
  title: 'Pagar la factura {number}',
  summary: 'Resumen',
  moreLines: 'y {count} líneas más: vea la factura',
  viewInvoice: 'Ver la factura',
  downloadPdf: 'Descargar PDF',
  payWith: 'Pagar con',
  defaultMethod: 'predeterminada',
  expires: 'caduca {expiry}',
  anotherCard: 'Otra tarjeta',
  card: 'Datos de la tarjeta',
  testCard: 'Tarjeta de prueba',
  testCardHint: 'No se mueve dinero real. El nombre indica cómo se comporta la tarjeta.',
  makeDefault: 'Usar esta tarjeta para los próximos pagos',
  pay: 'Pagar {amount}',
  continueToBank: 'Continuar a su banco',
  otherWay: 'Pagar de otra manera',
  checkAgain: 'Comprobar de nuevo',
  failed: 'El pago no se ha realizado',
  reasons: {
    insufficient_funds: 'La tarjeta no tiene saldo suficiente. Use otra tarjeta o inténtelo más tarde.',
    expired_card: 'Esta tarjeta ha caducado. Use otra tarjeta.',
    incorrect_cvc: 'El código de seguridad no es correcto. Introduzca la tarjeta de nuevo.',
    incorrect_number: 'El número de la tarjeta no es correcto. Introduzca la tarjeta de nuevo.',
    over_limit: 'Esta tarjeta ha alcanzado su límite. Use otra tarjeta o inténtelo más tarde.',
    not_supported: 'Esta tarjeta no puede usarse para este pago. Use otra tarjeta.',
    not_confirmed: 'El pago no se ha confirmado con su banco. Inténtelo de nuevo o use otra tarjeta.',
    try_again: 'Su banco no ha podido procesar el pago en este momento. Inténtelo de nuevo.',
    declined: 'Su banco ha rechazado esta tarjeta. Use otra tarjeta o consulte con su banco.',
    card_refused: 'Esta tarjeta no ha sido aceptada. Compruébela o use otra tarjeta.',
    unavailable:
      'No hemos podido procesar el pago en este momento. No se le ha cobrado dos veces; inténtelo de nuevo.',
  },
  paid: { heading: 'Esta factura está pagada', text: 'Gracias. No queda nada por pagar.' },
  processing: {
    heading: 'Su pago se está procesando',
    text: 'No tiene que hacer nada. Puede tardar un momento; con un adeudo bancario, algunos días.',
  },
  action: {
    heading: 'Confirme con su banco',
    text: 'Su banco le pide que confirme este pago de {amount}. Hasta entonces no está pagado.',
  },
  void: { heading: 'Esta factura está anulada', text: 'No hay nada que pagar.' },
  closed: { heading: 'Esta factura ya no se puede pagar aquí', text: 'Póngase en contacto con {seller}.' },
  expired: {
    heading: 'Este enlace ha caducado',
    text: 'Use el enlace de nuestro último correo o póngase en contacto con {seller}.',
  },
  unknown: {
    heading: 'Este enlace no es válido',
    text: 'Compruebe que tiene la dirección completa de nuestro correo.',
  },
  busy: { heading: 'Demasiados intentos', text: 'Espere un minuto e inténtelo de nuevo.' },
};
