/** The platform config of one application, as its operators change it. */
import type { AuditEvent } from './audit.ts';
import type { PlatformConfig } from './directory.ts';

export interface VersionedConfig {
  config: PlatformConfig;
  version: number;
}

/** A configuration as a change has left it. */
export interface ConfigVersion extends VersionedConfig {
  /** ms */
  at: number;
  /** As the audit names them; empty for what stood there before the first change. */
  actor: string;
  person?: string;
}

export interface PlatformConfigs {
  /** From the primary, never from a cache. */
  read(): Promise<VersionedConfig | undefined>;
  /**
   * Writes it when it still has the version that was read; false when another writer was faster. This isolate sees the
   * change at once, others within 30 s. The last `KEPT_CONFIG_VERSIONS` stay in the history.
   */
  write(next: VersionedConfig, event: AuditEvent): Promise<boolean>;
  /** Newest first; the first one is the present one. Empty while nothing was changed. */
  history(): Promise<ConfigVersion[]>;
}
