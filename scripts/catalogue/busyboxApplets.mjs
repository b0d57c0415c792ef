// Which applets the images' busybox has. The program on the machine that writes the catalogue is Debian's, which is
// built without some; places are those of busybox's own table (include/applets.src.h).

const MISSING = {
  bin: 'base32 bbconfig chattr fdflush fsync iostat kbd_mode lsattr makemime mountpoint mpstat nice pipe_progress printenv reformime setserial',
  sbin: 'blkid fsck ifenslave inotifyd ipaddr iplink iproute iprule iptunnel mkfs.vfat raidautorun setconsole slattach udhcpc6 zcip',
  'usr/bin':
    'beep cksum comm cryptpw eject flock fuser hd install ipcrm ipcs lsof lsusb lzopcat mesg nmeter nohup pgrep pkill pmap pscan pstree pwdx resize showkey split sum tree ttysize unlzop vlock volname whois',
  'usr/sbin':
    'add-shell addgroup adduser chpasswd delgroup deluser ether-wake fbset killall5 nanddump nandwrite nbd-client ntpd rdev readahead remove-shell rfkill sendmail setfont setlogcons',
};

/** In Alpine they are packages of their own (busybox-extras, dpkg, openrc, xz …), or left out. */
const NOT_IN_ALPINE = new Set(
  'ar crc32 devmem dpkg dpkg-deb dumpleases ed ftpget ftpput httpd mt rpm rpm2cpio start-stop-daemon svc svok taskset tc telnet telnetd tftp ts uncompress w xz'.split(
    ' ',
  ),
);

/** `applets`: paths as `busybox --list-full` prints them. Sorted. */
export function allApplets(applets) {
  const missing = Object.entries(MISSING).flatMap(([folder, names]) =>
    names.split(' ').map((name) => `${folder}/${name}`),
  );
  return [...new Set([...applets, ...missing])].sort();
}

export function alpineApplets(applets) {
  return allApplets(applets).filter((path) => !NOT_IN_ALPINE.has(path.replace(/.*\//, '')));
}
