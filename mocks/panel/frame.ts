/** The pages of the panel, each with the header on it. */
import { page, type Html } from '../../src/ui/layout.ts';

export const HOME = '/_mock';
export const REQUESTS = `${HOME}/requests`;
export const OPERATIONS = `${HOME}/operations`;
export const SETTINGS = `${HOME}/settings`;

const LINKS = [
  { href: HOME, text: 'Scenario' },
  { href: REQUESTS, text: 'Requests' },
  { href: OPERATIONS, text: 'Operations' },
  { href: SETTINGS, text: 'Settings' },
  { href: '/docs', text: 'API' },
];

/** What the headers of all its pages say. */
export const MOCK_HEADER = { brand: 'Vestibule mock', home: HOME, links: LINKS };

/** @param current one of the header's links */
export const framed = (title: string, current: string, content: Html): Html =>
  page(
    {
      title,
      current,
      ...MOCK_HEADER,
      style: `${HOME}/style.css`,
      icon: `${HOME}/icon.svg`,
      script: `${HOME}/panel.js`,
    },
    content,
  );
