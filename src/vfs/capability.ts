/** The capabilities that file systems ask for, as bits of `Credentials.capabilities` (linux/capability.h). */
export const CAP_CHOWN = 1 << 0;
export const CAP_DAC_OVERRIDE = 1 << 1;
export const CAP_DAC_READ_SEARCH = 1 << 2;
export const CAP_FOWNER = 1 << 3;
export const CAP_FSETID = 1 << 4;
export const CAP_SYS_ADMIN = 1 << 21;
export const CAP_MKNOD = 1 << 27;
export const CAP_SETFCAP = 1 << 31;

/** The capabilities of a file (capabilities(7)). The only attribute that docker and containerd put into a layer (moby
 *  pkg/archive, ReadSecurityXattrToTarHeader). */
export const CAPABILITY_XATTR = 'security.capability';
