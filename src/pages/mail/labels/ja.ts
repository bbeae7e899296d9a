/** Japanese. */
import type { MailLabels } from '../labels.ts';

export const ja: MailLabels = {
  greeting: '{name} 様',
  kinds: {
    invoice_sent: {
      subject: '請求書 {number}（{seller}）',
      lead: '請求書 {number}（{amount}）をお送りします。{date}までにお支払いください。',
    },
    payment_failed: {
      subject: '請求書 {number} のお支払いができませんでした',
      lead: '請求書 {number} の {amount} を決済しようとしましたが、完了できませんでした。',
    },
    payment_action_required: {
      subject: '請求書 {number} のお支払いをご確認ください',
      lead: '請求書 {number} の {amount} のお支払いについて、銀行がお客様の確認を求めています。確認されるまでお支払いは完了しません。',
    },
    payment_overdue: {
      subject: '請求書 {number} のお支払期限が過ぎています',
      lead: '請求書 {number} のお支払期限は{date}でした。{amount} がまだ支払われていません。',
    },
    final_notice: {
      subject: '最終のお知らせ：請求書 {number}',
      lead: '最後のご案内です。請求書 {number} の {amount} のお支払期限は{date}でした。お支払いがない場合、サービスが停止されることがあります。',
    },
    payment_succeeded: {
      subject: '請求書 {number} の領収のお知らせ',
      lead: 'ありがとうございます。請求書 {number} のお支払いを受領しました。',
    },
    subscription_ended: {
      subject: '{seller} のご契約が終了しました',
      lead: '請求書 {number} が支払われなかったため、ご契約は終了しました。{amount} が未払いです。',
    },
    card_expiring: {
      subject: 'カードの有効期限が近づいています',
      lead: 'カード {card} の有効期限は {expiry} です。お支払いを続けるため、新しいカードをお知らせください。',
    },
    invitation: {
      subject: '{organization} への招待',
      lead: '{seller} の {organization} に招待されています。お心当たりがない場合は、このメールを無視してください。',
    },
  },
  settled: {
    subject: '請求書 {number}（{seller}）',
    lead: '請求書 {number} をお送りします。お支払いいただく金額はありません。',
  },
  retry:
    '{date}にもう一度決済します。この支払方法または別の支払方法で、今すぐお支払いいただくこともできます。',
  noRetry: '自動での再決済は行いません。別の支払方法でお支払いください。',
  attached: '請求書を PDF で添付しています。',
  pay: '請求書を支払う',
  confirm: '支払いを確認する',
  view: '請求書を見る',
  validUntil:
    'このリンクは{date}まで有効です。リンクを持つ人は誰でもこの請求書を閲覧し、支払うことができます。',
  accept: '招待を承諾する',
  acceptUntil: 'このリンクは{date}まで一度だけ有効です。他の人に渡さないでください。',
  questions: 'ご質問がございましたら、このメールにご返信ください。',
  regards: 'よろしくお願いいたします。',
};
