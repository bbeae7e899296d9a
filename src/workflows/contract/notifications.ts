/** Mails to customers: the workflow that is prompted to send them. */
/** Of the one that is prompted; its Schedule's have their own. */
export const notificationsWorkflowId = 'notifications/prompted';
