import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';

interface Link {
  readonly index: number;
  readonly name: string;
  readonly address: string;
  readonly prefix: number;
  readonly mac: string;
}

/** The loopback, and one interface where the process has a network. */
function linksOf(process: Process): Link[] {
  const links: Link[] = [{ index: 1, name: 'lo', address: '127.0.0.1', prefix: 8, mac: '00:00:00:00:00:00' }];
  const { host, isIsolated } = process.namespaces.network;
  const address = isIsolated ? undefined : process.kernel.network.resolve(host, host);
  if (address === undefined || address.startsWith('127.')) return links;
  const mac = `02:42:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
  links.push({ index: 2, name: 'eth0', address, prefix: 16, mac });
  return links;
}

/** ip(8): `addr`, `link` and `route`, to be looked at. */
export const ip: Program = async (process) => {
  const words = process.argv.slice(1).filter((word) => !word.startsWith('-'));
  const [object = '', verb = 'show', device] = words;
  const links = linksOf(process).filter(({ name }) => device === undefined || device === 'dev' || name === device);
  if (!/^(show|list|ls|s|l|sh)$/.test(verb) && object !== '') {
    await process.write(2, `palimpsest: ip ${object} ${verb} is not simulated\n`);
    return 2;
  }
  if ('address'.startsWith(object) && object !== '')
    await process.print(links.map((link) => linkLines(link, true)).join(''));
  else if ('link'.startsWith(object) && object !== '')
    await process.print(links.map((link) => linkLines(link, false)).join(''));
  else if ('route'.startsWith(object) && object !== '') await process.print(routeLines(linksOf(process)));
  else {
    await process.write(
      2,
      object === ''
        ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n'
        : `Object "${object}" is unknown, try "ip help".\n`,
    );
    return object === '' ? 255 : 1;
  }
  return 0;
};

function linkLines({ index, name, address, prefix, mac }: Link, withAddress: boolean): string {
  const isLoop = name === 'lo';
  const flags = isLoop ? 'LOOPBACK,UP,LOWER_UP' : 'BROADCAST,MULTICAST,UP,LOWER_UP';
  const state = isLoop
    ? 'mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000'
    : 'mtu 1500 qdisc noqueue state UP group default';
  let text = `${index}: ${name}: <${flags}> ${state}\n    link/${isLoop ? 'loopback' : 'ether'} ${mac} brd ${isLoop ? mac : 'ff:ff:ff:ff:ff:ff'}\n`;
  if (withAddress) {
    const broadcast = isLoop ? '' : ` brd ${networkOf(address)}.255.255`;
    text += `    inet ${address}/${prefix}${broadcast} scope ${isLoop ? 'host' : 'global'} ${name}\n       valid_lft forever preferred_lft forever\n`;
  }
  return text;
}

function networkOf(address: string): string {
  return address.split('.').slice(0, 2).join('.');
}

function routeLines(links: readonly Link[]): string {
  const own = links.find(({ name }) => name === 'eth0');
  if (!own) return '';
  const network = networkOf(own.address);
  return `default via ${network}.0.1 dev eth0 \n${network}.0.0/16 dev eth0 proto kernel scope link src ${own.address} \n`;
}
