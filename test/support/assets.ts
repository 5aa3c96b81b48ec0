/** Before the tests of a project: makes `public/`, so that any single file runs in a fresh clone. */
export default async function makeAssets(): Promise<void> {
  await import('../../scripts/assets.ts');
}
