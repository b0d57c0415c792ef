import fc from 'fast-check';

/** One seed for every run, so that a test that passed passes again; `FC_SEED=random` looks further. */
const seed = process.env.FC_SEED ?? '20240229';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
