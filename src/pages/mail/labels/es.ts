/** Spanish. */
import type { MailLabels } from '../labels.ts';

export const es: MailLabels = {
  greeting: 'Hola, {name}:',
  kinds: {
    invoice_sent: {
      subject: 'Factura {number} de {seller}',
      lead: 'Aquí tiene su factura {number} por {amount}. Le rogamos que la pague antes del {date}.',
    },
    payment_failed: {
      subject: 'No se ha podido cobrar la factura {number}',
      lead: 'Hemos intentado cobrar {amount} de la factura {number}, pero el pago no se ha realizado.',
    },
    payment_action_required: {
      subject: 'Confirme el pago de la factura {number}',
      lead: 'Su banco le pide que confirme el pago de {amount} de la factura {number}. Hasta entonces no estará pagada.',
    },
    payment_overdue: {
      subject: 'La factura {number} está vencida',
      lead: 'La factura {number} venció el {date}. Quedan {amount} por pagar.',
    },
    final_notice: {
      subject: 'Último aviso: factura {number}',
      lead: 'Este es nuestro último recordatorio: la factura {number} venció el {date} y quedan {amount} por pagar. Sin el pago, su servicio puede interrumpirse.',
    },
    payment_succeeded: {
      subject: 'Recibo de la factura {number}',
      lead: 'Gracias. Hemos recibido su pago de la factura {number}.',
    },
    subscription_ended: {
      subject: 'Su suscripción con {seller} ha terminado',
      lead: 'La factura {number} no se ha pagado y por eso su suscripción ha terminado. Quedan {amount} por pagar.',
    },
    card_expiring: {
      subject: 'Su tarjeta caduca pronto',
      lead: 'Su tarjeta {card} caduca en {expiry}. Indíquenos una nueva para que sus pagos continúen.',
    },
    invitation: {
      subject: 'Invitación a {organization}',
      lead: 'Le invitamos a unirse a {organization} en {seller}. Si no lo esperaba, puede ignorar este correo.',
    },
  },
  settled: {
    subject: 'Factura {number} de {seller}',
    lead: 'Aquí tiene su factura {number}. No queda nada por pagar.',
  },
  retry: 'Lo intentaremos de nuevo el {date}. También puede pagar ahora, con este u otro método de pago.',
  noRetry: 'No volveremos a intentarlo por nuestra cuenta. Pague con otro método de pago, por favor.',
  attached: 'Adjuntamos la factura en PDF.',
  pay: 'Pagar la factura',
  confirm: 'Confirmar el pago',
  view: 'Ver la factura',
  validUntil: 'El enlace es válido hasta el {date}. Quien lo tenga puede ver esta factura y pagarla.',
  accept: 'Aceptar la invitación',
  acceptUntil: 'El enlace es válido hasta el {date} y sirve una sola vez. No lo comparta.',
  questions: '¿Alguna pregunta? Responda a este correo.',
  regards: 'Un cordial saludo',
};
