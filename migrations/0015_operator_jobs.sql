-- WITHOUT ROWID is written by hand: drizzle-kit does not know it.
CREATE TABLE `config_versions` (
	`application_id` text NOT NULL,
	`version` integer NOT NULL,
	`config` text NOT NULL,
	`actor` text DEFAULT '' NOT NULL,
	`person` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`application_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `report_counts` (
	`application_id` text NOT NULL,
	`hour_start` integer NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`application_id`, `hour_start`, `name`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `audit_events` ADD `person` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `country` integer;