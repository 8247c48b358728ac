import { BlockList, isIP } from 'node:net';

/** What the IANA registries of special-purpose addresses and the clouds keep for themselves. */
const SPECIAL_NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // shared behind carriers; a cloud's metadata
  '127.0.0.0/8',
  '168.63.129.16/32', // a cloud's own services, on a public address
  '169.254.0.0/16', // link-local; most clouds' metadata
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23', // Teredo, benchmarking and more
  '2001:db8::/32',
  '2002::/16', // leads to any IPv4 address
  '3fff::/20',
];

/** Everything else of IPv6 is local, a translation of IPv4 or not assigned. */
const GLOBAL_IPV6 = networks(['2000::/3']);

const SPECIAL = networks(SPECIAL_NETWORKS);

/** Where only a mistake or an attack leads: a name that resolves to one of these is not a private server. */
const NEVER_A_SERVER = networks([
  '0.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.192/32', // a cloud's metadata
  '100.100.100.200/32', // a cloud's metadata
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fd00:ec2::/32', // a cloud's metadata
  'fd20:ce::254/128', // a cloud's metadata
  'fe80::/10',
  'ff00::/8',
]);

/** Whether an address is one of the public internet, and of nothing else. */
export function isPublicAddress(address: string): boolean {
  if (isInside(address, SPECIAL)) return false;
  return isIP(address) === 4 || isInside(address, GLOBAL_IPV6);
}

/** Whether an address may be a server that somebody runs for others, be it in a private network. */
export function mayBeServer(address: string): boolean {
  return !isInside(address, NEVER_A_SERVER);
}

/** @param entries addresses, or networks as `address/length` */
export function networks(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', length] = entry.split('/');
    const family = familyOf(address);
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return list;
}

/** IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`) are found in the networks of IPv4. */
export function isInside(address: string, list: BlockList): boolean {
  // The scope of a link-local address is not a part of the address.
  const [bare = ''] = address.split('%', 1);
  return isIP(bare) !== 0 && list.check(bare, familyOf(bare));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
