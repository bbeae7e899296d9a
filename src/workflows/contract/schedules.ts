/** The Schedules: what recurs by itself, each under one id. */
export const billingCycleScheduleId = 'billing-cycle';
export const usageRollupScheduleId = 'usage-rollup';
export const dailyCloseScheduleId = 'daily-close';
export const repairScheduleId = 'repair';
export const eventRelayScheduleId = 'event-relay';
export const notificationsScheduleId = 'notifications';
export const providerEventsScheduleId = 'provider-events-sweep';
export const reconciliationScheduleId = 'reconciliation';
export const scheduleIds = [
  billingCycleScheduleId,
  usageRollupScheduleId,
  dailyCloseScheduleId,
  eventRelayScheduleId,
  notificationsScheduleId,
  providerEventsScheduleId,
  reconciliationScheduleId,
  repairScheduleId,
] as const;
