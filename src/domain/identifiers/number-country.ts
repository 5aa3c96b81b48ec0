/** The country of a stored number. Pure. */
import { readPhone } from '../../values/phone.ts';

/** The calling code of a number in E.164, which names its own; undefined for what is none. */
export const callingCodeOf = (number: string): number | undefined =>
  readPhone(number, '1')?.callingCode;
