import { type Command, IMAGE_OPTION, PLATFORM_OPTION, UP_TO_OPTION } from '../command.ts';
import { mountImage } from '../mount/mountImage.ts';
import { KNOWN_OPTIONS, planMount } from '../mount/mountPlan.ts';
import { mountFolder, requireMounting } from '../mount/requirements.ts';
import { isServer, serverWords, superviseServer } from '../mount/supervise.ts';

export const command: Command = {
  usage: ['[options] FILE DIR'],
  description: [
    'Shows an image as a file system on the folder DIR, served through /dev/fuse by this program: needs Linux and root, ' +
      'but no daemon. It stays in the foreground; Ctrl-C, or umount DIR, ends it.',
    'Changes go to an upper layer in memory, as those of a container do, and behave as on the kernel’s own overlay. ' +
      'They are gone at the end, unless --save makes a new image of them or --keep a file. With --ro nothing can be ' +
      'changed.',
    'Device nodes and setuid programs of the image work, and every user of this machine may enter DIR. Where the image ' +
      'is not trusted, mount below a folder that only root can enter, or with --options nosuid,nodev.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    UP_TO_OPTION,
    { name: 'ro', kind: 'flag', help: 'read-only' },
    {
      name: 'save',
      kind: 'value',
      metavar: 'OUT.tar',
      help: 'when it is unmounted, write a docker-archive: the image with the changes as one more layer',
    },
    { name: 'tag', short: 't', kind: 'list', metavar: 'REF', help: 'tags of the image in OUT.tar (those it had)' },
    { name: 'force', short: 'f', kind: 'flag', help: 'replace OUT.tar when it is there' },
    {
      name: 'keep',
      kind: 'value',
      metavar: 'CHANGES.tar',
      help: 'begin with the changes in this file, where it is there, and write them back at the end',
    },
    {
      name: 'options',
      short: 'o',
      kind: 'value',
      metavar: 'LIST',
      help: `mount options, separated by commas: ${KNOWN_OPTIONS}`,
    },
  ],
  examples: [
    'mount --ro app.tar /mnt',
    'mount --save patched.tar -t app:patched app.tar /mnt',
    'mount -o redirect_dir=on --keep changes.tar app.tar /mnt',
  ],
  async run(args, context) {
    const plan = planMount(args);
    requireMounting();
    const folder = await mountFolder(plan.folder);
    if (isServer(context)) return mountImage({ ...plan, folder }, args, context);
    return superviseServer(serverWords(args, command.options, [plan.file, folder]), folder, context);
  },
};
