/** A range of IPv4 addresses, as `10.1.2.0/24` names it. */
export interface Subnet {
  /** Of the network itself. */
  readonly first: number;
  readonly prefixBits: number;
  readonly sizeAddresses: number;
}

/** An IPv4 address as a number; undefined for what is none. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Bits behind the prefix count as zero. Undefined for what is no subnet. */
export function parseSubnet(text: string): Subnet | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (slash < 0 || address === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const sizeAddresses = 2 ** (32 - Number(bits));
  return { first: Math.floor(address / sizeAddresses) * sizeAddresses, prefixBits: Number(bits), sizeAddresses };
}

export function isWithin({ first, sizeAddresses }: Subnet, address: number): boolean {
  return address >= first && address < first + sizeAddresses;
}

export function doOverlap(a: Subnet, b: Subnet): boolean {
  return isWithin(a, b.first) || isWithin(b, a.first);
}
