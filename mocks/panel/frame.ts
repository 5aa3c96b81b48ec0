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
  { href: '/openapi.json', text: 'API' },
];

/** @param current one of the header's links */
export const framed = (title: string, current: string, content: Html): Html =>
  page(
    {
      title,
      current,
      brand: 'Vestibule mock',
      home: HOME,
      links: LINKS,
      style: `${HOME}/style.css`,
      icon: `${HOME}/icon.svg`,
      script: `${HOME}/panel.js`,
    },
    content,
  );
