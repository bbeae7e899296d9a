/** What an operator finds a workflow by in Temporal's UI, and the words that it says there. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

const billingCustomer = defineSearchAttributeKey('BillingCustomer', SearchAttributeType.KEYWORD);
const billingStatus = defineSearchAttributeKey('BillingStatus', SearchAttributeType.KEYWORD);
const billingPlan = defineSearchAttributeKey('BillingPlan', SearchAttributeType.KEYWORD);

export interface Searchable {
  readonly customerId: string;
  readonly status: string;
  readonly planCode: string;
}

export function showSearchable({ customerId, status, planCode }: Searchable): void {
  upsertSearchAttributes([
    { key: billingCustomer, value: customerId },
    { key: billingStatus, value: status },
    { key: billingPlan, value: planCode },
  ]);
}

/** What happened last, and what comes next and when. */
export function showDetails({ happened, next }: { readonly happened: string; readonly next: string }): void {
  setCurrentDetails(`**What happened**\n\n${listOf(happened)}\n\n**What comes next**\n\n${listOf(next)}`);
}

function listOf(lines: string): string {
  return lines
    .split('\n')
    .map((line) => `- ${line}`)
    .join('\n');
}
