/** Where the probabilities of LZMA stand in one array, for decoder and encoder. */

const STATES = 12;
export const POSITION_STATES = 16;
export const MIN_MATCH_BYTES = 2;
export const LENGTH_STATES = 4;
export const END_SLOT_DIRECT = 14;
export const ALIGN_BITS = 4;

// Where each group of probabilities begins in the one array.
export const IS_MATCH = 0;
export const IS_REP = IS_MATCH + STATES * POSITION_STATES;
export const IS_REP0 = IS_REP + STATES;
export const IS_REP1 = IS_REP0 + STATES;
export const IS_REP2 = IS_REP1 + STATES;
export const IS_REP0_LONG = IS_REP2 + STATES;
export const POSITION_SLOT = IS_REP0_LONG + STATES * POSITION_STATES;
export const POSITION_SPECIAL = POSITION_SLOT + LENGTH_STATES * 64;
export const ALIGN = POSITION_SPECIAL + 128;
export const MATCH_LENGTH = ALIGN + (1 << ALIGN_BITS);
export const REP_LENGTH = MATCH_LENGTH + 514;
export const LITERAL = REP_LENGTH + 514;
export const LITERAL_CODER_SIZE = 0x300;
/** LZMA2 allows lc + lp up to 4 (xz, "LZMA2 properties"). */
export const MAX_LITERAL_BITS = 4;

// Within a length coder: two choices, 16 trees of 3 bits, 16 more, one of 8 bits.
export const LENGTH_LOW = 2;
export const LENGTH_MIDDLE = LENGTH_LOW + POSITION_STATES * 8;
export const LENGTH_HIGH = LENGTH_MIDDLE + POSITION_STATES * 8;

export const PROBABILITY_START = 1024;
