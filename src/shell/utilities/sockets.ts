import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { utility } from './utility.ts';

/** Ports that are shown by name (services(5)). */
const SERVICES: ReadonlyMap<number, string> = new Map([
  [22, 'ssh'],
  [53, 'domain'],
  [80, 'http'],
  [443, 'https'],
]);
const ANY_ADDRESS = '0.0.0.0';

interface Socket {
  readonly address: string;
  readonly port: number;
}

/** What listens at the process's host. Connections last no longer than a request here: there are none to show. */
function listeningAt(process: Process): Socket[] {
  const { network, namespaces } = { network: process.kernel.network, namespaces: process.namespaces };
  const found = network.listeners?.(namespaces.network.host) ?? [];
  return found.map(({ port, address }) => ({ port, address: address ?? ANY_ADDRESS }));
}

function portText(port: number, isNumeric: boolean): string {
  return isNumeric ? String(port) : (SERVICES.get(port) ?? String(port));
}

/** ss(8), of the sockets that listen. */
export const ss: Program = utility(
  {
    usage: '[ OPTIONS ]',
    options: {
      numeric: '-n --numeric',
      listening: '-l --listening',
      all: '-a --all',
      tcp: '-t --tcp',
      udp: '-u --udp',
      ipv4: '-4 --ipv4',
      noHeader: '-H --no-header',
    },
    notSimulated:
      '-r --resolve -o --options -e --extended -m --memory -p --processes -i --info -s --summary -E --events -Z --context -z --contexts -N --net=NAME -b --bpf -K --kill -6 --ipv6 -0 --packet -S --sctp -M --mptcp -d --dccp -w --raw -x --unix -f --family=F -A --query=Q -D --diag=F -F --filter=F --vsock --xdp --tipc --tos --cgroup -O --oneline -B --bound-inactive -T --threads',
    version: 'utility, iproute2-6.1.0',
  },
  async (process, options) => {
    if (options.operands.length > 0) {
      await process.complain('filters are not simulated');
      return 2;
    }
    const showsKind = !(options.has('tcp') && !options.has('udp')) && !(options.has('udp') && !options.has('tcp'));
    const isListed = (options.has('listening') || options.has('all')) && (options.has('tcp') || !options.has('udp'));
    const sockets = isListed ? listeningAt(process) : [];
    const isNumeric = options.has('numeric');
    const rows = sockets.map(({ address, port }) => ({ address, port: portText(port, isNumeric) }));
    const width = Math.max('Local Address'.length, ...rows.map(({ address }) => address.length));
    const portWidth = Math.max('Port'.length, ...rows.map(({ port }) => port.length));
    const stateWidth = Math.max('State'.length, ...rows.map(() => 'LISTEN'.length));
    const kind = (text: string) => (showsKind ? `${text.padEnd(5)} ` : '');
    if (!options.has('noHeader'))
      await process.print(
        `${kind('Netid')}${'State'.padEnd(stateWidth)} Recv-Q Send-Q ${'Local Address'.padStart(width)}:${'Port'.padEnd(portWidth)} Peer Address:PortProcess\n`,
      );
    for (const { address, port } of rows)
      await process.print(
        `${kind('tcp')}${'LISTEN'.padEnd(stateWidth)} ${'0'.padEnd(6)} ${'4096'.padEnd(6)} ${address.padStart(width)}:${port.padEnd(portWidth)} ${ANY_ADDRESS.padStart(12)}:${'*'.padEnd(4 + 'Process'.length)}\n`,
      );
    return 0;
  },
);

/** netstat(8), of the sockets that listen. */
export const netstat: Program = utility(
  {
    usage: '[-antul]',
    options: {
      all: '-a --all',
      listening: '-l --listening',
      numeric: '-n --numeric',
      tcp: '-t --tcp',
      udp: '-u --udp',
      ipv4: '-4 --inet',
    },
    notSimulated:
      '-r --route -i --interfaces -g --groups -s --statistics -M --masquerade -v --verbose -W --wide --numeric-hosts --numeric-ports --numeric-users -N --symbolic -e --extend -p --programs -o --timers -c --continuous -F --fib -C --cache -Z --context -6 --inet6 -x --unix -U --udplite -S --sctp -w --raw',
    version: '2.10',
  },
  async (process, options) => {
    const [isAll, isListening] = [options.has('all'), options.has('listening')];
    const form = isAll ? '(servers and established)' : isListening ? '(only servers)' : '(w/o servers)';
    await process.print(
      `Active Internet connections ${form}\nProto Recv-Q Send-Q Local Address           Foreign Address         State      \n`,
    );
    if ((!isAll && !isListening) || (options.has('udp') && !options.has('tcp'))) return 0;
    for (const { address, port } of listeningAt(process)) {
      const shown = `${address}:${portText(port, options.has('numeric'))}`;
      await process.print(
        `tcp        0      0 ${shown.padEnd(23)} ${`${ANY_ADDRESS}:*`.padEnd(23)} ${'LISTEN'.padEnd(11)}\n`,
      );
    }
    return 0;
  },
);
