import { BASE } from './style-base.ts';
import { PARTS } from './style-parts.ts';

/** The one stylesheet of all pages for developers: the mock's panel and those of `npm start`. Light and dark, wide and narrow. */
export const STYLE = BASE + PARTS;
