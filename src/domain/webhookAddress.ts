/** Where webhooks may go: the wide world, unless whoever runs Dunlin says that its own network may be called as well. */

/** What is wrong with the URL of an endpoint, and what to do; undefined where nothing is. */
export function refuseWebhookUrl(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'give an https:// address';
  if (url.username !== '' || url.password !== '') return 'leave out the user and the password';
  if (url.hash !== '') return 'leave out what follows the #';
  if (allowPrivate) return undefined;
  if (url.protocol !== 'https:') return 'give an https:// address';
  const host = hostOf(url);
  if (host === 'localhost' || host.endsWith('.localhost'))
    return 'give a public address: this one is the machine itself';
  if (isAddress(host) && !isPublicAddress(host)) return 'give a public address: this one is private';
  return undefined;
}

/** Its host as a name or an address: without the brackets around an IPv6 one, and without the dot that may end a name. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** An IP address rather than a name; `URL` writes each in its one form. */
export function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** First address and length of the prefix of what is not public (IANA, special-purpose address registries). */
const privateIpv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** False for whatever is no address of the public internet, also for what carries a private IPv4 address inside. */
export function isPublicAddress(address: string): boolean {
  return address.includes(':') ? isPublicIpv6(address) : isPublicIpv4(address);
}

function isPublicIpv4(address: string): boolean {
  const value = valueOf(address);
  if (value === undefined) return false;
  return !privateIpv4.some(([first, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(value / size) === Math.floor((valueOf(first) ?? 0) / size);
  });
}

function valueOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  const valid =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return valid ? parts.reduce((value, part) => value * 256 + part, 0) : undefined;
}

/**
 * Only 2000::/3 is given out, and of that not what is for protocols (2001::/23, Teredo among it), documentation
 * (2001:db8::/32, 3fff::/20) or carries IPv4 (2002::/16).
 */
function isPublicIpv6(address: string): boolean {
  const [first = '', second = ''] = address.split(':');
  const upper = parseInt(first, 16);
  const lower = second === '' ? 0 : parseInt(second, 16);
  if (!(upper >= 0x2000 && upper <= 0x3fff)) return false;
  if (upper === 0x2001) return lower >= 0x0200 && lower !== 0x0db8;
  return upper !== 0x2002 && !(upper === 0x3fff && lower < 0x1000);
}
