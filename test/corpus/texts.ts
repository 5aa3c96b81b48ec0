/** Dates, addresses, usernames and passwords that are none, or none that count. */

export const BAD_DATES: readonly string[] = [
  'x',
  '2023-02-29',
  '1900-02-29',
  '2024-13-01',
  '2024-00-10',
  '2024-01-32',
  '24-01-01',
  '01/02/2003',
  '1990-5-6',
  '1990-05-06T',
  '1990-05-06T99:99:99Z',
  '1990-05-06T::..',
  '1990-05-06T10:00:00+25:00',
  '1990-05-06 and more',
  '19900506',
  '641952000',
  '1879-12-31',
  '2999-01-01',
  '9999-12-31T23:59:59Z',
];

export const BAD_WEB_ADDRESSES: readonly string[] = [
  'x',
  'picture.png',
  '//pictures.example/a.png',
  'http://pictures.example/a.png',
  'javascript:alert(1)',
  'data:image/png;base64,AAAA',
  'ftp://pictures.example/a.png',
  'https://',
  'https://exa mple.com',
  'https:// ',
];

/** Kept as they are written, so that nothing may stand in them that a page would take for its own. */
export const BAD_REDIRECTS: readonly string[] = [
  ...BAD_WEB_ADDRESSES,
  'https://shop.example/" onload="alert(1)',
  'https://shop.example/<script>',
  ' https://shop.example/',
];

/** Addresses that no tenant's file may have, on top. */
export const BAD_FILE_ADDRESSES: readonly string[] = [
  ...BAD_WEB_ADDRESSES,
  'https://10.0.0.1/a.csv',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]x/a.csv',
  'https://0x7f000001.example.internal/a.csv',
  'https://files/a.csv',
  'https://files.local/a.csv',
  'https://user:secret@files.example/a.csv',
  'https://files.example:8443/a.csv',
];

export const BAD_USERNAMES: readonly string[] = [
  'ab',
  '12345',
  '...',
  '--',
  '098109-28914',
  'asha khan',
  'asha@example.com',
  'ásha',
  'asha\u200bkhan',
  'asha/khan',
  '+918652523958',
];

export const BAD_GENDERS: readonly string[] = ['x', 'm', 'men', 'male,female', 'मेल'];

/** Too short or long, or one character over and over. */
export const BAD_NEW_PASSWORDS: readonly string[] = [
  'a',
  'short77',
  '       ',
  'aaaaaaaaaaaa',
  'AAaaAAaaAA',
  // Seven as people see them, eleven as they are stored.
  'n\u0303a\u0301a\u0301n\u0303abc',
  'long'.repeat(33),
];
