// The images of the catalogue. Layers, history, users and settings as the official images have them.
import { alpineFacts, apkInstalled } from './alpineFacts.mjs';
import { allApplets, alpineApplets } from './busyboxApplets.mjs';
import { rpmBase } from './rpmFacts.mjs';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NOP = '/bin/sh -c #(nop) ';
const BUILDKIT = 'buildkit.dockerfile.v0';

const DEBIAN_USERS = [
  ['root', 0, 0, '/root', '/bin/bash'],
  ['daemon', 1, 1, '/usr/sbin', '/usr/sbin/nologin'],
  ['bin', 2, 2, '/bin', '/usr/sbin/nologin'],
  ['sys', 3, 3, '/dev', '/usr/sbin/nologin'],
  ['sync', 4, 65534, '/bin', '/bin/sync'],
  ['games', 5, 60, '/usr/games', '/usr/sbin/nologin'],
  ['man', 6, 12, '/var/cache/man', '/usr/sbin/nologin'],
  ['lp', 7, 7, '/var/spool/lpd', '/usr/sbin/nologin'],
  ['mail', 8, 8, '/var/mail', '/usr/sbin/nologin'],
  ['news', 9, 9, '/var/spool/news', '/usr/sbin/nologin'],
  ['uucp', 10, 10, '/var/spool/uucp', '/usr/sbin/nologin'],
  ['proxy', 13, 13, '/bin', '/usr/sbin/nologin'],
  ['www-data', 33, 33, '/var/www', '/usr/sbin/nologin'],
  ['backup', 34, 34, '/var/backups', '/usr/sbin/nologin'],
  ['list', 38, 38, '/var/list', '/usr/sbin/nologin'],
  ['irc', 39, 39, '/run/ircd', '/usr/sbin/nologin'],
  ['_apt', 42, 65534, '/nonexistent', '/usr/sbin/nologin'],
  ['nobody', 65534, 65534, '/nonexistent', '/usr/sbin/nologin'],
];
const DEBIAN_GROUPS =
  'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534';
const ALPINE_USERS = [
  ['root', 0, 0, '/root', '/bin/ash'],
  ['bin', 1, 1, '/bin', '/sbin/nologin'],
  ['daemon', 2, 2, '/sbin', '/sbin/nologin'],
  ['mail', 8, 12, '/var/mail', '/sbin/nologin'],
  ['nobody', 65534, 65534, '/', '/sbin/nologin'],
];
const ALPINE_GROUPS =
  'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:12 wheel:10 users:100 nogroup:65533 nobody:65534';
const RHEL_USERS = [
  ['root', 0, 0, '/root', '/bin/bash'],
  ['bin', 1, 1, '/bin', '/sbin/nologin'],
  ['daemon', 2, 2, '/sbin', '/sbin/nologin'],
  ['mail', 8, 12, '/var/spool/mail', '/sbin/nologin'],
  ['nobody', 99, 99, '/', '/sbin/nologin'],
];

/** All recipes by name. `applets`: paths of busybox's applets, as `busybox --list-full` prints them. */
export function recipes({ applets, packListing }) {
  const links = (pairs) =>
    packListing(
      Object.entries(pairs)
        .sort(byKey)
        .map(([path, target]) => ({ kind: 'l', path, target })),
    );
  const tree = (entries) =>
    packListing(
      entries
        .map(([kind, path, size, mode, uid, gid]) => ({
          kind,
          path,
          size,
          mode: mode ?? (kind === 'd' ? 0o755 : 0o644),
          uid,
          gid,
        }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    );

  const debianTexts = {
    ...accounts(DEBIAN_USERS, DEBIAN_GROUPS),
    'etc/apt/sources.list.d/debian.sources':
      'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    'etc/debian_version': '12.10\n',
    'etc/hostname': 'debuerreotype\n',
    'etc/host.conf': 'multi on\n',
    'etc/profile':
      'if [ "$(id -u)" -eq 0 ]; then\n  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nelse\n  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"\nfi\nexport PATH\n',
    'etc/issue': 'Debian GNU/Linux 12 \\n \\l\n\n',
    'usr/lib/os-release': osRelease({
      pretty: 'Debian GNU/Linux 12 (bookworm)',
      name: 'Debian GNU/Linux',
      version: '12',
      codename: 'bookworm',
      id: 'debian',
    }),
    'etc/motd': `\nThe programs included with the Debian GNU/Linux system are free software;\nthe exact distribution terms for each program are described in the\nindividual files in /usr/share/doc/*/copyright.\n\nDebian GNU/Linux comes with ABSOLUTELY NO WARRANTY, to the extent\npermitted by applicable law.\n`,
    'etc/dpkg/dpkg.cfg.d/docker-apt-speedup': 'force-unsafe-io\n',
    'etc/apt/apt.conf.d/docker-clean': 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\n',
    'root/.bashrc': '# umask 022\n',
    'root/.profile': 'if [ "$BASH" ] && [ -f ~/.bashrc ]; then\n  . ~/.bashrc\nfi\nmesg n 2> /dev/null || true\n',
  };
  const alternatives = links({
    'usr/bin/awk': '/etc/alternatives/awk',
    'usr/bin/nawk': '/etc/alternatives/nawk',
    'usr/bin/pager': '/etc/alternatives/pager',
    'usr/bin/which': '/etc/alternatives/which',
    'usr/sbin/rmt': '/etc/alternatives/rmt',
    'etc/alternatives/awk': '/usr/bin/mawk',
    'etc/alternatives/nawk': '/usr/bin/mawk',
    'etc/alternatives/pager': '/bin/more',
    'etc/alternatives/which': '/usr/bin/which.debianutils',
    'etc/alternatives/rmt': '/usr/sbin/rmt-tar',
  });
  // What the scripts of base-files make (base-files.postinst).
  const LOCAL =
    tree([
      ...['bin', 'etc', 'games', 'include', 'lib', 'sbin', 'share', 'share/man', 'src'].map((name) => [
        'd',
        `usr/local/${name}`,
      ]),
      ...['srv', 'opt', 'mnt', 'media', 'etc/opt'].map((path) => ['d', path]),
      ['d', 'run/lock', 0, 0o1777],
      ['d', 'var/opt'],
      ['d', 'var/local', 0, 0o2775, 0, 50],
      ['d', 'var/mail', 0, 0o2775, 0, 8],
    ]) +
    links({
      'usr/local/man': 'share/man',
      'var/lock': '/run/lock',
      'var/run': '/run',
      'var/spool/mail': '../mail',
    });
  const SLIM = [
    '^usr/share/doc/.*/(?!copyright)',
    '^usr/share/(man|info|groff|lintian|linda)/.',
    '^usr/share/locale/.',
  ];

  const debianBase = (without, texts = debianTexts, isUsrMerged = true) => ({
    packages: ['base'],
    without,
    isUsrMerged,
    listing: alternatives + LOCAL,
    texts,
  });
  const ubuntuTexts = ({ version, codename, point, title }) => {
    const {
      'etc/apt/sources.list.d/debian.sources': _,
      'etc/debian_version': __,
      'etc/motd': ___,
      ...rest
    } = debianTexts;
    return {
      ...rest,
      'etc/debian_version': `${codename}/sid\n`,
      'etc/issue': `Ubuntu ${point} \\n \\l\n\n`,
      'etc/lsb-release': `DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=${version}\nDISTRIB_CODENAME=${codename}\nDISTRIB_DESCRIPTION="Ubuntu ${point}"\n`,
      'etc/apt/sources.list': ['', '-updates', '-security']
        .map(
          (suite) => `deb http://archive.ubuntu.com/ubuntu/ ${codename}${suite} main restricted universe multiverse\n`,
        )
        .join(''),
      'usr/lib/os-release': `PRETTY_NAME="Ubuntu ${point}"\nNAME="Ubuntu"\nVERSION_ID="${version}"\nVERSION="${point} (${title})"\nVERSION_CODENAME=${codename}\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=${codename}\n`,
    };
  };
  const newUbuntu = (version, codename, point, title, created, tags) => ({
    repository: 'library/ubuntu',
    tags,
    description: 'Ubuntu is a Debian-based Linux operating system based on free software.',
    stars: 17000,
    created,
    config: containerConfig({
      Env: [PATH],
      Cmd: ['/bin/bash'],
      Labels: { 'org.opencontainers.image.ref.name': 'ubuntu', 'org.opencontainers.image.version': version },
    }),
    steps: [
      { createdBy: `${NOP} ARG RELEASE` },
      { createdBy: `${NOP} ARG LAUNCHPAD_BUILD_ARCH` },
      { createdBy: `${NOP} LABEL org.opencontainers.image.ref.name=ubuntu` },
      { createdBy: `${NOP} LABEL org.opencontainers.image.version=${version}` },
      {
        createdBy: `${NOP} ADD file:${hexOf(codename)} in / `,
        layer: debianBase(SLIM, ubuntuTexts({ version, codename, point, title })),
      },
      { createdBy: `${NOP} CMD ["/bin/bash"]` },
    ],
  });
  const oldUbuntu = (version, codename, point, title, created, tags) => ({
    repository: 'library/ubuntu',
    tags,
    description: 'Ubuntu is a Debian-based Linux operating system based on free software.',
    stars: 17000,
    created,
    config: containerConfig({ Env: [PATH], Cmd: ['/bin/bash'] }),
    steps: [
      {
        createdBy: `${NOP}ADD file:${hexOf(codename)} in / `,
        layer: debianBase([], ubuntuTexts({ version, codename, point, title }), false),
      },
      {
        createdBy: `/bin/sh -c set -xe \t\t&& echo '#!/bin/sh' > /usr/sbin/policy-rc.d \t&& echo 'exit 101' >> /usr/sbin/policy-rc.d \t&& chmod +x /usr/sbin/policy-rc.d`,
        layer: {
          texts: {
            'usr/sbin/policy-rc.d#755': '#!/bin/sh\nexit 101\n',
            'sbin/initctl#755': '#!/bin/sh\nexit 0\n',
            'etc/apt/apt.conf.d/docker-no-languages': 'Acquire::Languages "none";\n',
            'etc/apt/apt.conf.d/docker-gzip-indexes':
              'Acquire::GzipIndexes "true"; Acquire::CompressionTypes::Order:: "gz";\n',
            'etc/apt/apt.conf.d/docker-autoremove-suggests': 'Apt::AutoRemove::SuggestsImportant "false";\n',
          },
        },
      },
      { createdBy: `/bin/sh -c [ -z "$(apt-get indextargets)" ]` },
      {
        createdBy: `/bin/sh -c mkdir -p /run/systemd && echo 'docker' > /run/systemd/container`,
        layer: { texts: { 'run/systemd/container': 'docker\n' } },
      },
      { createdBy: `${NOP} CMD ["/bin/bash"]` },
    ],
  });

  const rpmLayer = (release, texts) => {
    const base = rpmBase(release);
    return {
      listing:
        base.listing +
        links({
          bin: 'usr/bin',
          sbin: 'usr/sbin',
          lib: 'usr/lib',
          lib64: 'usr/lib64',
          'var/run': '../run',
        }) +
        tree([
          ['d', 'root', 0, 0o550],
          ['d', 'tmp', 0, 0o1777],
          ['d', 'var/tmp', 0, 0o1777],
          ['d', 'usr/lib64'],
          ['d', 'usr/sbin'],
          ['d', 'run'],
        ]),
      texts: {
        ...accounts(
          RHEL_USERS,
          'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 mail:12 man:15 users:100 nobody:99',
        ),
        ...base.texts,
        ...texts,
      },
    };
  };
  const alpineEntries = [
    ...[
      'dev',
      'etc/apk/keys',
      'etc/conf.d',
      'etc/crontabs',
      'etc/init.d',
      'etc/modprobe.d',
      'etc/modules-load.d',
      'etc/network/if-up.d',
      'etc/opt',
      'etc/periodic/15min',
      'etc/periodic/daily',
      'etc/periodic/hourly',
      'etc/periodic/monthly',
      'etc/periodic/weekly',
      'etc/profile.d',
      'etc/ssl/certs',
      'home',
      'lib/apk/exec',
      'lib/firmware',
      'lib/modules-load.d',
      'lib/sysctl.d',
      'media/cdrom',
      'media/floppy',
      'media/usb',
      'mnt',
      'opt',
      'proc',
      'run',
      'srv',
      'sys',
      'usr/bin',
      'usr/lib',
      'usr/local/bin',
      'usr/local/lib',
      'usr/local/share',
      'usr/sbin',
      'usr/share/man',
      'usr/share/misc',
      'usr/share/udhcpc',
      'var/cache/apk',
      'var/cache/misc',
      'var/lib/apk',
      'var/lib/misc',
      'var/lib/udhcpd',
      'var/local',
      'var/lock/subsys',
      'var/log',
      'var/mail',
      'var/opt',
      'var/spool/cron',
    ].map((path) => ['d', path]),
    ['d', 'tmp', 0, 0o1777],
    ['d', 'var/tmp', 0, 0o1777],
    ['d', 'var/empty', 0, 0o555],
    ['d', 'root', 0, 0o700],
    ['f', 'bin/busybox', 808712, 0o755],
    ['f', 'sbin/apk', 69632, 0o755],
    ['f', 'sbin/ldconfig', 393, 0o755],
    ['f', 'lib/ld-musl-x86_64.so.1', 601136, 0o755],
    ['f', 'lib/libapk.so.3.12.0', 165840, 0o755],
    ['f', 'lib/libcrypto.so.3', 4202496, 0o755],
    ['f', 'lib/libssl.so.3', 622592, 0o755],
    ['f', 'lib/libz.so.1.2.13', 100992, 0o755],
    ['f', 'usr/bin/getconf', 34408, 0o755],
    ['f', 'usr/bin/getent', 40960, 0o755],
    ['f', 'usr/bin/iconv', 18584, 0o755],
    ['f', 'usr/bin/ldd', 52, 0o755],
    ['f', 'usr/bin/scanelf', 79216, 0o755],
    ['f', 'usr/bin/ssl_client', 14256, 0o755],
    ['f', 'etc/ssl/certs/ca-certificates.crt', 219342],
    ...[
      'apk/keys/alpine-devel@lists.alpinelinux.org-4a6a0840.rsa.pub',
      'apk/keys/alpine-devel@lists.alpinelinux.org-5261cecb.rsa.pub',
      'apk/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub',
    ].map((path) => ['f', `etc/${path}`, 451]),
    ['f', 'etc/services', 12813],
    ['f', 'etc/protocols', 3144],
    ['f', 'etc/inittab', 570],
    ['f', 'etc/modules', 15],
  ];
  const alpineLinks = {
    ...Object.fromEntries(
      alpineApplets(applets)
        .filter((path) => path !== 'bin/busybox')
        .map((path) => [path.startsWith('linuxrc') ? 'linuxrc' : path, '/bin/busybox']),
    ),
    'lib/libc.musl-x86_64.so.1': 'ld-musl-x86_64.so.1',
    'lib/libz.so.1': 'libz.so.1.2.13',
    'etc/mtab': '../proc/mounts',
    'var/lock': undefined,
    'var/run': '../run',
  };
  delete alpineLinks.linuxrc;
  delete alpineLinks['var/lock'];
  const alpineTexts = (version) => ({
    ...accounts(ALPINE_USERS, ALPINE_GROUPS),
    'etc/alpine-release': `${version}\n`,
    'etc/apk/repositories': ['main', 'community']
      .map((name) => `https://dl-cdn.alpinelinux.org/alpine/v${version.replace(/\.\d+$/, '')}/${name}\n`)
      .join(''),
    'etc/apk/world': 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n',
    'etc/hostname': 'localhost\n',
    'etc/hosts': '127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n',
    'etc/issue': `Welcome to Alpine Linux ${version.replace(/\.\d+$/, '')}\nKernel \\r on an \\m (\\l)\n\n`,
    'etc/motd': 'Welcome to Alpine!\n',
    'etc/os-release': `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}\nPRETTY_NAME="Alpine Linux v${version.replace(/\.\d+$/, '')}"\n`,
    'etc/profile':
      'export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nexport PS1=\'\\h:\\w\\$ \'\n',
    'etc/shells': '/bin/sh\n/bin/ash\n',
    'lib/apk/db/installed': apkDatabase(version),
  });
  const alpine = (version, created, tags) => ({
    repository: 'library/alpine',
    tags,
    description: 'A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!',
    stars: 11000,
    created,
    config: containerConfig({ Env: [PATH], Cmd: ['/bin/sh'] }),
    steps: [
      {
        createdBy: `${NOP}ADD file:${hexOf(`alpine${version}`)} in / `,
        layer: { listing: tree(alpineEntries) + links(alpineLinks), texts: alpineTexts(version) },
      },
      { createdBy: `${NOP} CMD ["/bin/sh"]` },
    ],
  });
  const debianImage = (tags, without, created, label) => ({
    repository: 'library/debian',
    tags,
    description: "Debian is a Linux distribution that's composed entirely of free and open-source software.",
    stars: 5100,
    created,
    config: containerConfig({ Env: [PATH], Cmd: ['bash'] }),
    steps: [
      { createdBy: `${NOP}ADD file:${hexOf(label)} in / `, layer: debianBase(without) },
      { createdBy: `${NOP} CMD ["bash"]` },
    ],
  });

  const users = (name, id, extra = {}) => ({
    texts: {
      ...accounts(
        [...DEBIAN_USERS, [name, id, id, extra.home ?? `/home/${name}`, extra.shell ?? '/bin/sh']],
        `${DEBIAN_GROUPS} ${name}:${id}`,
      ),
    },
  });
  const entrypoint = (path, body) => ({ texts: { [`${path}#755`]: `#!/bin/sh\nset -e\n${body}\nexec "$@"\n` } });

  return {
    'hello-world': {
      repository: 'library/hello-world',
      tags: ['latest', 'linux'],
      description: 'Hello World! (an example of minimal Dockerization)',
      stars: 2300,
      created: '2023-05-04T17:37:03.872958712Z',
      config: containerConfig({ Env: [PATH], Cmd: ['/hello'] }),
      steps: [
        {
          createdBy: 'COPY hello / # buildkit',
          comment: BUILDKIT,
          layer: { listing: tree([['f', 'hello', 13256, 0o755]]) },
        },
        { createdBy: 'CMD ["/hello"]', comment: BUILDKIT },
      ],
    },
    busybox: {
      repository: 'library/busybox',
      tags: ['latest', '1', '1.36', '1.36.1', 'stable', 'glibc', 'uclibc', 'musl'],
      description: 'Busybox base image.',
      stars: 3400,
      created: '2023-05-18T22:34:17Z',
      config: containerConfig({ Env: [PATH], Cmd: ['sh'] }),
      steps: [
        {
          createdBy: `${NOP}ADD file:${hexOf('busybox')} in / `,
          layer: {
            listing:
              tree([
                ['f', 'bin/busybox', 1131168, 0o755],
                ['d', 'dev'],
                ['d', 'home'],
                ['d', 'lib'],
                ['d', 'usr/bin'],
                ['d', 'usr/sbin'],
                ['d', 'var/spool/mail'],
                ['d', 'var/www'],
                ['d', 'root', 0, 0o700],
                ['d', 'tmp', 0, 0o1777],
              ]) +
              packListing(
                [...new Set(allApplets(applets).map((path) => path.replace(/.*\//, '')))]
                  .filter((name) => name !== 'busybox' && name !== 'linuxrc')
                  .sort()
                  .map((name) => ({ kind: 'h', path: `bin/${name}`, target: 'bin/busybox' })),
              ),
            texts: {
              ...accounts(
                [
                  ['root', 0, 0, '/root', '/bin/sh'],
                  ['daemon', 1, 1, '/usr/sbin', '/bin/false'],
                  ['bin', 2, 2, '/bin', '/bin/false'],
                  ['sys', 3, 3, '/dev', '/bin/false'],
                  ['sync', 4, 100, '/bin', '/bin/sync'],
                  ['mail', 8, 8, '/var/spool/mail', '/bin/false'],
                  ['www-data', 33, 33, '/var/www', '/bin/false'],
                  ['operator', 37, 37, '/var', '/bin/false'],
                  ['nobody', 65534, 65534, '/home', '/bin/false'],
                ],
                'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 kmem:9 wheel:10 cdrom:11 dialout:18 floppy:19 video:28 audio:29 tape:32 www-data:33 operator:37 utmp:43 plugdev:46 staff:50 lock:54 netdev:82 users:100 nobody:65534',
              ),
              'etc/localtime': '',
            },
          },
        },
        { createdBy: `${NOP} CMD ["sh"]` },
      ],
    },
    alpine: alpine('3.18.4', '2023-09-28T21:19:27.801479409Z', ['latest', '3', '3.18', '3.18.4']),
    'alpine-3.17': alpine('3.17.1', '2023-01-09T17:05:20.656498283Z', ['3.17', '3.17.1']),
    debian: debianImage(['latest', '12', 'bookworm', 'stable', '12.2'], [], '2023-10-11T00:20:35.021318577Z', 'debian'),
    'debian-slim': debianImage(
      ['bookworm-slim', '12-slim', 'stable-slim'],
      SLIM,
      '2023-10-11T00:21:03.110281231Z',
      'debian-slim',
    ),
    ubuntu: newUbuntu('22.04', 'jammy', '22.04.3 LTS', 'Jammy Jellyfish', '2023-10-05T07:33:32.275830124Z', [
      'latest',
      '22.04',
      'jammy',
    ]),
    'ubuntu-24.04': newUbuntu('24.04', 'noble', '24.04 LTS', 'Noble Numbat', '2024-04-27T13:14:47.914160021Z', [
      '24.04',
      'noble',
    ]),
    'ubuntu-20.04': newUbuntu('20.04', 'focal', '20.04.6 LTS', 'Focal Fossa', '2023-10-03T11:30:12.018310202Z', [
      '20.04',
      'focal',
    ]),
    'ubuntu-18.04': newUbuntu('18.04', 'bionic', '18.04.6 LTS', 'Bionic Beaver', '2023-05-30T09:32:09.432301537Z', [
      '18.04',
      'bionic',
    ]),
    'ubuntu-16.04': oldUbuntu('16.04', 'xenial', '16.04.7 LTS', 'Xenial Xerus', '2021-08-04T17:29:09.011234567Z', [
      '16.04',
      'xenial',
    ]),
    'ubuntu-14.04': oldUbuntu('14.04', 'trusty', '14.04.6 LTS', 'Trusty Tahr', '2021-03-25T22:33:44.517264893Z', [
      '14.04',
      'trusty',
    ]),
    'ubuntu-12.04': oldUbuntu('12.04', 'precise', '12.04.5 LTS', 'Precise Pangolin', '2017-06-14T18:56:02.213345678Z', [
      '12.04',
      'precise',
    ]),
    centos: {
      repository: 'library/centos',
      tags: ['latest', '7', 'centos7', '7.9.2009', 'centos7.9.2009'],
      description: 'DEPRECATED; The official build of CentOS.',
      stars: 7700,
      created: '2021-09-15T18:20:23.99863383Z',
      config: containerConfig({
        Env: [PATH],
        Cmd: ['/bin/bash'],
        Labels: {
          'org.label-schema.license': 'GPLv2',
          'org.label-schema.name': 'CentOS Base Image',
          'org.label-schema.schema-version': '1.0',
          'org.label-schema.vendor': 'CentOS',
        },
      }),
      steps: [
        {
          createdBy: `${NOP}ADD file:${hexOf('centos')} in / `,
          layer: rpmLayer(7, {
            'etc/centos-release': 'CentOS Linux release 7.9.2009 (Core)\n',
            'etc/os-release':
              'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n',
            'etc/yum.repos.d/CentOS-Base.repo': ['base', 'updates', 'extras']
              .map(
                (name) =>
                  `[${name}]\nname=CentOS-$releasever - ${name[0].toUpperCase()}${name.slice(1)}\nmirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=${name}\ngpgcheck=1\n`,
              )
              .join('\n'),
            'etc/yum.conf':
              '[main]\ncachedir=/var/cache/yum/$basearch/$releasever\nkeepcache=0\ndebuglevel=2\nlogfile=/var/log/yum.log\nobsoletes=1\ngpgcheck=1\nplugins=1\noverride_install_langs=en_US.UTF-8\ntsflags=nodocs\n',
          }),
        },
        {
          createdBy: `${NOP} LABEL org.label-schema.schema-version=1.0 org.label-schema.name=CentOS Base Image org.label-schema.vendor=CentOS org.label-schema.license=GPLv2`,
        },
        { createdBy: `${NOP} CMD ["/bin/bash"]` },
      ],
    },
    rockylinux: {
      repository: 'library/rockylinux',
      tags: ['9', '9.3', '9.3.20231119'],
      description: 'The official build of Rocky Linux.',
      stars: 250,
      created: '2023-11-20T20:06:46.109366Z',
      config: containerConfig({ Env: [PATH], Cmd: ['/bin/bash'] }),
      steps: [
        {
          createdBy: `${NOP}ADD file:${hexOf('rockylinux')} in / `,
          layer: rpmLayer(9, {
            'etc/rocky-release': 'Rocky Linux release 9.3 (Blue Onyx)\n',
            'etc/os-release':
              'NAME="Rocky Linux"\nVERSION="9.3 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\nPLATFORM_ID="platform:el9"\nPRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"\n',
            'etc/yum.repos.d/rocky.repo': ['BaseOS', 'AppStream']
              .map(
                (name) =>
                  `[${name.toLowerCase()}]\nname=Rocky Linux $releasever - ${name}\nmirrorlist=https://mirrors.rockylinux.org/mirrorlist?arch=$basearch&repo=${name}-$releasever$rltype\ngpgcheck=1\nenabled=1\n`,
              )
              .join('\n'),
            'etc/dnf/dnf.conf':
              '[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=True\nbest=True\nskip_if_unavailable=False\ntsflags=nodocs\n',
          }),
        },
        { createdBy: `${NOP} CMD ["/bin/bash"]` },
      ],
    },
    nginx: {
      repository: 'library/nginx',
      tags: ['latest', '1', '1.25', '1.25.3', 'stable', '1.22', 'mainline'],
      description: 'Official build of Nginx.',
      stars: 19700,
      created: '2023-10-24T22:44:45Z',
      from: 'debian-slim',
      config: containerConfig({
        ExposedPorts: { '80/tcp': {} },
        Env: [PATH, 'NGINX_VERSION=1.25.3', 'NJS_VERSION=0.8.2', 'PKG_RELEASE=1~bookworm'],
        Cmd: ['nginx', '-g', 'daemon off;'],
        Entrypoint: ['/docker-entrypoint.sh'],
        Labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
        StopSignal: 'SIGQUIT',
      }),
      steps: [
        ...[
          'LABEL maintainer=NGINX Docker Maintainers <docker-maint@nginx.com>',
          'ENV NGINX_VERSION=1.25.3',
          'ENV NJS_VERSION=0.8.2',
          'ENV PKG_RELEASE=1~bookworm',
        ].map((text) => ({ createdBy: text, comment: BUILDKIT })),
        {
          createdBy:
            'RUN /bin/sh -c set -x     && groupadd --system --gid 101 nginx     && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx     && apt-get update     && apt-get install --no-install-recommends --no-install-suggests -y nginx gettext-base curl     && ln -sf /dev/stdout /var/log/nginx/access.log     && ln -sf /dev/stderr /var/log/nginx/error.log     && mkdir /docker-entrypoint.d # buildkit',
          comment: BUILDKIT,
          layer: {
            packages: [
              'nginx',
              'nginx-common',
              'gettext-base',
              'curl',
              'libcurl4',
              'ca-certificates',
              'openssl',
              'libssl3',
              'libnghttp2-14',
              'librtmp1',
              'libssh2-1',
              'libpsl5',
              'libbrotli1',
              'libldap-2.5-0',
              'libsasl2-2',
              'libsasl2-modules-db',
              'libkrb5-3',
              'libk5crypto3',
              'libkrb5support0',
              'libkeyutils1',
              'libgssapi-krb5-2',
              'iproute2',
              'libbpf1',
              'libelf1',
              'libmnl0',
              'libxtables12',
              'libtirpc3',
              'libtirpc-common',
              'libbsd0',
              'libcap2-bin',
            ],
            without: [
              ...SLIM,
              '^var/www',
              '^etc/nginx/(sites|snippets|modules)',
              '^etc/nginx/nginx.conf$',
              '^etc/default',
              '^etc/init',
            ],
            isUsrMerged: true,
            listing:
              links({
                'var/log/nginx/access.log': '/dev/stdout',
                'var/log/nginx/error.log': '/dev/stderr',
                'etc/nginx/modules': '/usr/lib/nginx/modules',
              }) +
              tree([
                ['d', 'docker-entrypoint.d'],
                ['d', 'usr/lib/nginx/modules'],
                ['d', 'var/cache/nginx', 0, 0o755],
                ['f', 'usr/share/nginx/html/50x.html', 497],
              ]),
            texts: {
              ...users('nginx', 101, { home: '/nonexistent', shell: '/bin/false' }).texts,
              'etc/nginx/nginx.conf':
                '\nuser  nginx;\nworker_processes  auto;\n\nerror_log  /var/log/nginx/error.log notice;\npid        /var/run/nginx.pid;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    default_type  application/octet-stream;\n    access_log  /var/log/nginx/access.log;\n    include /etc/nginx/conf.d/*.conf;\n}\n',
              'etc/nginx/conf.d/default.conf':
                'server {\n    listen       80;\n    listen  [::]:80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n\n    error_page   500 502 503 504  /50x.html;\n    location = /50x.html {\n        root   /usr/share/nginx/html;\n    }\n}\n',
              'usr/share/nginx/html/index.html':
                '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>This page is served by a simulated nginx.</p>\n</body>\n</html>\n',
            },
          },
        },
        {
          createdBy: 'COPY docker-entrypoint.sh / # buildkit',
          comment: BUILDKIT,
          layer: {
            texts: {
              'docker-entrypoint.sh#755':
                '#!/bin/sh\nset -e\nif [ "$1" = "nginx" ] && [ -d /docker-entrypoint.d ]; then\n  for f in /docker-entrypoint.d/*.sh; do\n    [ -x "$f" ] && "$f"\n  done\nfi\nexec "$@"\n',
            },
          },
        },
        ...[
          '10-listen-on-ipv6-by-default.sh',
          '15-local-resolvers.envsh',
          '20-envsubst-on-templates.sh',
          '30-tune-worker-processes.sh',
        ].map((name) => ({
          createdBy: `COPY ${name} /docker-entrypoint.d # buildkit`,
          comment: BUILDKIT,
          layer: { texts: { [`docker-entrypoint.d/${name}#755`]: '#!/bin/sh\nexit 0\n' } },
        })),
        { createdBy: 'ENTRYPOINT ["/docker-entrypoint.sh"]', comment: BUILDKIT },
        { createdBy: 'EXPOSE map[80/tcp:{}]', comment: BUILDKIT },
        { createdBy: 'STOPSIGNAL SIGQUIT', comment: BUILDKIT },
        { createdBy: 'CMD ["nginx" "-g" "daemon off;"]', comment: BUILDKIT },
      ],
    },
    redis: {
      repository: 'library/redis',
      tags: ['latest', '7', '7.2', '7.2.3', 'bookworm', '7-bookworm'],
      description: 'Redis is the world’s fastest data platform for caching, vector search, and NoSQL databases.',
      stars: 12900,
      created: '2023-11-02T17:22:40Z',
      from: 'debian-slim',
      config: containerConfig({
        ExposedPorts: { '6379/tcp': {} },
        Env: [
          PATH,
          'GOSU_VERSION=1.16',
          'REDIS_VERSION=7.2.3',
          'REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-7.2.3.tar.gz',
        ],
        Cmd: ['redis-server'],
        Volumes: { '/data': {} },
        WorkingDir: '/data',
        Entrypoint: ['docker-entrypoint.sh'],
      }),
      steps: [
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tgroupadd -r -g 999 redis; \tuseradd -r -g redis -u 999 redis # buildkit',
          comment: BUILDKIT,
          layer: users('redis', 999),
        },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends \t\ttzdata \t; \trm -rf /var/lib/apt/lists/* # buildkit',
          comment: BUILDKIT,
          layer: {
            listing: tree([
              ['f', 'var/cache/debconf/config.dat', 3218],
              ['f', 'var/log/apt/history.log', 842],
            ]),
          },
        },
        { createdBy: 'ENV GOSU_VERSION=1.16', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends ca-certificates wget; \twget -O /usr/local/bin/gosu; \tchmod +x /usr/local/bin/gosu # buildkit',
          comment: BUILDKIT,
          layer: { listing: tree([['f', 'usr/local/bin/gosu', 2379776, 0o755]]) },
        },
        { createdBy: 'ENV REDIS_VERSION=7.2.3', comment: BUILDKIT },
        { createdBy: 'ENV REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-7.2.3.tar.gz', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tmake -C /usr/src/redis -j "$(nproc)" all; \tmake -C /usr/src/redis install; \trm -r /usr/src/redis; \tredis-cli --version; \tredis-server --version # buildkit',
          comment: BUILDKIT,
          layer: {
            listing:
              tree([
                ['f', 'usr/local/bin/redis-benchmark', 7018648, 0o755],
                ['f', 'usr/local/bin/redis-cli', 7416576, 0o755],
                ['f', 'usr/local/bin/redis-server', 15839816, 0o755],
              ]) +
              links({
                'usr/local/bin/redis-check-aof': 'redis-server',
                'usr/local/bin/redis-check-rdb': 'redis-server',
                'usr/local/bin/redis-sentinel': 'redis-server',
              }),
          },
        },
        {
          createdBy: 'RUN /bin/sh -c mkdir /data && chown redis:redis /data # buildkit',
          comment: BUILDKIT,
          layer: { listing: tree([['d', 'data', 0, 0o755, 999, 999]]) },
        },
        { createdBy: 'VOLUME [/data]', comment: BUILDKIT },
        { createdBy: 'WORKDIR /data', comment: BUILDKIT, layer: {} },
        {
          createdBy: 'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit',
          comment: BUILDKIT,
          layer: entrypoint(
            'usr/local/bin/docker-entrypoint.sh',
            'if [ "${1#-}" != "$1" ]; then\n  set -- redis-server "$@"\nfi',
          ),
        },
        { createdBy: 'ENTRYPOINT ["docker-entrypoint.sh"]', comment: BUILDKIT },
        { createdBy: 'EXPOSE map[6379/tcp:{}]', comment: BUILDKIT },
        { createdBy: 'CMD ["redis-server"]', comment: BUILDKIT },
      ],
    },
    httpd: {
      repository: 'library/httpd',
      tags: ['latest', '2', '2.4', '2.4.58', 'bookworm'],
      description: 'The Apache HTTP Server Project',
      stars: 4700,
      created: '2023-10-19T18:13:37Z',
      from: 'debian-slim',
      config: containerConfig({
        ExposedPorts: { '80/tcp': {} },
        Env: [
          'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'HTTPD_PREFIX=/usr/local/apache2',
          'HTTPD_VERSION=2.4.58',
        ],
        Cmd: ['httpd-foreground'],
        WorkingDir: '/usr/local/apache2',
        StopSignal: 'SIGWINCH',
      }),
      steps: [
        { createdBy: 'ENV HTTPD_PREFIX=/usr/local/apache2', comment: BUILDKIT },
        {
          createdBy: 'ENV PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          comment: BUILDKIT,
        },
        {
          createdBy: 'RUN /bin/sh -c mkdir -p "$HTTPD_PREFIX" \t&& chown www-data:www-data "$HTTPD_PREFIX" # buildkit',
          comment: BUILDKIT,
          layer: { listing: tree([['d', 'usr/local/apache2', 0, 0o755, 33, 33]]) },
        },
        { createdBy: 'WORKDIR /usr/local/apache2', comment: BUILDKIT, layer: {} },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tca-certificates \t\tlibaprutil1-ldap \t\tlibldap-common \t; \trm -rf /var/lib/apt/lists/* # buildkit',
          comment: BUILDKIT,
          layer: { packages: ['ca-certificates', 'openssl', 'libssl3'], without: SLIM, isUsrMerged: true },
        },
        { createdBy: 'ENV HTTPD_VERSION=2.4.58', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \t./configure --prefix="$HTTPD_PREFIX" --enable-mods-shared=reallyall; \tmake -j "$(nproc)"; \tmake install; \thttpd -v # buildkit',
          comment: BUILDKIT,
          layer: {
            listing: tree([
              ['f', 'usr/local/apache2/bin/httpd', 892136, 0o755],
              ['f', 'usr/local/apache2/bin/apachectl', 3429, 0o755],
              ['f', 'usr/local/apache2/bin/ab', 104448, 0o755],
              ['f', 'usr/local/apache2/bin/htpasswd', 52112, 0o755],
              ['f', 'usr/local/apache2/conf/mime.types', 60847],
              ['d', 'usr/local/apache2/logs'],
              ['f', 'usr/local/apache2/modules/mod_ssl.so', 1256920, 0o755],
              ['f', 'usr/local/apache2/modules/mod_rewrite.so', 285176, 0o755],
              ['f', 'usr/local/apache2/modules/mod_proxy.so', 518520, 0o755],
            ]),
            texts: {
              'usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
              'usr/local/apache2/conf/httpd.conf':
                'ServerRoot "/usr/local/apache2"\nListen 80\nUser www-data\nGroup www-data\nDocumentRoot "/usr/local/apache2/htdocs"\nErrorLog /proc/self/fd/2\nLogLevel warn\n<Directory "/usr/local/apache2/htdocs">\n    Options Indexes FollowSymLinks\n    AllowOverride None\n    Require all granted\n</Directory>\n<IfModule dir_module>\n    DirectoryIndex index.html\n</IfModule>\n<IfModule log_config_module>\n    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common\n    CustomLog /proc/self/fd/1 common\n</IfModule>\n',
            },
          },
        },
        { createdBy: 'STOPSIGNAL SIGWINCH', comment: BUILDKIT },
        {
          createdBy: 'COPY httpd-foreground /usr/local/bin/ # buildkit',
          comment: BUILDKIT,
          layer: {
            texts: {
              'usr/local/bin/httpd-foreground#755':
                '#!/bin/sh\nset -e\nrm -f /usr/local/apache2/logs/httpd.pid\nexec httpd -DFOREGROUND "$@"\n',
            },
          },
        },
        { createdBy: 'EXPOSE map[80/tcp:{}]', comment: BUILDKIT },
        { createdBy: 'CMD ["httpd-foreground"]', comment: BUILDKIT },
      ],
    },
    node: {
      repository: 'library/node',
      tags: ['latest', '20', '20.9', 'lts', 'bookworm', '20-bookworm'],
      description: 'Node.js is a JavaScript-based platform for server-side and networking applications.',
      stars: 13200,
      created: '2023-10-31T22:21:11Z',
      from: 'debian',
      config: containerConfig({
        Env: [PATH, 'NODE_VERSION=20.9.0', 'YARN_VERSION=1.22.19'],
        Cmd: ['node'],
        Entrypoint: ['docker-entrypoint.sh'],
      }),
      steps: [
        ...buildpackLayers(),
        {
          createdBy:
            'RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit',
          comment: BUILDKIT,
          layer: {
            ...users('node', 1000, { shell: '/bin/bash' }),
            listing: tree([['d', 'home/node', 0, 0o755, 1000, 1000]]),
          },
        },
        { createdBy: 'ENV NODE_VERSION=20.9.0', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c curl -fsSLO --compressed "https://nodejs.org/dist/v$NODE_VERSION/node-v$NODE_VERSION-linux-x64.tar.xz"   && tar -xJf "node-v$NODE_VERSION-linux-x64.tar.xz" -C /usr/local --strip-components=1 --no-same-owner   && ln -s /usr/local/bin/node /usr/local/bin/nodejs   && node --version   && npm --version # buildkit',
          comment: BUILDKIT,
          layer: {
            listingFile: 'images/npm.txt',
            listing:
              tree([['f', 'usr/local/bin/node', 95955584, 0o755]]) +
              links({
                'usr/local/bin/nodejs': '/usr/local/bin/node',
                'usr/local/bin/npm': '../lib/node_modules/npm/bin/npm-cli.js',
                'usr/local/bin/npx': '../lib/node_modules/npm/bin/npx-cli.js',
              }),
          },
        },
        { createdBy: 'ENV YARN_VERSION=1.22.19', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c set -ex   && mkdir -p /opt   && tar -xzf yarn-v$YARN_VERSION.tar.gz -C /opt/   && ln -s /opt/yarn-v$YARN_VERSION/bin/yarn /usr/local/bin/yarn   && yarn --version # buildkit',
          comment: BUILDKIT,
          layer: {
            listing:
              tree([
                ['f', 'opt/yarn-v1.22.19/bin/yarn', 1025, 0o755],
                ['f', 'opt/yarn-v1.22.19/lib/cli.js', 5348213],
              ]) +
              links({
                'usr/local/bin/yarn': '/opt/yarn-v1.22.19/bin/yarn',
                'usr/local/bin/yarnpkg': '/opt/yarn-v1.22.19/bin/yarn',
              }),
          },
        },
        {
          createdBy: 'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit',
          comment: BUILDKIT,
          layer: entrypoint(
            'usr/local/bin/docker-entrypoint.sh',
            'if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ]; then\n  set -- node "$@"\nfi',
          ),
        },
        { createdBy: 'ENTRYPOINT ["docker-entrypoint.sh"]', comment: BUILDKIT },
        { createdBy: 'CMD ["node"]', comment: BUILDKIT },
      ],
    },
    python: {
      repository: 'library/python',
      tags: ['latest', '3', '3.11', '3.11.6', 'bookworm', '3.11-bookworm'],
      description: 'Python is an interpreted, interactive, object-oriented, open-source programming language.',
      stars: 9500,
      created: '2023-10-11T05:14:42Z',
      from: 'debian',
      config: containerConfig({
        Env: [
          'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'LANG=C.UTF-8',
          'PYTHON_VERSION=3.11.6',
          'PYTHON_PIP_VERSION=23.2.1',
        ],
        Cmd: ['python3'],
      }),
      steps: [...buildpackLayers(), ...pythonSteps()],
    },
    'python-slim': {
      repository: 'library/python',
      tags: ['3.11-slim', '3-slim', 'slim', 'slim-bookworm', '3.11-slim-bookworm'],
      description: 'Python is an interpreted, interactive, object-oriented, open-source programming language.',
      stars: 9500,
      created: '2023-10-11T05:30:12Z',
      from: 'debian-slim',
      config: containerConfig({
        Env: [
          'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'LANG=C.UTF-8',
          'PYTHON_VERSION=3.11.6',
          'PYTHON_PIP_VERSION=23.2.1',
        ],
        Cmd: ['python3'],
      }),
      steps: [
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tca-certificates \t\tnetbase \t\ttzdata \t; \trm -rf /var/lib/apt/lists/* # buildkit',
          comment: BUILDKIT,
          layer: { packages: ['ca-certificates', 'openssl', 'libssl3'], without: SLIM, isUsrMerged: true },
        },
        ...pythonSteps(),
      ],
    },
    golang: {
      repository: 'library/golang',
      tags: ['latest', '1', '1.21', '1.21.4', 'bookworm', '1.21-bookworm'],
      description: 'Go (golang) is a general purpose, higher-level, imperative programming language.',
      stars: 4900,
      created: '2023-11-07T18:44:11Z',
      from: 'debian',
      config: containerConfig({
        Env: [
          'PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOLANG_VERSION=1.21.4',
          'GOTOOLCHAIN=local',
          'GOPATH=/go',
        ],
        Cmd: ['bash'],
        WorkingDir: '/go',
      }),
      steps: [
        ...buildpackLayers().slice(0, 4),
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tg++ \t\tgcc \t\tlibc6-dev \t\tmake \t\tpkg-config \t; \trm -rf /var/lib/apt/lists/* # buildkit',
          comment: BUILDKIT,
          layer: { packages: COMPILER, isUsrMerged: true },
        },
        {
          createdBy: 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          comment: BUILDKIT,
        },
        { createdBy: 'ENV GOLANG_VERSION=1.21.4', comment: BUILDKIT },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \twget -O go.tgz; \ttar -C /usr/local -xzf go.tgz; \trm go.tgz*; \tgo version # buildkit',
          comment: BUILDKIT,
          layer: { listingFile: 'images/go.txt' },
        },
        { createdBy: 'ENV GOTOOLCHAIN=local', comment: BUILDKIT },
        { createdBy: 'ENV GOPATH=/go', comment: BUILDKIT },
        {
          createdBy: 'RUN /bin/sh -c mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$GOPATH" # buildkit',
          comment: BUILDKIT,
          layer: {
            listing: tree([
              ['d', 'go', 0, 0o1777],
              ['d', 'go/bin', 0, 0o1777],
              ['d', 'go/src', 0, 0o1777],
            ]),
          },
        },
        { createdBy: 'WORKDIR /go', comment: BUILDKIT, layer: {} },
      ],
    },
    registry: {
      repository: 'library/registry',
      tags: ['latest', '2', '2.8', '2.8.3'],
      description: 'Distribution implementation for storing and distributing of container images and artifacts',
      stars: 3900,
      created: '2023-10-02T18:42:43Z',
      from: 'alpine',
      config: containerConfig({
        ExposedPorts: { '5000/tcp': {} },
        Env: [PATH],
        Cmd: ['/etc/docker/registry/config.yml'],
        Volumes: { '/var/lib/registry': {} },
        Entrypoint: ['/entrypoint.sh'],
      }),
      steps: [
        {
          createdBy: 'RUN /bin/sh -c apk add --no-cache ca-certificates # buildkit',
          comment: BUILDKIT,
          layer: {
            listing: tree([
              ['f', 'etc/ca-certificates.conf', 5862],
              ['f', 'usr/bin/c_rehash', 14312, 0o755],
              ['f', 'usr/sbin/update-ca-certificates', 18168, 0o755],
            ]),
          },
        },
        {
          createdBy:
            'RUN /bin/sh -c set -eux; \twget -O /tmp/registry.tar.gz; \ttar --extract --gzip --file /tmp/registry.tar.gz --directory /bin/ registry; \tregistry --version # buildkit',
          comment: BUILDKIT,
          layer: { listing: tree([['f', 'bin/registry', 17416192, 0o755]]) },
        },
        {
          createdBy: 'COPY ./config-example.yml /etc/docker/registry/config.yml # buildkit',
          comment: BUILDKIT,
          layer: {
            texts: {
              'etc/docker/registry/config.yml':
                'version: 0.1\nlog:\n  fields:\n    service: registry\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\nhttp:\n  addr: :5000\n',
            },
          },
        },
        { createdBy: 'VOLUME [/var/lib/registry]', comment: BUILDKIT },
        { createdBy: 'EXPOSE map[5000/tcp:{}]', comment: BUILDKIT },
        {
          createdBy: 'COPY docker-entrypoint.sh /entrypoint.sh # buildkit',
          comment: BUILDKIT,
          layer: {
            texts: {
              'entrypoint.sh#755':
                '#!/bin/sh\nset -e\ncase "$1" in\n  *.yaml|*.yml) set -- registry serve "$@" ;;\nesac\nexec "$@"\n',
            },
          },
        },
        { createdBy: 'ENTRYPOINT ["/entrypoint.sh"]', comment: BUILDKIT },
        { createdBy: 'CMD ["/etc/docker/registry/config.yml"]', comment: BUILDKIT },
      ],
    },
    sinatra: {
      repository: 'training/sinatra',
      tags: ['latest'],
      description: 'A small web application for tutorials',
      stars: 10,
      created: '2014-02-18T04:02:32.000000000Z',
      from: 'ubuntu-14.04',
      config: containerConfig({ Env: [PATH], Cmd: ['/bin/bash'] }),
      steps: [
        {
          createdBy: '/bin/sh -c apt-get install -yqq ruby ruby-dev',
          layer: {
            packages: [
              'ruby',
              'ruby3.1',
              'libruby',
              'libruby3.1',
              'rubygems-integration',
              'rake',
              'ruby-dev',
              'ruby-rubygems',
            ],
            without: SLIM,
          },
        },
        {
          createdBy: '/bin/sh -c gem install sinatra',
          layer: {
            listing: tree([
              ['f', 'usr/local/bin/tilt', 482, 0o755],
              ['f', 'var/lib/gems/3.1.0/gems/sinatra-3.1.0/lib/sinatra/base.rb', 62310],
              ['f', 'var/lib/gems/3.1.0/gems/sinatra-3.1.0/lib/sinatra.rb', 231],
            ]),
          },
        },
      ],
    },
  };

  function buildpackLayers() {
    return [
      {
        createdBy:
          'RUN /bin/sh -c set -eux; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tca-certificates \t\tcurl \t\tgnupg \t\tnetbase \t\tsq \t\twget \t; \trm -rf /var/lib/apt/lists/* # buildkit',
        comment: BUILDKIT,
        layer: {
          packages: [
            'ca-certificates',
            'openssl',
            'libssl3',
            'curl',
            'libcurl4',
            'libnghttp2-14',
            'librtmp1',
            'libssh2-1',
            'libpsl5',
            'libbrotli1',
            'libldap-2.5-0',
            'libsasl2-2',
            'libsasl2-modules-db',
            'libkrb5-3',
            'libk5crypto3',
            'libkrb5support0',
            'libkeyutils1',
            'libgssapi-krb5-2',
            'gnupg',
            'gpg',
            'gpg-agent',
            'dirmngr',
            'wget',
          ],
          isUsrMerged: true,
        },
      },
      {
        createdBy:
          'RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends \t\tgit \t\tmercurial \t\topenssh-client \t\tsubversion \t\tprocps \t&& rm -rf /var/lib/apt/lists/* # buildkit',
        comment: BUILDKIT,
        layer: {
          packages: [
            'git',
            'git-man',
            'liberror-perl',
            'libcurl3-gnutls',
            'openssh-client',
            'libedit2',
            'libfido2-1',
            'libcbor0.8',
            'procps',
            'libproc2-0',
            'perl',
            'perl-modules-5.36',
            'libperl5.36',
            'libgdbm6',
            'libgdbm-compat4',
            'libexpat1',
          ],
          isUsrMerged: true,
        },
      },
      {
        createdBy:
          'RUN /bin/sh -c set -ex; \tapt-get update; \tapt-get install -y --no-install-recommends \t\tautoconf \t\tautomake \t\tbzip2 \t\tfile \t\tg++ \t\tgcc \t\tmake \t\tpatch \t\tunzip \t\txz-utils \t\tzlib1g-dev \t; \trm -rf /var/lib/apt/lists/* # buildkit',
        comment: BUILDKIT,
        layer: {
          packages: [
            ...COMPILER,
            'autoconf',
            'automake',
            'bzip2',
            'file',
            'libmagic1',
            'libmagic-mgc',
            'patch',
            'unzip',
            'xz-utils',
            'zlib1g-dev',
            'libssl-dev',
            'libxml2-dev',
            'libyaml-dev',
            'libsqlite3-dev',
          ],
          isUsrMerged: true,
        },
      },
    ];
  }

  function pythonSteps() {
    const library = 'usr/local/lib/python3.11';
    const modules = [
      'abc',
      'argparse',
      'ast',
      'base64',
      'bisect',
      'calendar',
      'cmd',
      'code',
      'codecs',
      'contextlib',
      'copy',
      'csv',
      'dataclasses',
      'datetime',
      'decimal',
      'difflib',
      'dis',
      'enum',
      'fractions',
      'functools',
      'getpass',
      'glob',
      'gzip',
      'hashlib',
      'heapq',
      'hmac',
      'inspect',
      'io',
      'ipaddress',
      'locale',
      'lzma',
      'mimetypes',
      'operator',
      'os',
      'pathlib',
      'pickle',
      'platform',
      'pprint',
      'queue',
      'random',
      're',
      'sched',
      'secrets',
      'shlex',
      'shutil',
      'signal',
      'site',
      'socket',
      'ssl',
      'stat',
      'statistics',
      'string',
      'struct',
      'subprocess',
      'tarfile',
      'tempfile',
      'textwrap',
      'threading',
      'timeit',
      'token',
      'traceback',
      'types',
      'typing',
      'uuid',
      'warnings',
      'weakref',
      'zipfile',
    ];
    return [
      {
        createdBy: 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        comment: BUILDKIT,
      },
      { createdBy: 'ENV LANG=C.UTF-8', comment: BUILDKIT },
      { createdBy: 'ENV PYTHON_VERSION=3.11.6', comment: BUILDKIT },
      {
        createdBy:
          'RUN /bin/sh -c set -eux; \twget -O python.tar.xz; \ttar --extract --directory /usr/src/python --strip-components=1 --file python.tar.xz; \t./configure --enable-shared; \tmake -j "$(nproc)"; \tmake install; \tpython3 --version # buildkit',
        comment: BUILDKIT,
        layer: {
          listing: tree([
            ['f', 'usr/local/bin/python3.11', 14408, 0o755],
            ['f', 'usr/local/lib/libpython3.11.so.1.0', 6123680, 0o755],
            ...modules.map((name, i) => ['f', `${library}/${name}.py`, 9000 + ((i * 7919) % 61000)]),
            ['d', `${library}/site-packages`],
            ['f', `${library}/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so`, 166208, 0o755],
          ]),
        },
      },
      {
        createdBy:
          'RUN /bin/sh -c set -eux; \tfor src in idle3 pydoc3 python3 python3-config; do \t\tdst="$(echo "$src" | tr -d 3)"; \t\tln -svT "$src" "/usr/local/bin/$dst"; \tdone # buildkit',
        comment: BUILDKIT,
        layer: { listing: links({ 'usr/local/bin/python': 'python3', 'usr/local/bin/python3': 'python3.11' }) },
      },
      { createdBy: 'ENV PYTHON_PIP_VERSION=23.2.1', comment: BUILDKIT },
      {
        createdBy:
          'RUN /bin/sh -c set -eux; \twget -O get-pip.py "$PYTHON_GET_PIP_URL"; \tpython get-pip.py --disable-pip-version-check --no-cache-dir --no-compile; \tpip --version # buildkit',
        comment: BUILDKIT,
        layer: {
          listing: tree([
            ['f', 'usr/local/bin/pip', 233, 0o755],
            ['f', 'usr/local/bin/pip3', 233, 0o755],
            ['f', `${library}/site-packages/pip/__init__.py`, 357],
            ['f', `${library}/site-packages/pip-23.2.1.dist-info/METADATA`, 4239],
            ['f', `${library}/site-packages/setuptools/__init__.py`, 8429],
            ['f', `${library}/site-packages/setuptools-65.5.1.dist-info/METADATA`, 6300],
            ['f', `${library}/site-packages/wheel/__init__.py`, 59],
            ['f', `${library}/site-packages/wheel-0.42.0.dist-info/METADATA`, 2203],
          ]),
        },
      },
      { createdBy: 'CMD ["python3"]', comment: BUILDKIT },
    ];
  }
}

const COMPILER = [
  'gcc',
  'gcc-12',
  'g++',
  'g++-12',
  'cpp',
  'cpp-12',
  'libc6-dev',
  'libc-dev-bin',
  'linux-libc-dev',
  'libgcc-12-dev',
  'libstdc++-12-dev',
  'binutils',
  'binutils-common',
  'binutils-x86-64-linux-gnu',
  'libbinutils',
  'libctf0',
  'libctf-nobfd0',
  'libisl23',
  'libmpc3',
  'libmpfr6',
  'libcc1-0',
  'libgomp1',
  'libitm1',
  'libatomic1',
  'libasan8',
  'liblsan0',
  'libtsan2',
  'libubsan1',
  'libquadmath0',
  'libjansson4',
  'libgprofng0',
  'libnsl-dev',
  'libtirpc-dev',
  'libcrypt-dev',
  'rpcsvc-proto',
  'make',
  'dpkg-dev',
  'libdpkg-perl',
  'pkg-config',
  'pkgconf',
  'pkgconf-bin',
  'libpkgconf3',
];

function byKey([a], [b]) {
  return a < b ? -1 : 1;
}

function accounts(users, groups) {
  const groupLines = groups.split(' ').map((entry) => entry.split(':'));
  return {
    'etc/passwd': users
      .map(([name, uid, gid, home, shell]) => `${name}:x:${uid}:${gid}:${name}:${home}:${shell}\n`)
      .join(''),
    'etc/group': groupLines.map(([name, gid]) => `${name}:x:${gid}:\n`).join(''),
    'etc/shadow#640': users.map(([name]) => `${name}:*:19641:0:99999:7:::\n`).join(''),
    'etc/gshadow#640': groupLines.map(([name]) => `${name}:*::\n`).join(''),
  };
}

function osRelease({ pretty, name, version, codename, id }) {
  return `PRETTY_NAME="${pretty}"\nNAME="${name}"\nVERSION_ID="${version}"\nVERSION="${version} (${codename})"\nVERSION_CODENAME=${codename}\nID=${id}\nHOME_URL="https://www.debian.org/"\n`;
}

/** What Alpine 3.17 has in the place of 3.18's. */
const ALPINE_317 = {
  'alpine-baselayout': '3.4.0-r0',
  'alpine-baselayout-data': '3.4.0-r0',
  'apk-tools': '2.12.10-r1',
  busybox: '1.35.0-r29',
  'busybox-binsh': '1.35.0-r29',
  'ca-certificates-bundle': '20220614-r4',
  'libc-utils': '0.7.2-r3',
  libcrypto3: '3.0.7-r2',
  libssl3: '3.0.7-r2',
  musl: '1.2.3-r4',
  'musl-utils': '1.2.3-r4',
  scanelf: '1.3.5-r1',
  ssl_client: '1.35.0-r29',
  zlib: '1.2.13-r0',
};

function apkDatabase(release) {
  const base = alpineFacts().filter(({ isBase }) => isBase);
  const other = release.startsWith('3.17') ? ALPINE_317 : {};
  return apkInstalled(base.map((one) => ({ ...one, version: other[one.name] ?? one.version })));
}

/** Docker names what was added by a digest of its content; the real one's is not known here. */
function hexOf(text) {
  let state = 0x811c9dc5;
  let out = '';
  for (let i = 0; i < 64; i++) {
    state = Math.imul(state ^ text.charCodeAt(i % text.length), 0x01000193) >>> 0;
    out += ((state >>> 13) & 15).toString(16);
  }
  return out;
}

function containerConfig(fields) {
  return {
    Hostname: '',
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ...(fields.ExposedPorts && { ExposedPorts: fields.ExposedPorts }),
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: fields.Env,
    Cmd: fields.Cmd,
    Image: '',
    Volumes: fields.Volumes ?? null,
    WorkingDir: fields.WorkingDir ?? '',
    Entrypoint: fields.Entrypoint ?? null,
    OnBuild: null,
    Labels: fields.Labels ?? null,
    ...(fields.StopSignal && { StopSignal: fields.StopSignal }),
  };
}
