// Writes public/catalogue/el7 and el9: the packages that the simulator can install in CentOS 7 and Rocky Linux 9, from the
// facts in rpmPackages.txt.
//   node scripts/catalogue/rpmPackages.mjs
import { rpmFacts } from './rpmFacts.mjs';
import { writePackages } from './writePackages.mjs';

for (const release of [7, 9]) writePackages(`el${release}`, rpmFacts(release));
