/** The platform config of one application, as its operators change it. */
import type { AuditEvent } from './audit.ts';
import type { PlatformConfig } from './directory.ts';

export interface VersionedConfig {
  config: PlatformConfig;
  version: number;
}

export interface PlatformConfigs {
  /** From the primary, never from a cache. */
  read(): Promise<VersionedConfig | undefined>;
  /**
   * Writes it when it still has the version that was read; false when another writer was faster. This isolate sees the
   * change at once, others within 30 s.
   */
  write(next: VersionedConfig, event: AuditEvent): Promise<boolean>;
}
