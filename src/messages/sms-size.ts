/** How many SMS a text takes: providers charge by the segment (3GPP TS 23.038 alphabet, TS 23.040 concatenation). */

const GSM_7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Each takes two places. */
const GSM_7_EXTENDED = '\f^{}\\[~]|€';

export interface SmsSize {
  /** In places of 7 bits, or in UTF-16 units when a character is outside of the GSM-7 alphabet. */
  length: number;
  segments: number;
  /** Characters outside of the GSM-7 alphabet, each once. One is enough to have 70 characters in an SMS rather than 160. */
  outside: string[];
}

/** The size of an SMS with this text. */
export function smsSize(text: string): SmsSize {
  const characters = Array.from(text);
  const outside = [
    ...new Set(characters.filter((one) => !GSM_7.includes(one) && !GSM_7_EXTENDED.includes(one))),
  ];
  const extended = characters.filter((one) => GSM_7_EXTENDED.includes(one)).length;
  const [length, single, joined] =
    outside.length > 0 ? [text.length, 70, 67] : [characters.length + extended, 160, 153];
  return { length, segments: length <= single ? 1 : Math.ceil(length / joined), outside };
}
