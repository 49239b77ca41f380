/** TRUSTED_PROXIES: whose word on where a request came from counts. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** The addresses that `loopback` stands for. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

const ALLOWED = 'IP addresses, CIDR ranges as 10.0.0.0/8, and the word loopback';

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** An address and how many of its bits count; undefined where it is neither an address nor a range. */
function rangeOf(text: string): { address: string; bits: number } | undefined {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return version > 0 && more.length === 0 && bits <= most ? { address, bits } : undefined;
}

/** What is allowed instead of this; undefined where it may stand. */
export const trustedProxiesFault = (text: string): string | undefined =>
  text === 'loopback' || rangeOf(text) ? undefined : ALLOWED;

/** Whether an address is one of these proxies. IPv4 in IPv6 notation is the IPv4 address. */
export function trustedProxies(listed: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of listed.flatMap((each) => (each === 'loopback' ? LOOPBACK : [each]))) {
    const range = rangeOf(text);
    if (range) list.addSubnet(range.address, range.bits, familyOf(range.address));
  }
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address));
}
