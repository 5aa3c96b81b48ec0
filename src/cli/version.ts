/** The version of this project, as every `--version` prints it. */
import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
