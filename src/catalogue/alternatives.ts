/** Links that maintainer scripts make with update-alternatives: package to path and target. */
export const ALTERNATIVES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'apache2-utils': {},
  bison: { 'usr/bin/yacc': '/usr/bin/bison.yacc' },
  cpp: { 'usr/bin/cpp': 'cpp-12' },
  flex: {},
  'g++': { 'usr/bin/c++': '/usr/bin/g++' },
  gcc: { 'usr/bin/cc': '/usr/bin/gcc' },
  less: { 'usr/bin/pager': '/usr/bin/less' },
  nano: { 'usr/bin/editor': '/bin/nano', 'usr/bin/pico': '/bin/nano' },
  'netcat-openbsd': { 'usr/bin/nc': '/bin/nc.openbsd', 'usr/bin/netcat': '/bin/nc.openbsd' },
  'netcat-traditional': { 'usr/bin/nc': '/bin/nc.traditional', 'usr/bin/netcat': '/bin/nc.traditional' },
  'php8.2-cli': { 'usr/bin/php': '/usr/bin/php8.2' },
  procps: { 'usr/bin/w': '/usr/bin/w.procps' },
  'inetutils-telnet': { 'usr/bin/telnet': '/usr/bin/inetutils-telnet' },
  vim: {
    'usr/bin/vim': '/usr/bin/vim.basic',
    'usr/bin/vi': '/usr/bin/vim.basic',
    'usr/bin/editor': '/usr/bin/vim.basic',
  },
  'vim-tiny': { 'usr/bin/vi': '/usr/bin/vim.tiny', 'usr/bin/editor': '/usr/bin/vim.tiny' },
};
