CREATE TABLE `move_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `move_changes_application` ON `move_changes` (`application_id`,`seq`);--> statement-breakpoint
CREATE TABLE `move_places` (
	`application_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`runner` text NOT NULL,
	`freeze` integer DEFAULT 0 NOT NULL,
	`open` integer DEFAULT false NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `move_progress` (
	`application_id` text NOT NULL,
	`name` text NOT NULL,
	`after` text NOT NULL,
	`rows` integer NOT NULL,
	`done` integer NOT NULL,
	PRIMARY KEY(`application_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `moves` (
	`application_id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`target` text NOT NULL,
	`state` text NOT NULL,
	`runner` text NOT NULL,
	`freeze` integer DEFAULT 0 NOT NULL,
	`frozen_at` integer,
	`started_at` integer NOT NULL
);
