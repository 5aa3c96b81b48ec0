import metadata from 'libphonenumber-js/mobile/metadata';

/** Place of the formatting patterns in a country's record (metadata version 4). */
const FORMATS = 4;

/** The metadata that is installed, without its formatting patterns. */
export function slimMetadata(): object {
  const strip = (records: Record<string, unknown[]>) =>
    Object.fromEntries(
      Object.entries(records).map(([name, record]) => [
        name,
        record.map((part, at) => (at === FORMATS ? [] : part)),
      ]),
    );
  // The package types its records as opaque; version 4 of the format is what is cut here.
  const { version, countries, nonGeographic, ...rest } = metadata as unknown as {
    version: number;
    countries: Record<string, unknown[]>;
    nonGeographic: Record<string, unknown[]>;
  };
  if (version !== 4) throw new Error(`phone metadata has version ${version}, not 4`);
  return { version, ...rest, countries: strip(countries), nonGeographic: strip(nonGeographic) };
}
