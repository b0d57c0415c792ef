import { lookUpHost } from '../kernel/hostLookup.ts';
import { OUTSIDE_NOTE } from './httpRequest.ts';
import { UsageError } from './options.ts';
import { utility } from './utility.ts';

const DATA_BYTES = 56;
/** How long an answer to the last packet is waited for. */
const USUAL_TIMEOUT_SEC = '10';
const HEADER_BYTES = 28;

/** Hosts of the lab answer at once. */
export const ping = utility(
  {
    options: {
      count: '-c=COUNT',
      interval: '-i=INTERVAL',
      quiet: '-q',
      deadline: '-w=DEADLINE',
      // Answers come at once, addresses are of IPv4, and none has a name: these change nothing.
      timeout: '-W=TIMEOUT',
      ipv4: '-4',
      numeric: '-n',
    },
    notSimulated:
      '-6 -a -A -b -B -D -d -f -F=LABEL -I=INTERFACE -l=PRELOAD -L -m=MARK -M=HINT -O -p=PATTERN -Q=TOS -R -r -s=SIZE -S=SNDBUF -t=TTL -T=OPTION -U -v',
    usage: '[options] <destination>',
    usageStatus: 2,
    version: 'from iputils 20221126',
  },
  async (process, options) => {
    const [host] = options.operands;
    const isGnu = process.flavour === 'gnu';
    if (host === undefined)
      throw new UsageError('operand', isGnu ? 'usage error: Destination address required' : '', { bare: isGnu });
    const countText = options.value('count');
    if (countText !== undefined && !/^[1-9]\d{0,8}$/.test(countText))
      throw new UsageError('operand', `invalid argument: '${countText}'`, { bare: true });
    const address = await lookUpHost(process, host);
    if (address === undefined) {
      await process.complain(isGnu ? `${host}: Name or service not known` : `bad address '${host}'`);
      await process.write(2, `${OUTSIDE_NOTE}\n`);
      return isGnu ? 2 : 1;
    }
    const deadlineText = options.value('deadline');
    if (deadlineText !== undefined && !/^[1-9]\d{0,8}$/.test(deadlineText))
      throw new UsageError('operand', `invalid argument: '${deadlineText}'`, { bare: true });
    const timeoutText = options.value('timeout') ?? USUAL_TIMEOUT_SEC;
    if (!/^\d{1,6}(\.\d+)?$/.test(timeoutText))
      throw new UsageError('operand', `invalid argument: '${timeoutText}'`, { bare: true });
    const wanted = countText === undefined ? Number.POSITIVE_INFINITY : Number(countText);
    const intervalMs = (Number(options.value('interval') ?? 1) || 1) * 1000;
    // The first goes at once; another one after each interval that ends in time.
    const inTime =
      deadlineText === undefined ? Number.POSITIVE_INFINITY : Math.ceil((Number(deadlineText) * 1000) / intervalMs);
    const count = Math.min(wanted, inTime);
    await process.print(
      isGnu
        ? `PING ${host} (${address}) ${DATA_BYTES}(${DATA_BYTES + HEADER_BYTES}) bytes of data.\n`
        : `PING ${host} (${address}): ${DATA_BYTES} data bytes\n`,
    );
    const { network } = process.namespaces;
    const isAnswered = process.kernel.network.isReachable?.(address, network.host) ?? true;
    for (let sent = 1; sent <= count; sent++) {
      const line = isGnu
        ? `${DATA_BYTES + 8} bytes from ${host === address || options.has('numeric') ? address : `${host} (${address})`}: icmp_seq=${sent} ttl=64 time=0.050 ms\n`
        : `${DATA_BYTES + 8} bytes from ${address}: seq=${sent - 1} ttl=64 time=0.050 ms\n`;
      if (isAnswered && !options.has('quiet')) await process.print(line);
      if (sent < count || count < wanted) await process.sleep(intervalMs);
    }
    if (!isAnswered && deadlineText === undefined) await process.sleep(Number(timeoutText) * 1000);
    const received = isAnswered ? count : 0;
    const statistics = isGnu
      ? `${count} packets transmitted, ${received} received, ${isAnswered ? 0 : 100}% packet loss, time ${(count - 1) * intervalMs}ms\n${isAnswered ? 'rtt min/avg/max/mdev = 0.050/0.050/0.050/0.000 ms' : ''}\n`
      : `${count} packets transmitted, ${received} packets received, ${isAnswered ? 0 : 100}% packet loss\n${isAnswered ? 'round-trip min/avg/max = 0.050/0.050/0.050 ms\n' : ''}`;
    await process.print(`\n--- ${host} ping statistics ---\n${statistics}`);
    return isAnswered ? 0 : 1;
  },
);
