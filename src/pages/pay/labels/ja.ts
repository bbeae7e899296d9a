/** Japanese. */
import type { PayLabels } from '../labels.ts';

export const ja: PayLabels = {
  title: '請求書 {number} のお支払い',
  summary: '概要',
  moreLines: 'ほか {count} 行は請求書をご覧ください',
  viewInvoice: '請求書を見る',
  downloadPdf: 'PDF をダウンロード',
  payWith: '支払方法',
  defaultMethod: '既定',
  expires: '有効期限 {expiry}',
  anotherCard: '別のカード',
  card: 'カード情報',
  testCard: 'テストカード',
  testCardHint: '実際のお金は動きません。名前がカードの動作を示します。',
  makeDefault: '今後のお支払いにこのカードを使う',
  pay: '{amount} を支払う',
  continueToBank: '銀行へ進む',
  otherWay: '別の方法で支払う',
  checkAgain: 'もう一度確認する',
  failed: 'お支払いができませんでした',
  reasons: {
    insufficient_funds: 'カードの残高が不足しています。別のカードを使うか、後でもう一度お試しください。',
    expired_card: 'このカードは有効期限が切れています。別のカードをお使いください。',
    incorrect_cvc: 'セキュリティコードが正しくありません。カードをもう一度入力してください。',
    incorrect_number: 'カード番号が正しくありません。カードをもう一度入力してください。',
    over_limit: 'このカードは限度額に達しています。別のカードを使うか、後でもう一度お試しください。',
    not_supported: 'このカードはこのお支払いには使えません。別のカードをお使いください。',
    not_confirmed:
      '銀行でお支払いが確認されませんでした。もう一度お試しになるか、別のカードをお使いください。',
    try_again: '銀行が現在お支払いを処理できませんでした。もう一度お試しください。',
    declined: '銀行がこのカードを承認しませんでした。別のカードを使うか、銀行にお問い合わせください。',
    card_refused: 'このカードは受け付けられませんでした。確認するか、別のカードをお使いください。',
    unavailable:
      '現在お支払いを処理できませんでした。二重に請求されることはありません。もう一度お試しください。',
  },
  paid: {
    heading: 'この請求書は支払い済みです',
    text: 'ありがとうございます。お支払いいただく金額はありません。',
  },
  processing: {
    heading: 'お支払いを処理しています',
    text: 'お手続きは必要ありません。少し時間がかかることがあり、口座振替の場合は数日かかります。',
  },
  action: {
    heading: '銀行で確認してください',
    text: '銀行が {amount} のお支払いの確認を求めています。確認されるまでお支払いは完了しません。',
  },
  void: { heading: 'この請求書は無効です', text: 'お支払いいただく金額はありません。' },
  closed: {
    heading: 'この請求書はここではお支払いいただけません',
    text: '{seller} にお問い合わせください。',
  },
  expired: {
    heading: 'このリンクは期限切れです',
    text: '最新のメールのリンクを使うか、{seller} にお問い合わせください。',
  },
  unknown: {
    heading: 'このリンクは無効です',
    text: 'メールのアドレス全体が入力されているかご確認ください。',
  },
  busy: { heading: '試行回数が多すぎます', text: '1 分ほど待ってから、もう一度お試しください。' },
};
