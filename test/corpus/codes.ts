/** The code 055959 as people type and paste it. */
export const TYPED_CODES: readonly (string | number)[] = [
  '055959',
  ' 055959 ',
  '055959\n',
  '055 959',
  '055-959',
  '055\u2013959',
  '055\u00a0959',
  '\u200b055959\ufeff',
  '\u202a055959\u202c',
  '०५५९५९',
  '٠٥٥٩٥٩',
  '۰۵۵۹۵۹',
  '０５５９５９',
  55_959,
];
