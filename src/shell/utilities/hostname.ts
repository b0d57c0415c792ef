import { decodeName } from '../../bytes/byteName.ts';
import { readFile } from '../kernel/calls.ts';
import { causeOf } from './failure.ts';
import { utility } from './utility.ts';

export const hostname = utility(
  {
    options: {
      alias: '-a --alias',
      domain: '-d --domain',
      full: '-f --fqdn --long',
      addresses: '-I --all-ip-addresses',
      address: '-i --ip-address',
      short: '-s --short',
      file: '-F --file=FILE',
    },
    usage: '[OPTION]... [NAME]',
    version: '3.23',
  },
  async (process, options) => {
    const { uts, network } = process.namespaces;
    const path = options.value('file');
    let wanted = options.operands[0];
    if (path !== undefined) {
      try {
        wanted = decodeName(await readFile(process, path))
          .trim()
          .split('\n')[0];
      } catch (error) {
        await process.complain(`${path}: ${causeOf(error)}`);
        return 1;
      }
    }
    if (wanted !== undefined) {
      if (!process.can('SYS_ADMIN')) {
        const isGnu = process.flavour === 'gnu';
        await process.complain(
          isGnu ? 'you must be root to change the host name' : 'sethostname: Operation not permitted',
        );
        return 1;
      }
      if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(wanted)) {
        await process.complain('the specified hostname is invalid');
        return 1;
      }
      uts.hostname = wanted;
      return 0;
    }
    const name = uts.hostname;
    const address = process.kernel.network.resolve(network.host, network.host) ?? '127.0.0.1';
    if (options.has('addresses')) await process.print(`${address} \n`);
    else if (options.has('address')) await process.print(`${address}\n`);
    else if (options.has('domain'))
      await process.print(name.includes('.') ? `${name.slice(name.indexOf('.') + 1)}\n` : '');
    else if (options.has('short')) await process.print(`${name.split('.')[0]}\n`);
    else if (options.has('alias')) await process.print('\n');
    else await process.print(`${name}\n`);
    return 0;
  },
);
