// Writes public/catalogue/alpine: the packages of Alpine 3.18 that the simulator can install, from the facts in
// alpinePackages.txt.
//   node scripts/catalogue/alpinePackages.mjs
import { writePackages } from './writePackages.mjs';
import { alpineFacts } from './alpineFacts.mjs';

writePackages('alpine', alpineFacts());
